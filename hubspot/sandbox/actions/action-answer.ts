/** What an app's answer to an action means for the run. */
import { z } from 'zod';
import type { OutputFields, RunState } from './run.ts';

const outputFields = z.record(z.string(), z.unknown());
const answerBody = z.object({ outputFields });

/** HubSpot's words for how a run goes on, in an answer and in a completion. */
const states: Readonly<Record<string, RunState>> = {
  SUCCESS: 'succeeded',
  FAIL_CONTINUE: 'failed',
  BLOCK: 'blocked',
  ASYNC: 'blocked',
};

const dayMs = 86_400_000;
/** How long a run is parked when the app does not say. */
const parkedMs = 7 * dayMs;

/** Of a 2xx; an answer without output is as good as a success. */
export function answeredOutput(text: string): OutputFields {
  try {
    return answerBody.safeParse(JSON.parse(text)).data?.outputFields ?? {};
  } catch {
    return {};
  }
}

export function stateOf({ hs_execution_state: word }: OutputFields): RunState {
  return (typeof word === 'string' ? states[word] : undefined) ?? 'succeeded';
}

/** When a parked run goes on by itself. */
export function expiryOf(output: OutputFields, now: number): number {
  const wished = output['hs_expiration_duration'];
  return now + (typeof wished === 'string' ? (durationMs(wished) ?? parkedMs) : parkedMs);
}

/** ISO 8601, in weeks, days and smaller: `P1WT1H`, `PT0.5S`. */
function durationMs(text: string): number | undefined {
  const number = '(\\d+(?:\\.\\d+)?)';
  const pattern = `^P(?:${number}W)?(?:${number}D)?(?:T(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`;
  const found = new RegExp(pattern).exec(text);
  if (found === null) return undefined;
  const units = [7 * dayMs, dayMs, 3_600_000, 60_000, 1000];
  return units.reduce((sum, unit, index) => sum + unit * Number(found[index + 1] ?? 0), 0);
}
