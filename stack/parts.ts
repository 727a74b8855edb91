/** Which parts of a stack run right now: started, stopped and killed by name, with every change told to `record`. */
import type { ChildEnd } from './child.ts';
import type { Running } from './part.ts';
import { type ProcessIdentity, signalProcess, waitForEnd } from './processes.ts';
import { type PartName, partNames, type StackState, stopPart } from './state-file.ts';

export type StartPart = (onSpawn: (identity: ProcessIdentity) => void) => Promise<Running>;

interface PartsOptions {
  readonly starters: Readonly<Record<PartName, StartPart>>;
  /** Told of each process as soon as there is one, and when it has gone. */
  readonly record: (parts: StackState['parts']) => void;
  /** A part that was ready ended although nobody asked it to. */
  readonly onUnexpectedEnd: (part: PartName, end: ChildEnd) => void;
}

export interface Parts {
  identity(name: PartName): ProcessIdentity | null;
  /** Resolves when the part is ready; does nothing while it runs. */
  start(name: PartName): Promise<void>;
  stop(name: PartName): Promise<void>;
  kill(name: PartName, signal: NodeJS.Signals): Promise<void>;
  /** In the order of `partNames`. Nothing can be started afterwards. */
  stopAll(): Promise<void>;
}

/** Signals that leave a process running. */
const gentle: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGSTOP',
  'SIGCONT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGHUP',
  'SIGWINCH',
]);

export function partsOf({ starters, record, onUnexpectedEnd }: PartsOptions): Parts {
  const running = new Map<PartName, ProcessIdentity>();
  let closed = false;

  const noted = (name: PartName, identity: ProcessIdentity) => {
    running.set(name, identity);
    record(Object.fromEntries(running));
    // Spawned by a start that was under way when everything was stopped: nobody would stop it later.
    if (closed) signalProcess(identity, 'SIGKILL', { group: true });
  };
  const recordNow = () => {
    if (!closed) record(Object.fromEntries(running));
  };

  async function start(name: PartName): Promise<void> {
    if (closed) throw new Error('The stack is stopping.');
    if (running.has(name)) return;
    try {
      const { identity, ended } = await starters[name]((spawned) => noted(name, spawned));
      void ended.then((end) => {
        if (running.get(name) !== identity) return;
        running.delete(name);
        recordNow();
        if (!closed) onUnexpectedEnd(name, end);
      });
    } catch (error) {
      running.delete(name);
      recordNow();
      throw error;
    }
  }

  async function stop(name: PartName): Promise<void> {
    const identity = running.get(name);
    if (!identity) return;
    // Taken off the list first, so that its end is no surprise; it stays on record until it has gone.
    running.delete(name);
    await stopPart(name, identity);
    recordNow();
  }

  return {
    identity: (name) => running.get(name) ?? null,
    start,
    stop,
    async kill(name, signal) {
      const identity = running.get(name);
      if (!identity) return;
      if (gentle.has(signal)) {
        signalProcess(identity, signal);
        return;
      }
      running.delete(name);
      signalProcess(identity, signal);
      if (!(await waitForEnd(identity, 15_000))) throw new Error(`${name} did not end on ${signal}.`);
      recordNow();
    },
    async stopAll() {
      closed = true;
      for (const name of partNames) await stop(name);
    },
  };
}
