import { type Connection, cachedSchema, loadConnection, storeSchema } from '../db/queries/connections.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { ConnectionDependencies } from './connection.ts';

/** How often a grant is asked after: HubSpot tells nobody that an app was uninstalled. */
const everyMs = 60 * 60_000;
/** Where the last question is kept, beside what else is remembered of the portal. */
const kind = 'introspection';

/**
 * Asks HubSpot at most hourly whether the refresh token still stands; one that was revoked, or whose app was
 * uninstalled, makes the connection `reconnect-needed` before any other call would notice. True when it did. A private
 * app's token has no such question; the next call's 401 tells.
 */
export async function grantIsGone(
  deps: ConnectionDependencies,
  connection: Connection,
  asOf: string,
): Promise<boolean> {
  const { id: connectionId, workspaceId, epoch } = connection;
  const token = refreshTokenOf(deps, connection);
  if (token === null) return false;
  const last = await deps.db.inWorkspace(workspaceId, (tx) =>
    cachedSchema<{ readonly epoch: number; readonly at: string }>(tx, connectionId, kind),
  );
  const isRecent = last?.content.epoch === epoch && Date.parse(asOf) - Date.parse(last.content.at) < everyMs;
  if (isRecent) return false;
  const answer = await deps.oauth.introspect({ token, hint: 'refresh_token' }).catch((error: unknown) => {
    // Nobody answered, so nothing is known: the next pass asks again.
    if (isHubSpotError(error)) return null;
    throw error;
  });
  if (answer === null) return false;
  if (!answer.active) {
    // HubSpot may have given another token meanwhile, and then the old one is no news.
    const now = await deps.db.inWorkspace(workspaceId, (tx) => loadConnection(tx, connectionId));
    if (!now || refreshTokenOf(deps, now) !== token) return false;
    await deps.tokens.markReconnectNeeded({ connectionId, epoch, reason: 'revoked-or-uninstalled' });
    return true;
  }
  await deps.db.inWorkspace(workspaceId, (tx) =>
    storeSchema(tx, { workspaceId, connectionId, kind, content: { epoch, at: asOf } }),
  );
  return false;
}

const refreshTokenOf = (
  { openSecret }: Pick<ConnectionDependencies, 'openSecret'>,
  { id, refreshToken }: Connection,
): string | null => refreshToken && openSecret(refreshToken, id, 'refresh_token');
