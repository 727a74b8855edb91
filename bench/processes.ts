/** Processes of a benchmark's own, which end with it: they watch their standard input. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OwnProcess {
  /** The next line that it prints; rejects when it ends before. */
  line(): Promise<string>;
  /** Lets it go on, where it waits for that. */
  go(): void;
  stop(): Promise<void>;
}

/** Starts a file of `bench/` with one argument, as JSON. */
export function ownProcess(file: string, input: unknown): OwnProcess {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL(file, import.meta.url)), JSON.stringify(input)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${file} ended before it had said anything`);
      return value;
    },
    go: () => void child.stdin.write('go\n'),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** In such a process: its input, and an end when the benchmark lets go of it. */
export function fromBenchmark<T>(): T {
  process.stdin.resume().once('end', () => process.exit(0));
  return JSON.parse(process.argv[2] ?? 'null') as T;
}

/** Says that it is ready, and waits until all of them are. */
export async function untilToldToGo(): Promise<void> {
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
}
