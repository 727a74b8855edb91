import type { SyncChange } from '../db/queries/sync-change-views.ts';
import { advanceRun, type RunProgress } from '../db/queries/sync-runs.ts';
import {
  clearWrittenLinks,
  forgetWrites,
  holdDrain,
  holdWrites,
  recordUndo,
  withholdReferrers,
} from '../db/queries/undo.ts';
import type { HubSpot, RecordUpdate } from '../hubspot/gateway.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { outcomeOf, planUndo, type Refusal } from './planned-undo.ts';
import type { RunContext } from './slice.ts';
import { OvertakenSlice } from './sync-page.ts';

export interface UndoContext extends RunContext {
  /** The run that is taken back. */
  readonly ofRunId: string;
  readonly hubspot: HubSpot;
}

export interface UndoPage {
  /** At most a hundred: HubSpot's batch read and batch update take no more. */
  readonly records: readonly SyncChange[];
  /** The cursor that it was read from. */
  readonly from: string | null;
  readonly after: string | null;
}

/**
 * One page: what we would send next is held back in a transaction, so that nobody writes behind us; HubSpot is read and
 * written; what became of it is recorded with the cursor. A page that is repeated after a crash finds the old values in
 * HubSpot, and counts them as given back.
 */
export async function undoPage(
  deps: ActivityDependencies,
  context: UndoContext,
  page: UndoPage,
): Promise<RunProgress> {
  const { run, ofRunId, connection, hubspot } = context;
  const owner = { campaignId: run.campaignId, connectionId: connection.id };
  const contacts = page.records.map(({ crmId, properties }) => ({
    crmId,
    properties: Object.keys(properties),
  }));
  const crmIds = contacts.map(({ crmId }) => crmId);
  const sent = await deps.db.inWorkspace(run.workspaceId, async (tx) => {
    await holdDrain(tx, connection.id);
    await holdFence(tx, connection);
    await withholdReferrers(tx, { ...owner, crmIds });
    return holdWrites(tx, connection.id, contacts);
  });
  const properties = [...new Set(contacts.flatMap((contact) => contact.properties))];
  const lookups = crmIds.length > 0 ? await hubspot.contacts.readMany(crmIds, { properties }) : [];
  const byId = new Map(lookups.map((lookup) => [lookup.askedId, lookup]));
  const plans = page.records.map((change) => planUndo(change, byId.get(change.crmId), sent));
  const updates = plans.flatMap(({ update }) => update ?? []);
  const refused = await writeBack(hubspot, updates);
  const done = plans.map((plan) => outcomeOf(plan, refused.get(plan.crmId)));
  return deps.db.inWorkspace(run.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await recordUndo(tx, ofRunId, done);
    await forgetWrites(
      tx,
      connection.id,
      done.map(({ crmId, restored }) => ({ crmId, properties: restored })),
    );
    await clearWrittenLinks(
      tx,
      owner,
      done.map(({ crmId, taken }) => ({ crmId, values: taken })),
    );
    const counts = { seen: page.records.length, enrolled: 0, linked: 0, unchanged: 0 };
    const advanced = await advanceRun(tx, run.id, page.after, counts, { cursor: page.from });
    if (advanced === null) throw new OvertakenSlice();
    return advanced;
  });
}

/**
 * HubSpot refuses a record as a whole: the property that it names is left out, and the others are written. Resolves with
 * what it did not take, by contact. Safe to repeat.
 */
async function writeBack(
  hubspot: HubSpot,
  updates: readonly RecordUpdate[],
): Promise<ReadonlyMap<string, Refusal>> {
  const refused = new Map<string, Refusal>();
  let left = updates;
  while (left.length > 0) {
    const byId = new Map(left.map((update) => [update.id, update.properties]));
    const again: RecordUpdate[] = [];
    for (const { id, kind, property } of await hubspot.contacts.updateMany(left)) {
      const properties = byId.get(id) ?? {};
      const named = property !== undefined && property in properties ? [property] : Object.keys(properties);
      const known = refused.get(id)?.properties ?? [];
      refused.set(id, { isGone: kind === 'not-found', properties: new Set([...known, ...named]) });
      const others = Object.entries(properties).filter(([name]) => !named.includes(name));
      if (others.length > 0) again.push({ id, properties: Object.fromEntries(others) });
    }
    // Each round has one property less of each record.
    left = again;
  }
  return refused;
}
