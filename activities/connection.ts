import type { SystemDatabase } from '../db/client.ts';
import { loadConnection } from '../db/queries/connections.ts';
import { isPortalOpen } from '../db/queries/system/portals.ts';
import { eraseRevocation, pendingRevocations } from '../db/queries/system/revocations.ts';
import { DAY_MS, toInstant } from '../domain/time.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { HubSpotOAuth } from '../hubspot/oauth.ts';
import type { TokenStore } from '../hubspot/ports.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { parkedBy } from './failures.ts';
import { grantIsGone } from './grant-check.ts';
import { reconcilePass } from './reconcile.ts';

export type ReconcileOutcome =
  | { readonly kind: 'read'; readonly nextAt: string; readonly summary: string }
  /** Disconnected, or connected again under a newer epoch: this epoch's workflow is over. */
  | { readonly kind: 'closed' };

interface ConnectionStep {
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** What the activities of a connection need beyond the others: the revocations lie outside the fence. */
export interface ConnectionDependencies extends ActivityDependencies {
  readonly system: SystemDatabase;
  readonly reconcileSeconds: number;
  readonly oauth: Pick<HubSpotOAuth, 'uninstall' | 'refresh' | 'revoke' | 'introspect'>;
  readonly tokens: Pick<TokenStore, 'markReconnectNeeded'>;
  openSecret(sealed: string, connectionId: string, column: 'access_token' | 'refresh_token'): string;
}

export const connectionActivities = (deps: ConnectionDependencies) => ({
  /**
   * One incremental pass over both objects: asks hourly whether the grant still stands, reads what changed since the
   * last pass, nudges whom it concerns, writes a certificate. Safe to repeat: windows overlap, and a nudge too many costs one decision.
   */
  async reconcile(step: ConnectionStep & { epoch: number; asOf: string }): Promise<ReconcileOutcome> {
    const nextAt = new Date(Date.parse(step.asOf) + deps.reconcileSeconds * 1000).toISOString();
    const connection = await deps.db.inWorkspace(step.workspaceId, (tx) =>
      loadConnection(tx, step.connectionId),
    );
    if (!connection || connection.status === 'disconnected' || connection.epoch !== step.epoch)
      return { kind: 'closed' };
    const waiting = { kind: 'read', nextAt, summary: reconnectFirst } as const;
    if (connection.status === 'reconnect-needed') return waiting;
    try {
      if (await grantIsGone(deps, connection, step.asOf)) return waiting;
      const { seen, late, behind } = await reconcilePass(deps, connection, step.asOf);
      const summary = `${seen} changes seen, ${late} of them late.`;
      return { kind: 'read', nextAt: behind ? step.asOf : nextAt, summary };
    } catch (error) {
      if (isHubSpotError(error, 'connection-closed')) return { kind: 'closed' };
      const parked = parkedBy(error, deps.attempt());
      if (parked === null) throw error;
      return {
        kind: 'read',
        nextAt: later(nextAt, step.asOf, parked.retryAfterMs),
        summary: `Nothing could be read: ${parked.reason}.`,
      };
    }
  },

  /**
   * Hands the grants of ended epochs back to HubSpot and erases the tokens. Outside the fence, and the only reader of
   * moved tokens. Safe to repeat: a grant that is gone already is gone. After a reconnect there is nothing to hand
   * back: HubSpot keeps one installation and mostly one refresh token per account, and both are the new grant's now.
   */
  async revokeAndUninstall({ connectionId }: ConnectionStep): Promise<void> {
    for (const row of await pendingRevocations(deps.system, connectionId)) {
      const wanted = !(await isPortalOpen(deps.system, row.portalId)) && isYoung(row.createdAt);
      if (wanted && row.accessToken && row.refreshToken) {
        await handBack(deps.oauth, {
          accessToken: deps.openSecret(row.accessToken, connectionId, 'access_token'),
          refreshToken: deps.openSecret(row.refreshToken, connectionId, 'refresh_token'),
        });
      }
      await eraseRevocation(deps.system, connectionId, row.epoch);
    }
  },

  /** The epoch to go on with when the connection was made again meanwhile; null when it stays closed. */
  async nextConnectionEpoch({ workspaceId, connectionId }: ConnectionStep): Promise<number | null> {
    const connection = await deps.db.inWorkspace(workspaceId, (tx) => loadConnection(tx, connectionId));
    return connection?.status === 'active' ? connection.epoch : null;
  },
});

const reconnectFirst = 'HubSpot must be connected again before anything can be read.';

/** The next pass, or the end of the wait that HubSpot asked for, whichever is later. */
const later = (nextAt: string, asOf: string, waitMs = 0): string =>
  toInstant(Math.max(Date.parse(nextAt), Date.parse(asOf) + waitMs));

/** A grant that HubSpot would not take back for so long is given up: no token is kept for ever. */
const handBackForMs = DAY_MS;

const isYoung = (createdAt: string): boolean => Date.now() - Date.parse(createdAt) < handBackForMs;

export type ConnectionActivities = ReturnType<typeof connectionActivities>;

/** Uninstalls the app, with a fresh token where the last one has expired, then revokes; a dead grant is handed back already. */
async function handBack(
  oauth: ConnectionDependencies['oauth'],
  { accessToken, refreshToken }: { accessToken: string; refreshToken: string },
): Promise<void> {
  const uninstalled = await unlessGone(() => oauth.uninstall(accessToken));
  if (!uninstalled) {
    await unlessGone(async () => oauth.uninstall((await oauth.refresh(refreshToken)).accessToken));
  }
  await oauth.revoke(refreshToken);
}

async function unlessGone(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isHubSpotError(error, 'reconnect-needed')) return false;
    throw error;
  }
}
