/**
 * `stack.json`: which processes make up a stack and who watches over them, so that a later start, or the guardian,
 * can stop what a dead supervisor left behind.
 */
import { rmSync } from 'node:fs';
import { z } from 'zod';
import { readJsonIfGood, writeJson } from './json-file.ts';
import { isRunning, type ProcessIdentity, processIdentity, signalProcess, stopProcess } from './processes.ts';

/** In the order in which they are stopped: nobody loses what it still talks to. */
export const partNames = ['api', 'worker', 'sandbox', 'temporal', 'postgres'] as const;
export type PartName = (typeof partNames)[number];

const stackState = z.object({
  supervisor: processIdentity,
  parts: z.partialRecord(z.enum(partNames), processIdentity),
  /** What a second `npm start` shows: a name and an address a line. */
  addresses: z.record(z.string(), z.string()),
});
export type StackState = Readonly<z.output<typeof stackState>>;

/** How each part is asked to end, and after how long it is killed. */
const stopping: Readonly<Record<PartName, { readonly signal: NodeJS.Signals; readonly deadlineMs: number }>> =
  {
    api: { signal: 'SIGTERM', deadlineMs: 15_000 },
    worker: { signal: 'SIGTERM', deadlineMs: 15_000 },
    sandbox: { signal: 'SIGTERM', deadlineMs: 5_000 },
    temporal: { signal: 'SIGTERM', deadlineMs: 10_000 },
    // Fast shutdown; SIGTERM would wait for every client to leave.
    postgres: { signal: 'SIGINT', deadlineMs: 10_000 },
  };

/** Null when there is none, or when it cannot be read: then nothing is known to be ours. */
export const readState = (file: string): StackState | null => readJsonIfGood(file, stackState);

export const writeState = (file: string, state: StackState): void => writeJson(file, state);

export const forgetState = (file: string): void => rmSync(file, { force: true });

export const runningParts = (state: StackState): readonly PartName[] =>
  partNames.filter((name) => {
    const part = state.parts[name];
    return part !== undefined && isRunning(part);
  });

export const stopPart = (name: PartName, identity: ProcessIdentity): Promise<void> =>
  stopProcess(identity, stopping[name]);

/** Kills whatever runs, at once. */
export function killParts(parts: StackState['parts']): void {
  for (const name of partNames) {
    const identity = parts[name];
    if (identity) signalProcess(identity, 'SIGKILL', { group: true });
  }
}

/** Stops what still runs, one after the other; a pid that belongs to another process by now is left alone. */
export async function stopParts(parts: StackState['parts']): Promise<void> {
  for (const name of partNames) {
    const identity = parts[name];
    if (identity) await stopPart(name, identity);
  }
}

/** Stops the parts of a stack whose supervisor is gone, and forgets it. Returns the names of what was stopped. */
export async function stopOrphans(file: string): Promise<readonly PartName[]> {
  const state = readState(file);
  if (!state || isRunning(state.supervisor)) return [];
  const orphans = runningParts(state);
  await stopParts(state.parts);
  forgetState(file);
  return orphans;
}
