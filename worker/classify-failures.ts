import { activityInfo } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Logger } from 'pino';
import { toFailure } from '../activities/failures.ts';

/** Wraps every activity: one answer to "is this worth another try?", and no original error in any history. */
export const classifyFailures = (log: Logger): ActivityInboundCallsInterceptor => ({
  execute: async (input, next) => {
    try {
      return await next(input);
    } catch (error) {
      const { workflowExecution, activityType, attempt } = activityInfo();
      const workflowId = workflowExecution?.workflowId;
      log.warn({ workflowId, activityType, attempt, ...codesOf(error) }, 'an activity failed');
      throw toFailure(error);
    }
  },
});

/** Names, codes and the frames of our own code; messages can hold personal data and are left out. */
function codesOf(error: unknown): object {
  const { name, code, detail, cause, stack } = error as Record<string, unknown>;
  const causeCode = (cause as { code?: unknown } | null | undefined)?.code;
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return {
    failure: name,
    code: code ?? causeCode,
    ...(name === 'HubSpotError' && { hubspot: detail }),
    at: frames.slice(0, 4).map((line) => line.trim()),
  };
}
