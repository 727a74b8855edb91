import { continueAsNew, patched, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { ConnectionActivities } from '../activities/connection.ts';
import { earliest, toInstant } from '../domain/time.ts';
import { Alarm } from './alarm.ts';
import { type ConnectionInput, taskQueues, timeouts } from './contract.ts';
import { type Heard, hearNudges } from './nudges.ts';
import { shouldStartAnew } from './start-anew.ts';

const hubspot = (summary: string) =>
  proxyActivities<ConnectionActivities>({
    taskQueue: taskQueues.hubspot,
    ...timeouts.hubspotActivity,
    summary,
  });
const { reconcile } = hubspot('Read what changed in HubSpot');
const { followHints } = hubspot('Follow contacts that were merged, deleted, restored or readdressed');
const { sweepContacts } = hubspot('Look at known contacts by id');
const { revokeAndUninstall } = hubspot('Hand the grant back to HubSpot');
const { nextConnectionEpoch } = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.main,
  ...timeouts.activity,
  summary: 'Was it connected again?',
});

/** When each kind of look is due by itself; null waits for a nudge. */
interface Due {
  hints: string | null;
  reconcile: string | null;
  sweep: string | null;
}

type Next = { readonly kind: 'wait'; readonly at: string | null } | { readonly kind: 'closed' };

/**
 * A connection while it lives: the incremental reader on a timer, contacts that notices have named at once, and every
 * known contact once a day; all of it after (re)connecting and on demand. After a disconnect it hands the grant back to
 * HubSpot and ends.
 */
export async function connectionLifecycle(input: ConnectionInput): Promise<{ closedEpoch: number }> {
  const heard = hearNudges(input.dirty);
  const { workspaceId, connectionId, epoch } = input;
  const alarm = new Alarm();
  const start = toInstant(Date.now());
  const due: Due = { hints: start, reconcile: start, sweep: start };
  for (;;) {
    // Runs from before contacts were followed go on as they began, up to the task that first comes here.
    const next = patched('follow-contacts')
      ? await lookAtWhatIsDue(input, heard, due)
      : await onlyReconcile(input, heard);
    if (next.kind === 'closed') break;
    await alarm.wait({ until: () => heard.dirty, at: next.at, summary: 'Until the next look at HubSpot' });
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

/** The looks that are due or wanted, and the instant of the next one. A notice alone wants no more than its contacts. */
async function lookAtWhatIsDue(
  { workspaceId, connectionId, epoch }: ConnectionInput,
  heard: Heard,
  due: Due,
): Promise<Next> {
  const { dirty, asked } = heard;
  heard.dirty = false;
  heard.asked = false;
  const looks = [
    { name: 'hints', look: followHints, wanted: dirty },
    { name: 'reconcile', look: reconcile, wanted: asked },
    { name: 'sweep', look: sweepContacts, wanted: asked },
  ] as const;
  const summaries: string[] = [];
  for (const { name, look, wanted } of looks) {
    const at = due[name];
    if (!wanted && (at === null || Date.parse(at) > Date.now())) continue;
    const seen = await look({ workspaceId, connectionId, epoch, asOf: toInstant(Date.now()) });
    if (seen.kind === 'closed') return { kind: 'closed' };
    due[name] = seen.nextAt;
    summaries.push(seen.summary);
  }
  const next = earliest([due.hints, due.reconcile, due.sweep]);
  setCurrentDetails(`${summaries.join(' ')} Next look at ${next}.`);
  return { kind: 'wait', at: next };
}

async function onlyReconcile(
  { workspaceId, connectionId, epoch }: ConnectionInput,
  heard: Heard,
): Promise<Next> {
  heard.dirty = false;
  const pass = await reconcile({ workspaceId, connectionId, epoch, asOf: toInstant(Date.now()) });
  if (pass.kind === 'closed') return { kind: 'closed' };
  setCurrentDetails(`${pass.summary} Next look at ${pass.nextAt}.`);
  return { kind: 'wait', at: pass.nextAt };
}
