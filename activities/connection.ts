import type { SystemDatabase } from '../db/client.ts';
import { loadConnection } from '../db/queries/connections.ts';
import { isPortalOpen } from '../db/queries/system/portals.ts';
import { eraseRevocation, pendingRevocations } from '../db/queries/system/revocations.ts';
import { DAY_MS } from '../domain/time.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { HubSpotOAuth } from '../hubspot/oauth.ts';
import type { TokenStore } from '../hubspot/ports.ts';
import {
  type ConnectionStep,
  type Look,
  type LookOutcome,
  lookAt,
  reconnectFirst,
} from './connection-look.ts';
import { sweepStretch } from './contact-sweep.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { grantIsGone } from './grant-check.ts';
import { followHinted } from './hinted-contacts.ts';
import { reconcilePass } from './reconcile.ts';

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
  reconcile: (step: Look): Promise<LookOutcome> =>
    lookAt(deps, step, async (connection, nextAt) => {
      if (await grantIsGone(deps, connection, step.asOf)) return { nextAt, summary: reconnectFirst };
      const { seen, late, behind } = await reconcilePass(deps, connection, step.asOf);
      const summary = `${seen} changes seen, ${late} of them late.`;
      return { nextAt: behind ? step.asOf : nextAt, summary };
    }),

  /**
   * Reads the contacts that a notice named as merged, deleted, restored or with another address, and follows what
   * became of them. Safe to repeat: a hint leaves once it was followed. Without a next instant none is left.
   */
  followHints: (step: Look): Promise<LookOutcome> =>
    lookAt(deps, step, async (connection) => {
      const { read, more } = await followHinted(deps, connection);
      return { nextAt: more ? step.asOf : null, summary: `${read} contacts followed.` };
    }),

  /** One stretch of the daily look at every known contact, when it is due. Safe to repeat: the cursor is a row. */
  sweepContacts: (step: Look): Promise<LookOutcome> =>
    lookAt(deps, step, async (connection) => {
      const { seen, nextAt } = await sweepStretch(deps, connection, step.asOf);
      return { nextAt, summary: `${seen} known contacts looked at.` };
    }),

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
