/** What belongs to one run of tests: a folder, and a guardian that clears it away when the run has ended. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeStacks, startGuardian } from '../../stack/guardian.ts';
import { readJsonIfGood, writeJson } from '../../stack/json-file.ts';
import { identityOf, isRunning, type ProcessIdentity, processIdentity } from '../../stack/processes.ts';

/** The process whose end ends the run: Vitest's own, whose workers come and go. */
export function owner(): ProcessIdentity {
  const inWorkerOfVitest = process.env['VITEST_POOL_ID'] !== undefined && process.channel !== undefined;
  const identity = identityOf(inWorkerOfVitest ? process.ppid : process.pid);
  if (!identity) throw new Error('The test run that this process belongs to has ended.');
  return identity;
}

const prefix = 'vouchflow-test-';

/** One folder per run. Whoever makes it also starts the guardian and sweeps what earlier runs could not. */
export async function runFolder(): Promise<string> {
  const runOwner = owner();
  const key = createHash('sha256').update(runOwner.startedAt).digest('hex').slice(0, 8);
  const folder = join(tmpdir(), `${prefix}${runOwner.pid}-${key}`);
  try {
    mkdirSync(folder, { mode: 0o755 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return folder;
    throw error;
  }
  startGuardian({ owner: runOwner, folder });
  writeJson(join(folder, 'owner.json'), runOwner);
  await sweepEarlierRuns();
  return folder;
}

async function sweepEarlierRuns(): Promise<void> {
  for (const entry of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))) {
    const folder = join(tmpdir(), entry);
    const earlier = readIdentity(join(folder, 'owner.json'));
    if (earlier && !isRunning(earlier)) await removeStacks(folder);
  }
}

/** False when another process holds the lock; the lock of a process that died holding it is taken away first. */
export function takeLock(file: string): boolean {
  try {
    const lock = openSync(file, 'wx');
    writeFileSync(lock, JSON.stringify(identityOf(process.pid)));
    closeSync(lock);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = readIdentity(file);
    if (holder && !isRunning(holder)) rmSync(file, { force: true });
    return false;
  }
}

const readIdentity = (file: string): ProcessIdentity | null => readJsonIfGood(file, processIdentity);
