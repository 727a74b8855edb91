import { continueAsNew, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { ContactSyncActivities } from '../activities/contact-sync.ts';
import { toInstant } from '../domain/time.ts';
import { Alarm } from './alarm.ts';
import { type ContactSyncInput, taskQueues, timeouts } from './contract.ts';
import { hearNudges } from './nudges.ts';
import { waitAfter } from './slice-wait.ts';
import { shouldStartAnew } from './start-anew.ts';

const { syncSlice } = proxyActivities<ContactSyncActivities>({
  taskQueue: taskQueues.slices,
  ...timeouts.slice,
  summary: 'Sync a slice of contacts',
});

export interface ContactSyncResult {
  readonly syncRunId: string;
  readonly state: 'completed' | 'stopped';
  readonly contactsSeen: number;
}

/**
 * A campaign's contact sync, while any of its runs is open: slices of up to 20,000 contacts or a minute, of a run that
 * was started, else of the ongoing sync, which waits for a nudge or for its list to be due. Progress and orders are
 * rows: a slice ends itself when it reads that its run is paused, stopped or off, and the cursor survives any crash.
 */
export async function contactSync(input: ContactSyncInput): Promise<ContactSyncResult> {
  const heard = hearNudges(input.dirty);
  const { workspaceId, campaignId } = input;
  const alarm = new Alarm();
  for (;;) {
    heard.dirty = false;
    const slice = await syncSlice({ workspaceId, campaignId, asOf: toInstant(Date.now()) });
    const { details, wait } = waitAfter(slice, toInstant(Date.now()));
    setCurrentDetails(details);
    // A run that is asked for while nothing is open was heard as a signal, or starts a workflow of its own.
    if (slice.kind === 'finished' && !heard.dirty) {
      const { syncRunId, state, seen: contactsSeen } = slice;
      return { syncRunId, state, contactsSeen };
    }
    if (wait) await alarm.wait({ until: () => heard.dirty, at: wait.until, summary: wait.summary });
    if (shouldStartAnew(heard.count)) await continueAsNew<typeof contactSync>({ ...input, dirty: true });
  }
}
