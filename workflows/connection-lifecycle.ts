import { continueAsNew, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { ConnectionActivities } from '../activities/connection.ts';
import { toInstant } from '../domain/time.ts';
import { Alarm } from './alarm.ts';
import { type ConnectionInput, taskQueues, timeouts } from './contract.ts';
import { hearNudges } from './nudges.ts';
import { shouldStartAnew } from './start-anew.ts';

const hubspot = (summary: string) =>
  proxyActivities<ConnectionActivities>({
    taskQueue: taskQueues.hubspot,
    ...timeouts.hubspotActivity,
    summary,
  });
const { reconcile } = hubspot('Read what changed in HubSpot');
const { revokeAndUninstall } = hubspot('Hand the grant back to HubSpot');
const { nextConnectionEpoch } = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.main,
  ...timeouts.activity,
  summary: 'Was it connected again?',
});

/**
 * A connection while it lives: the incremental reader on a timer, at once after (re)connecting and on demand; after a
 * disconnect it hands the grant back to HubSpot and ends.
 */
export async function connectionLifecycle(input: ConnectionInput): Promise<{ closedEpoch: number }> {
  const heard = hearNudges(input.dirty);
  const { workspaceId, connectionId, epoch } = input;
  const alarm = new Alarm();
  for (;;) {
    heard.dirty = false;
    const pass = await reconcile({ workspaceId, connectionId, epoch, asOf: toInstant(Date.now()) });
    if (pass.kind === 'closed') break;
    setCurrentDetails(`${pass.summary} Next look at ${pass.nextAt}.`);
    await alarm.wait({ until: () => heard.dirty, at: pass.nextAt, summary: 'Until the next reconcile pass' });
    if (shouldStartAnew(heard.count))
      await continueAsNew<typeof connectionLifecycle>({ ...input, dirty: true });
  }
  setCurrentDetails('Disconnected; handing the grant back to HubSpot.');
  await revokeAndUninstall({ connectionId, workspaceId });
  setCurrentDetails('Disconnected; the grant was handed back.');
  for (;;) {
    heard.dirty = false;
    const next = await nextConnectionEpoch({ workspaceId, connectionId });
    if (next !== null)
      await continueAsNew<typeof connectionLifecycle>({ ...input, epoch: next, dirty: false });
    if (!heard.dirty) return { closedEpoch: epoch };
  }
}
