/** A child process of the stack: leads a process group of its own (so that Ctrl-C reaches us only) and logs to a file. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityOf, type ProcessIdentity } from './processes.ts';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Appended to; stdout and stderr both. */
  readonly logFile: string;
  /** The user to run as, where we are root and the program refuses to be. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  /** Settles when the process has ended, for whatever reason; never rejects. */
  readonly ended: Promise<ChildEnd>;
}

/** Throws when the program cannot be started at all. */
export async function spawnChild({ command, args, env, cwd, logFile, user }: ChildCommand): Promise<Child> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(command, args, { env, cwd, ...user, detached: true, stdio: ['ignore', log, log] });
    const ended = new Promise<ChildEnd>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const pid = child.pid ?? 0;
    // A process that is gone already gets an identity that no running process has.
    return { identity: identityOf(pid) ?? { pid, startedAt: 'gone' }, logFile, ended };
  } finally {
    closeSync(log);
  }
}

/** The end of a log file, for a message that says why a child died; empty when there is none. */
export function lastLines(logFile: string, count = 12): string {
  const window = 16_384;
  try {
    const file = openSync(logFile, 'r');
    try {
      const { size } = fstatSync(file);
      const buffer = Buffer.alloc(Math.min(size, window));
      readSync(file, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
