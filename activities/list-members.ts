import type { Tx } from '../db/client.ts';
import { advanceLook, beginLook, followedLists, type ListLook, loadLook } from '../db/queries/list-looks.ts';
import { knownContacts } from '../db/queries/ongoing-contacts.ts';
import {
  forgetList,
  type ListPage,
  newMembers,
  storeJoined,
  storeLeft,
  welcomeMerged,
} from '../db/queries/sync-members.ts';
import { addMs, isAfter, SECOND_MS, toMs } from '../domain/time.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type LookChanges, readPage } from './list-page.ts';
import { batchSize, type OngoingWork, offOutcome, readContacts, workOn } from './ongoing-work.ts';
import type { SliceOutcome } from './slice.ts';

/** A list that HubSpot does not have may be restored there for 90 days: asked for once an hour. */
const goneListMs = 3_600 * SECOND_MS;
/**
 * Looking at lists may take a tenth of the budget, which is 10.8 calls a second: a page of 250 members for every second
 * between two looks. Up to 75,000 members are looked at every five minutes, a million once in 67 minutes.
 */
const msPerPage = SECOND_MS;
/** Leavers of one statement; there may be as many as the list had members. */
const leaversAtOnce = 5_000;

/**
 * Compares the list with who was in it, when that is due: whoever joined is enrolled, whoever left is marked and stays a
 * referrer (S37). Safe to repeat: each page is one step of a row, and a page that is read twice changes nothing.
 */
export async function lookAtList(
  deps: ActivityDependencies,
  work: OngoingWork,
  listId: string,
): Promise<SliceOutcome> {
  const { seen } = work.run;
  for (let look = await lookUnderWay(deps, work, listId); ; ) {
    if (look.startedAt === null) return waiting(look, work);
    const off = await offOutcome(deps, work);
    if (off) return off;
    const page = await readPage(work, look);
    if (page === null) {
      const gone = {
        startedAt: null,
        goneAt: look.goneAt ?? work.asOf,
        nextAt: addMs(work.asOf, goneListMs),
      };
      look = await moved(deps, work, look, gone);
      continue;
    }
    const { joined, halted } = await enrolJoined(deps, work, page.range);
    if (halted) return halted;
    await markLeft(deps, work, look, page.range);
    look = await moved(deps, work, look, page.next, async (tx) => {
      await storeJoined(tx, page.range, joined);
      if (page.next.startedAt === null) await welcomeMerged(tx, look.campaignId, work.connection.id);
    });
    if (work.isFull(joined.length)) return { kind: 'more', seen };
  }
}

const waiting = ({ goneAt, nextAt }: ListLook, { asOf, run: { seen } }: OngoingWork): SliceOutcome =>
  goneAt === null
    ? { kind: 'idle', nextAt, seen }
    : { kind: 'parked', reason: 'list-gone', retryAfterMs: Math.max(0, toMs(nextAt) - toMs(asOf)) };

/** The look that goes on or begins now; one without `startedAt` is not due. Another list is begun from nothing. */
async function lookUnderWay(
  deps: ActivityDependencies,
  { run: { workspaceId, campaignId }, connection, asOf }: OngoingWork,
  listId: string,
): Promise<ListLook> {
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    await holdFence(tx, connection);
    const last = await loadLook(tx, campaignId);
    const isSame = last?.listId === listId;
    if (last && isSame && (last.startedAt !== null || isAfter(last.nextAt, asOf))) return last;
    if (last && !isSame) await forgetList(tx, campaignId);
    return beginLook(tx, { campaignId, workspaceId, listId, asOf });
  });
}

/** Who is new in the list and has no link yet gets one; who was enrolled before needs no call to HubSpot. */
async function enrolJoined(
  deps: ActivityDependencies,
  work: OngoingWork,
  range: ListPage,
): Promise<{ readonly joined: readonly string[]; readonly halted: SliceOutcome | null }> {
  const { run, connection } = work;
  const { workspaceId, campaignId } = run;
  const { joined, known } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const joinedIds = await newMembers(tx, range);
    const address = { campaignId, connectionId: connection.id, syncRunId: run.id };
    return { joined: joinedIds, known: await knownContacts(tx, address, joinedIds) };
  });
  const unlinked = joined.filter((crmId) => (known.get(crmId)?.linkWritten ?? null) === null);
  for (let first = 0; first < unlinked.length; first += batchSize) {
    const lookups = await readContacts(deps, work, unlinked.slice(first, first + batchSize));
    const records = new Map(lookups.flatMap(({ record }) => (record ? [[record.id, record]] : [])));
    const halted = await workOn(deps, work, { records: [...records.values()], gone: [] });
    if (halted) return { joined, halted };
    deps.heartbeat();
  }
  return { joined, halted: null };
}

async function markLeft(
  deps: ActivityDependencies,
  work: OngoingWork,
  look: ListLook,
  range: ListPage,
): Promise<void> {
  for (let left = leaversAtOnce; left === leaversAtOnce; ) {
    left = await deps.db.inWorkspace(look.workspaceId, async (tx) => {
      await holdFence(tx, work.connection);
      // A look that was interrupted tells nothing any more.
      if (!(await advanceLook(tx, look, { pages: look.pages }))) return 0;
      return storeLeft(tx, range, leaversAtOnce);
    });
    deps.heartbeat();
  }
}

/** The look after this step, together with what the step stores; the row as it is when the look was interrupted. */
async function moved(
  deps: ActivityDependencies,
  work: OngoingWork,
  look: ListLook,
  changes: LookChanges,
  store: (tx: Tx) => Promise<void> = async () => undefined,
): Promise<ListLook> {
  return deps.db.inWorkspace(look.workspaceId, async (tx) => {
    await holdFence(tx, work.connection);
    const ends = changes.startedAt === null && changes.goneAt === null;
    const nextAt = ends && { nextAt: await afterLook(deps, tx, work, look) };
    if (await advanceLook(tx, look, { ...changes, ...nextAt })) await store(tx);
    return (await loadLook(tx, look.campaignId)) ?? { ...look, startedAt: null };
  });
}

/** When a list is looked at again: as often as HubSpot is asked for changes, less often if it is long. */
async function afterLook(
  deps: ActivityDependencies,
  tx: Tx,
  { connection, asOf }: OngoingWork,
  { startedAt, pages }: ListLook,
): Promise<string> {
  const lists = Math.max(1, await followedLists(tx, connection.id));
  const pauseMs = Math.max(deps.reconcileSeconds * SECOND_MS, (pages + 1) * lists * msPerPage);
  return addMs(startedAt ?? asOf, pauseMs);
}
