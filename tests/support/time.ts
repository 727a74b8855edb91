/**
 * Months pass in seconds on the real server: the one place that knows Temporal's time skipping. A waiting workflow is
 * fast-forwarded; skipping is off before and after, so nothing fires that the test has not asked for.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

/** Answers of the long poll; the third says that the run ended first, which is no failure of the test. */
const polls = { timedOut: 1, completed: 2 } as const;

/** Moves a running workflow's clock ahead and resolves when it is there, or when the workflow has ended. */
export async function fastForward(client: Client, workflowId: string, ms: number): Promise<void> {
  const { namespace } = client.options;
  const workflowExecution = { workflowId };
  const id = randomUUID();
  const duration = msToTs(ms);
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution,
    // A camel-cased mask is refused, and a wrong name would skip to the end of the run.
    updateMask: { paths: ['time_skipping_config'] },
    workflowExecutionOptions: {
      timeSkippingConfig: { enabled: true, maxSessionSkipCount: 10_000, fastForwardConfig: { id, duration } },
    },
  });
  for (;;) {
    const poll = await client.workflowService.pollWorkflowExecutionTimeSkipping({
      namespace,
      workflowExecution,
      fastForwardId: id,
    });
    if (poll.fastForwardPollingResult !== polls.timedOut) return;
  }
}

/** Repeats until the answer is not null; for what becomes true a moment later and cannot be awaited otherwise. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  { withinMs = 20_000, everyMs = 50 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
