import {
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { ConnectionActivities } from '../activities/connection.ts';
import { toInstant } from '../domain/time.ts';
import { Alarm } from './alarm.ts';
import { type ConnectionInput, type Nudge, nudgedSignal, taskQueues, timeouts } from './contract.ts';
import { shouldStartAnew } from './start-anew.ts';

const { reconcile, revokeAndUninstall } = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.hubspot,
  ...timeouts.hubspotActivity,
});
const { nextConnectionEpoch } = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.main,
  ...timeouts.activity,
  summary: 'Was it connected again?',
});

/**
 * A connection while it lives: the incremental reader on a timer, at once after (re)connecting and on demand; after a
 * disconnect it hands the grant back to HubSpot and ends.
 */
export async function connectionLifecycle(input: ConnectionInput): Promise<void> {
  let dirty = input.dirty ?? false;
  let nudges = 0;
  setHandler(defineSignal<[Nudge]>(nudgedSignal), () => {
    dirty = true;
    nudges += 1;
  });
  const { workspaceId, connectionId, epoch } = input;
  const alarm = new Alarm();
  for (;;) {
    dirty = false;
    const pass = await reconcile({ workspaceId, connectionId, epoch, asOf: toInstant(Date.now()) });
    if (pass.kind === 'closed') break;
    setCurrentDetails(`${pass.summary} Next look at ${pass.nextAt}.`);
    await alarm.wait({ until: () => dirty, at: pass.nextAt, summary: 'Until the next reconcile pass' });
    if (shouldStartAnew(nudges)) await continueAsNew<typeof connectionLifecycle>({ ...input, dirty: true });
  }
  await revokeAndUninstall({ connectionId, workspaceId });
  for (;;) {
    dirty = false;
    const next = await nextConnectionEpoch({ workspaceId, connectionId });
    if (next !== null)
      await continueAsNew<typeof connectionLifecycle>({ ...input, epoch: next, dirty: false });
    if (!dirty) return;
  }
}
