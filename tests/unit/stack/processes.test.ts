import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signalProcess,
  stopProcess,
  waitForEnd,
} from '../../../stack/processes.ts';
import { readState, runningParts, stopOrphans, writeState } from '../../../stack/state-file.ts';

let child: ReturnType<typeof spawn>;
let identity: ProcessIdentity;

beforeEach(async () => {
  child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  const found = identityOf(child.pid ?? 0);
  if (!found) throw new Error('the child did not start');
  identity = found;
});
afterEach(() => {
  child.kill('SIGKILL');
});

/** The same pid, but of a process that was started at another time: what is left when a pid is given away again. */
const recycled = (): ProcessIdentity => ({ ...identity, startedAt: `${identity.startedAt}1` });

test('design §9: a recycled pid is never signalled', async () => {
  expect(isRunning(recycled())).toBe(false);
  expect(signalProcess(recycled(), 'SIGKILL')).toBe(false);
  await stopProcess(recycled(), { signal: 'SIGKILL', deadlineMs: 100 });
  expect(isRunning(identity)).toBe(true);
  expect(signalProcess(identity, 'SIGKILL')).toBe(true);
  expect(await waitForEnd(identity, 5_000)).toBe(true);
});

test('a process that ignores the signal is killed after the deadline', async () => {
  const stubborn = spawn('sh', ['-c', 'trap "" TERM; echo set; while :; do sleep 0.05; done'], {
    detached: true,
  });
  await once(stubborn.stdout, 'data');
  const stubbornIdentity = identityOf(stubborn.pid ?? 0) ?? recycled();
  await stopProcess(stubbornIdentity, { signal: 'SIGTERM', deadlineMs: 100 });
  expect(isRunning(stubbornIdentity)).toBe(false);
});

test('a paused process ends as asked, without the deadline', async () => {
  signalProcess(identity, 'SIGSTOP');
  const [[, signal]] = await Promise.all([
    once(child, 'exit'),
    stopProcess(identity, { signal: 'SIGTERM', deadlineMs: 5_000 }),
  ]);
  expect(signal).toBe('SIGTERM');
});

test('a pid that nobody has is no process', () => {
  expect(identityOf(2 ** 22 + 1)).toBeNull();
});

function inFolder(work: (stateFile: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchflow-state-'));
  return work(join(folder, 'stack.json')).finally(() => rmSync(folder, { recursive: true }));
}

test('design §9: the parts of a dead supervisor are stopped, a recycled pid among them is left alone', () =>
  inFolder(async (stateFile) => {
    const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const worker = identityOf(other.pid ?? 0) ?? recycled();
    const parts = { api: recycled(), worker };
    writeState(stateFile, { supervisor: { ...recycled(), startedAt: 'long ago' }, parts, addresses: {} });
    expect(await stopOrphans(stateFile)).toEqual(['worker']);
    expect(isRunning(worker)).toBe(false);
    expect(isRunning(identity)).toBe(true);
    expect(readState(stateFile)).toBeNull();
  }));

test('design §9: the parts of a live supervisor are left alone', () =>
  inFolder(async (stateFile) => {
    const supervisor = identityOf(process.pid) ?? recycled();
    writeState(stateFile, { supervisor, parts: { worker: identity }, addresses: {} });
    expect(await stopOrphans(stateFile)).toEqual([]);
    const state = readState(stateFile);
    expect(state && runningParts(state)).toEqual(['worker']);
  }));
