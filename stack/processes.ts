/**
 * Processes that we started, known by pid *and* start time: a pid alone may have been given to somebody else since,
 * and such a recycled pid is never signalled.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export const processIdentity = z.object({
  pid: z.number(),
  /** Opaque; equal for the same process, different for another one that was given the same pid. */
  startedAt: z.string(),
});
export type ProcessIdentity = Readonly<z.output<typeof processIdentity>>;

/** Null when no such process runs; a zombie counts as gone. */
export function identityOf(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? startTimeOnLinux(pid) : startTimeByPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export const isRunning = ({ pid, startedAt }: ProcessIdentity): boolean =>
  identityOf(pid)?.startedAt === startedAt;

/**
 * Signals the process, or its whole group (our children lead one each). False, with nothing signalled, when it is
 * gone or its pid belongs to another process by now.
 */
export function signalProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  { group = false } = {},
): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(group ? -identity.pid : identity.pid, signal);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Resolves with whether the process ended in time. */
export async function waitForEnd(identity: ProcessIdentity, deadlineMs: number): Promise<boolean> {
  const until = performance.now() + deadlineMs;
  while (isRunning(identity)) {
    if (performance.now() > until) return false;
    await delay(20);
  }
  return true;
}

/** Asks the process to end, and kills its group when it has not after `deadlineMs`. */
export async function stopProcess(
  identity: ProcessIdentity,
  { signal, deadlineMs }: { readonly signal: NodeJS.Signals; readonly deadlineMs: number },
): Promise<void> {
  if (!signalProcess(identity, signal)) return;
  // One that was paused would not hear it.
  signalProcess(identity, 'SIGCONT');
  if (await waitForEnd(identity, deadlineMs)) return;
  signalProcess(identity, 'SIGKILL', { group: true });
  await waitForEnd(identity, 2_000);
}

/** Field 22 of /proc/PID/stat counts ticks since boot, hence the boot's own id beside it. */
function startTimeOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may hold spaces and brackets: field 3 starts behind the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    if (ticks === undefined || state === 'Z' || state === 'X') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${boot}:${ticks}`;
  } catch {
    return null;
  }
}

function startTimeByPs(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  const [state = '', ...startedAt] = (status === 0 ? stdout : '').trim().split(/\s+/);
  return startedAt.length === 0 || state.startsWith('Z') ? null : startedAt.join(' ');
}

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ESRCH';
