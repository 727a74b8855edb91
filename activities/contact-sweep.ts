import type { Connection } from '../db/queries/connections.ts';
import { contactsToSweep, loadSweep, type Sweep, storeSweep } from '../db/queries/identity/sweep.ts';
import { addMs, DAY_MS, isAfter, toInstant, toMs } from '../domain/time.ts';
import { holdFence, openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { followContacts, identityProperties } from './identity.ts';
import { gatherStrays } from './stray-people.ts';

/** HubSpot's largest batch read. */
const batchSize = 100;
/** One stretch: well below the 45 s of an activity, even if every contact of a batch must be read by itself. */
const stretch = { calls: 20, ms: 15_000 } as const;
/** The smallest budget that HubSpot gives is 100 calls in 10 s; of it a twentieth is one call in two seconds. */
const pausePerCallMs = 2_000;
/** HubSpot restores what was archived within so many days (knowledge base, read 2026-11-24). */
const restorableMs = 90 * DAY_MS;

export interface SweepResult {
  /** Contacts read. */
  readonly seen: number;
  readonly nextAt: string;
}

/**
 * The daily look at every contact that we know, by id: a search never shows what is archived or merged away, and a
 * notice may be lost. One stretch at a time, with pauses that leave nineteen twentieths of the smallest budget to
 * others; the cursor is a row. Safe to repeat: a stretch that is read twice changes nothing the second time.
 */
export async function sweepStretch(
  deps: ActivityDependencies,
  connection: Connection,
  asOf: string,
): Promise<SweepResult> {
  const { id: connectionId, workspaceId } = connection;
  const before = await deps.db.inWorkspace(workspaceId, (tx) => loadSweep(tx, connectionId));
  if (before && isAfter(before.nextAt, asOf)) return { seen: 0, nextAt: before.nextAt };
  const begins = before === null || before.afterCrmId === null;
  const startedAt = begins ? asOf : before.startedAt;
  if (begins) await gatherStrays(deps, connection);
  const { seen, calls, afterCrmId } = await read(deps, connection, {
    afterCrmId: before?.afterCrmId ?? '',
    goneSince: toInstant(toMs(asOf) - restorableMs),
  });
  const paused = addMs(asOf, calls * pausePerCallMs);
  const tomorrow = addMs(startedAt, DAY_MS);
  const nextAt = afterCrmId === null && isAfter(tomorrow, paused) ? tomorrow : paused;
  const after: Sweep = { connectionId, workspaceId, startedAt, afterCrmId, nextAt };
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await storeSweep(tx, after, before);
  });
  return { seen, nextAt };
}

interface Stretch {
  readonly seen: number;
  readonly calls: number;
  /** Null when there are no more. */
  readonly afterCrmId: string | null;
}

async function read(
  deps: ActivityDependencies,
  connection: Connection,
  from: { readonly afterCrmId: string; readonly goneSince: string },
): Promise<Stretch> {
  const { hubspot } = openFor(deps, connection, 'bulk');
  const end = Date.now() + stretch.ms;
  let [seen, calls, afterCrmId] = [0, 0, from.afterCrmId];
  while (calls < stretch.calls && Date.now() < end) {
    const ids = await deps.db.inWorkspace(connection.workspaceId, (tx) =>
      contactsToSweep(tx, connection.id, { ...from, afterCrmId, limit: batchSize }),
    );
    const last = ids.at(-1);
    if (last === undefined) return { seen, calls, afterCrmId: null };
    const contacts = await hubspot.contacts.readMany(ids, { properties: identityProperties });
    await followContacts(deps, connection, contacts);
    seen += ids.length;
    // The gateway reads by itself whatever a batch does not hold under the id that was asked for.
    calls += 1 + contacts.filter(({ askedId, record }) => record?.id !== askedId).length;
    afterCrmId = last;
  }
  return { seen, calls, afterCrmId };
}
