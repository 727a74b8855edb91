import { loadLook } from '../db/queries/list-looks.ts';
import { type KnownContact, knownContacts } from '../db/queries/ongoing-contacts.ts';
import { holdCampaign, oweCatchUp, showState } from '../db/queries/ongoing-syncs.ts';
import { dropHints, type TakenHint, takeHints } from '../db/queries/sync-hints.ts';
import { forgetList } from '../db/queries/sync-members.ts';
import { openRuns, openSyncRun } from '../db/queries/sync-runs.ts';
import { acceptsSync } from '../domain/campaign.ts';
import type { CrmLookup, CrmRecord } from '../hubspot/gateway.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { lookAtList } from './list-members.ts';
import {
  batchSize,
  type OngoingWork,
  offOutcome,
  ongoingWork,
  readContacts,
  workOn,
} from './ongoing-work.ts';
import type { RunContext, SliceOutcome } from './slice.ts';

/** A slice ends after so many contacts or so long, whichever is first. */
const sliceBounds = { contacts: 20_000, ms: 60_000 } as const;
/** Together with the slice of the other run that follows, well below the two minutes of the activity. */
const besideBounds = { contacts: 1_000, ms: 10_000 } as const;

/**
 * One slice of a campaign's ongoing sync: a sync that must catch up first, then every contact that was hinted at, then
 * the list when it is due. Safe to repeat: a hint goes only when its contact is done, and the look at a list is a row.
 */
export async function ongoingPass(
  deps: ActivityDependencies,
  context: RunContext & { readonly asOf: string },
): Promise<SliceOutcome> {
  const { run, campaign } = context;
  const { workspaceId, seen } = run;
  if (!acceptsSync(campaign.status)) {
    await deps.db.inWorkspace(workspaceId, (tx) => showState(tx, run.id, { state: 'paused' }));
    return { kind: 'idle', nextAt: null, seen, resting: 'campaign-paused' };
  }
  if (run.ofRunId !== null && (await catchUp(deps, context))) return { kind: 'more', seen };
  const work = await ongoingWork(deps, context, { asOf: context.asOf, bounds: sliceBounds });
  const outcome = (await followHints(deps, work)) ?? (await followScope(deps, work));
  await deps.db.inWorkspace(workspaceId, (tx) =>
    showState(
      tx,
      run.id,
      outcome.kind === 'parked' ? { state: 'parked', parkedReason: outcome.reason } : { state: 'running' },
    ),
  );
  return outcome;
}

/**
 * Some of the contacts that were hinted at, between two slices of a run that takes long: a new contact need not wait
 * until a million others have been read. What is left is done by the next slice.
 */
export async function ongoingBeside(
  deps: ActivityDependencies,
  context: RunContext & { readonly asOf: string },
): Promise<SliceOutcome> {
  const { run, campaign } = context;
  const idle = { kind: 'idle', nextAt: null, seen: run.seen } as const;
  const [waiting] = await deps.db.inWorkspace(run.workspaceId, (tx) =>
    takeHints(tx, campaign.id, { afterCrmId: null, limit: 1 }),
  );
  if (!waiting || !acceptsSync(campaign.status)) return idle;
  const work = await ongoingWork(deps, context, { asOf: context.asOf, bounds: besideBounds });
  return (await followHints(deps, work)) ?? idle;
}

/** S39: what changed while another run was open, or under the scope before, is found by a sync after it. */
async function catchUp(deps: ActivityDependencies, { run, connection }: RunContext): Promise<boolean> {
  const { workspaceId, campaignId } = run;
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await holdCampaign(tx, campaignId);
    const open = await openRuns(tx, campaignId);
    // A run that is paused comes first; turned off meanwhile, nothing is owed.
    if (open.run !== null || open.ongoing === null) return false;
    await openSyncRun(tx, {
      workspaceId,
      campaignId,
      connectionId: connection.id,
      epoch: connection.epoch,
      ofRunId: run.id,
    });
    await oweCatchUp(tx, run.id, null);
    return true;
  });
}

/** Contacts that HubSpot spoke of, a batch at a time; null when none is left. */
async function followHints(deps: ActivityDependencies, work: OngoingWork): Promise<SliceOutcome | null> {
  const { run } = work;
  const { workspaceId, campaignId, seen } = run;
  for (let afterCrmId: string | null = null; ; ) {
    const off = await offOutcome(deps, work);
    if (off) return off;
    const hints: readonly TakenHint[] = await deps.db.inWorkspace(workspaceId, (tx) =>
      takeHints(tx, campaignId, { afterCrmId, limit: batchSize }),
    );
    // Whoever hints at a contact that lies behind us nudges, too: the next slice sees it.
    if (hints.length === 0) return null;
    const halted = await answerHints(deps, work, hints);
    if (halted) return halted;
    afterCrmId = hints.at(-1)?.crmId ?? null;
    if (work.isFull(hints.length)) return { kind: 'more', seen };
  }
}

async function answerHints(
  deps: ActivityDependencies,
  work: OngoingWork,
  hints: readonly TakenHint[],
): Promise<SliceOutcome | null> {
  const { run, connection } = work;
  const { workspaceId, campaignId } = run;
  const asked = hints.map(({ crmId }) => crmId);
  const lookups = await readContacts(deps, work, asked);
  const ids = [...asked, ...lookups.flatMap(({ record }) => record?.id ?? [])];
  const known = await deps.db.inWorkspace(workspaceId, (tx) =>
    knownContacts(tx, { campaignId, connectionId: connection.id, syncRunId: run.id }, ids),
  );
  const halted = await workOn(deps, work, concerned(lookups, known, work.listId));
  if (halted) return halted;
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await dropHints(tx, campaignId, hints);
  });
  return null;
}

/**
 * Whom of these the sync concerns: of a list, its members and whoever it enrolled. A contact that HubSpot has no more
 * is an exception only if it never was a referrer; of a referrer it is the identity that is marked.
 */
function concerned(
  lookups: readonly CrmLookup[],
  known: ReadonlyMap<string, KnownContact>,
  listId: string | null,
): { readonly records: readonly CrmRecord[]; readonly gone: readonly string[] } {
  const isOurs = (id: string) => known.get(id)?.enrolled || known.get(id)?.member || listId === null;
  const records = new Map<string, CrmRecord>();
  const gone: string[] = [];
  for (const { askedId, record } of lookups) {
    if (record === null) {
      if (isOurs(askedId) && !known.get(askedId)?.enrolled) gone.push(askedId);
    } else if (isOurs(record.id) || isOurs(askedId)) records.set(record.id, record);
  }
  return { records: [...records.values()], gone };
}

/** The part of the scope of which no webhook tells: who is in a list. */
async function followScope(deps: ActivityDependencies, work: OngoingWork): Promise<SliceOutcome> {
  const { workspaceId, campaignId, seen } = work.run;
  if (work.listId !== null) return lookAtList(deps, work, work.listId);
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    // Of a list that was followed before.
    if (await loadLook(tx, campaignId)) await forgetList(tx, campaignId);
  });
  return { kind: 'idle', nextAt: null, seen };
}
