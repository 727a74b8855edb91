import { type Connection, loadConnection } from '../db/queries/connections.ts';
import { addMs, SECOND_MS, toInstant } from '../domain/time.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { parkedBy } from './failures.ts';

export interface ConnectionStep {
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** One look at HubSpot for a connection under its epoch; `asOf` is the workflow's now. */
export type Look = ConnectionStep & { readonly epoch: number; readonly asOf: string };

export type LookOutcome =
  /** Without a next instant there is nothing to look at before somebody says so. */
  | { readonly kind: 'read'; readonly nextAt: string | null; readonly summary: string }
  /** Disconnected, or connected again under a newer epoch: this epoch's workflow is over. */
  | { readonly kind: 'closed' };

interface LookDependencies extends Pick<ActivityDependencies, 'db' | 'attempt'> {
  readonly reconcileSeconds: number;
}

export const reconnectFirst = 'HubSpot must be connected again before anything can be read.';

/**
 * Looks while the connection is open under its epoch. What stops it for now is an outcome, no failure: it looks again
 * after the usual time, or when HubSpot told, whichever is later.
 */
export async function lookAt(
  deps: LookDependencies,
  step: Look,
  look: (
    connection: Connection,
    usualNextAt: string,
  ) => Promise<{ readonly nextAt: string | null; readonly summary: string }>,
): Promise<LookOutcome> {
  const nextAt = addMs(step.asOf, deps.reconcileSeconds * SECOND_MS);
  const connection = await deps.db.inWorkspace(step.workspaceId, (tx) =>
    loadConnection(tx, step.connectionId),
  );
  if (!connection || connection.status === 'disconnected' || connection.epoch !== step.epoch)
    return { kind: 'closed' };
  if (connection.status === 'reconnect-needed') return { kind: 'read', nextAt, summary: reconnectFirst };
  try {
    return { kind: 'read', ...(await look(connection, nextAt)) };
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
}

/** The next pass, or the end of the wait that HubSpot asked for, whichever is later. */
const later = (nextAt: string, asOf: string, waitMs = 0): string =>
  toInstant(Math.max(Date.parse(nextAt), Date.parse(asOf) + waitMs));
