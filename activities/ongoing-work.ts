import { forgetExceptions } from '../db/queries/ongoing-syncs.ts';
import { lockRun, recordExceptions, type SyncRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import type { CrmLookup, CrmRecord } from '../hubspot/gateway.ts';
import { holdFence, openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { discardPage, enrolPage } from './enrolled-page.ts';
import { followContacts, identityProperties } from './identity.ts';
import { loadPageContext, type PageContext, pageProperties } from './page-context.ts';
import { haltedBy, type RunContext, type SliceOutcome } from './slice.ts';
import { finishPage } from './sync-page.ts';

/** HubSpot's batch read takes so many ids. */
export const batchSize = 100;

/** What one slice of an ongoing run works with. */
export interface OngoingWork extends PageContext {
  /** The instant that this slice takes for now. */
  readonly asOf: string;
  /** True when the slice is to end; told how many contacts were looked at since it was asked last. */
  isFull(contacts: number): boolean;
}

export async function ongoingWork(
  deps: ActivityDependencies,
  context: RunContext,
  {
    asOf,
    bounds,
  }: { readonly asOf: string; readonly bounds: { readonly contacts: number; readonly ms: number } },
): Promise<OngoingWork> {
  const { hubspot } = openFor(deps, context.connection, 'bulk');
  const startedAt = performance.now();
  let seen = 0;
  return {
    ...(await loadPageContext(deps, context, hubspot)),
    asOf,
    isFull(contacts) {
      seen += contacts;
      deps.heartbeat();
      return seen >= bounds.contacts || performance.now() - startedAt >= bounds.ms || deps.stopping();
    },
  };
}

/** S39: reads the run's row; the outcome with which the slice ends when the sync was turned off meanwhile. */
export async function offOutcome(
  deps: ActivityDependencies,
  work: OngoingWork,
): Promise<SliceOutcome | null> {
  return haltedBy(deps, await runNow(deps, work));
}

async function runNow(
  deps: ActivityDependencies,
  { run: { id, workspaceId } }: OngoingWork,
): Promise<SyncRun> {
  const run = await deps.db.inWorkspace(workspaceId, (tx) => lockRun(tx, id));
  invariant(run, 'the ongoing run exists');
  return run;
}

/** These contacts as HubSpot has them now, at most a batch; merges and new addresses of people we know are followed. */
export async function readContacts(
  deps: ActivityDependencies,
  work: OngoingWork,
  crmIds: readonly string[],
): Promise<readonly CrmLookup[]> {
  const properties = [...new Set([...identityProperties, ...pageProperties(work)])];
  const lookups = await work.hubspot.contacts.readMany(crmIds, { properties });
  await followContacts(deps, work.connection, lookups);
  return lookups;
}

/**
 * The same page work as in a sync: enrol, write what differs, record. What was skipped before and is not any more
 * leaves the list of exceptions. Safe to repeat. Answers the outcome of the slice when the sync was turned off: then
 * HubSpot was asked for nothing, for the order is looked for between the enrolment and the one call that writes (S39).
 */
export async function workOn(
  deps: ActivityDependencies,
  work: OngoingWork,
  { records, gone }: { readonly records: readonly CrmRecord[]; readonly gone: readonly string[] },
): Promise<SliceOutcome | null> {
  const { run, connection } = work;
  const off = await offOutcome(deps, work);
  if (off) return off;
  await deps.db.inWorkspace(run.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await forgetExceptions(tx, run.id, [...records.map(({ id }) => id), ...gone]);
    await recordExceptions(
      tx,
      run,
      gone.map((crmId) => ({ crmId, reason: 'record-gone' })),
    );
  });
  if (records.length === 0) return null;
  const page = await enrolPage(deps, work, { records, after: null });
  const now = await runNow(deps, work);
  if (now.finishedAt === null) await finishPage(deps, work, page);
  else await discardPage(deps, work, page);
  return haltedBy(deps, now);
}
