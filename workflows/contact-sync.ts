import { condition, continueAsNew, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { ContactSyncActivities } from '../activities/contact-sync.ts';
import { type ContactSyncInput, taskQueues, timeouts } from './contract.ts';
import { hearNudges } from './nudges.ts';
import { shouldStartAnew } from './start-anew.ts';

const { syncSlice } = proxyActivities<ContactSyncActivities>({
  taskQueue: taskQueues.slices,
  ...timeouts.slice,
  summary: 'Sync a slice of contacts',
});
const { nextSyncRun } = proxyActivities<ContactSyncActivities>({
  taskQueue: taskQueues.main,
  ...timeouts.activity,
  summary: 'Is another run wanted?',
});

export interface ContactSyncResult {
  readonly syncRunId: string;
  readonly state: 'completed' | 'stopped';
  readonly contactsSeen: number;
}

/**
 * One run of a campaign's contact sync, in slices of up to 20,000 contacts or a minute. Progress and the wanted state
 * are rows: a slice ends itself when it reads that the run is paused or stopped, and the cursor survives any crash.
 */
export async function contactSync(input: ContactSyncInput): Promise<ContactSyncResult> {
  const heard = hearNudges(input.dirty);
  const { workspaceId, campaignId, syncRunId } = input;
  let finished: ContactSyncResult | null = null;
  while (finished === null) {
    heard.dirty = false;
    const slice = await syncSlice({ workspaceId, syncRunId });
    if (slice.kind === 'finished') {
      const { state, seen: contactsSeen } = slice;
      finished = { syncRunId, state, contactsSeen };
      setCurrentDetails(`The run is ${state}; ${contactsSeen} contacts seen.`);
      continue;
    }
    if (slice.kind === 'more') {
      setCurrentDetails(`${slice.seen} contacts seen so far.`);
    } else {
      setCurrentDetails(slice.kind === 'paused' ? 'Paused by an operator.' : `Waiting: ${slice.reason}.`);
      const wakeAfterMs = slice.kind === 'parked' ? slice.retryAfterMs : null;
      await (wakeAfterMs === null ? condition(() => heard.dirty) : condition(() => heard.dirty, wakeAfterMs));
    }
    if (shouldStartAnew(heard.count)) await continueAsNew<typeof contactSync>({ ...input, dirty: true });
  }
  // A run that is asked for while this one closes is a signal to it: it looks once more before it leaves.
  for (;;) {
    heard.dirty = false;
    const next = await nextSyncRun({ workspaceId, campaignId });
    if (next) await continueAsNew<typeof contactSync>({ ...input, syncRunId: next.syncRunId, dirty: false });
    if (!heard.dirty) return finished;
  }
}
