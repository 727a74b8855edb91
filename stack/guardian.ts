/**
 * Cleans up after throw-away stacks: waits until its owner (a test run, say) has ended, however it ended, then stops
 * every stack below the folder and removes the folder. `node stack/guardian.ts OWNER_PID OWNER_STARTED_AT FOLDER`
 */
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isRunning, type ProcessIdentity } from './processes.ts';
import { readState, stopParts } from './state-file.ts';

interface Guarded {
  readonly owner: ProcessIdentity;
  /** It, and each folder in it, may hold a `stack.json`. */
  readonly folder: string;
}

/** Runs on its own, and outlives the process that starts it. */
export function startGuardian({ owner, folder }: Guarded): void {
  const args = [fileURLToPath(import.meta.url), String(owner.pid), owner.startedAt, folder];
  spawn(process.execPath, args, { cwd: '/', detached: true, stdio: 'ignore' }).unref();
}

async function guard({ owner, folder }: Guarded): Promise<void> {
  while (isRunning(owner)) await delay(250);
  await removeStacks(folder);
}

/** Stops every stack in or below the folder, whoever watches over it, and removes the folder. */
export async function removeStacks(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const stacks = [folder, ...entries.map(({ name }) => join(folder, name))];
  for (const stack of stacks) {
    const state = readState(join(stack, 'stack.json'));
    if (state) await stopParts(state.parts);
  }
  for (const stack of stacks) {
    const data = join(stack, 'postgres');
    // Root's PostgreSQL may keep its files elsewhere (`postgres-user.ts`).
    if (isLink(data)) remove(realpathSync(data));
  }
  remove(folder);
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

const remove = (path: string): void => rmSync(path, { recursive: true, force: true, maxRetries: 5 });

if (import.meta.main) {
  const [pid, startedAt, folder] = process.argv.slice(2);
  if (!pid || !startedAt || !folder) throw new Error('usage: guardian.ts OWNER_PID OWNER_STARTED_AT FOLDER');
  // Ctrl-C is for the owner; our part comes after it has ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  await guard({ owner: { pid: Number(pid), startedAt }, folder });
}
