/**
 * A whole installation on this machine: real PostgreSQL, real Temporal, the HubSpot sandbox, api and worker, each a
 * process of its own. `npm start`, the demo, and the e2e and chaos tests all start it here.
 */
import { join, resolve } from 'node:path';
import { freePorts, neededPorts, refuseBusyPorts, shownAddresses, urlsOf } from './addresses.ts';
import { lastLines } from './child.ts';
import { buildDashboard } from './dashboard.ts';
import { removeStacks, startGuardian } from './guardian.ts';
import { type Parts, partsOf } from './parts.ts';
import { identityOf, isRunning, type ProcessIdentity } from './processes.ts';
import type { Stack, StackOptions } from './stack-options.ts';
import { type PreparedDatabase, type Starters, startersOf } from './starters.ts';
import { forgetState, readState, type StackState, stopOrphans, writeState } from './state-file.ts';

export type { Stack, StackOptions } from './stack-options.ts';

/** Another stack runs on this data folder; `addresses` is where. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
  readonly addresses: Readonly<Record<string, string>>;

  constructor(addresses: Readonly<Record<string, string>>) {
    super('Vouchflow is already running on this data folder.');
    this.addresses = addresses;
  }
}

/**
 * Resolves when every wanted part is ready. Throws, with nothing left running, when one does not get ready;
 * `StartError` and `AlreadyRunningError` are for the person who started it.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const stateFile = join(dataDir, 'stack.json');
  const supervisor = ourselves();
  await makeWay(stateFile, options);
  const ports = options.ports === 'free' ? await freePorts() : options.ports;
  await refuseBusyPorts(ports, neededPorts(options));
  const addresses = shownAddresses(ports, options);
  const record = (parts: StackState['parts']) => writeState(stateFile, { supervisor, parts, addresses });
  record({});
  if (options.throwAway) startGuardian({ owner: supervisor, folder: dataDir });

  const starters = startersOf({ dataDir, ports, options });
  let stack: Stack | undefined;
  const parts = partsOf({
    starters: starters.starters,
    record,
    // In a later turn, so that a part that dies at once finds the stack that it belongs to.
    onUnexpectedEnd: (name, end) => setImmediate(() => stack && options.onUnexpectedEnd?.(stack, name, end)),
  });
  const stop = once(async () => {
    await parts.stopAll();
    forgetState(stateFile);
    if (options.throwAway) await removeStacks(dataDir);
  });

  try {
    const prepared = await orAbort(options.signal, startAll({ parts, starters, options }));
    stack = { ...handle(parts, starters), ...prepared, urls: urlsOf(ports), stop };
    return stack;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL, Temporal and the sandbox side by side; api and worker each as soon as it has what it needs. */
async function startAll({
  parts,
  starters,
  options,
}: {
  parts: Parts;
  starters: Starters;
  options: StackOptions;
}): Promise<PreparedDatabase> {
  const database = parts.start('postgres').then(() => starters.prepare());
  const temporal = parts.start('temporal');
  const sandbox = options.sandbox ? parts.start('sandbox') : Promise.resolve();
  // A stand-in has no dashboard.
  const dashboard = options.api && !options.commands?.api ? buildDashboard(options.say) : Promise.resolve();
  const api = options.api
    ? Promise.all([database, dashboard]).then(() => parts.start('api'))
    : Promise.resolve();
  const worker = options.worker
    ? Promise.all([database, temporal]).then(() => parts.start('worker'))
    : Promise.resolve();
  // All of them settle before the first failure is told: what a failed start leaves is then known and stopped.
  const results = await Promise.allSettled([database, temporal, sandbox, api, worker]);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return database;
}

function handle(parts: Parts, { logFile }: Starters): Omit<Stack, keyof PreparedDatabase | 'urls' | 'stop'> {
  return {
    logFile,
    logTail: (name) => lastLines(logFile(name)),
    identity: (name) => parts.identity(name),
    startPart: (name) => parts.start(name),
    stopPart: (name) => parts.stop(name),
    async restart(name) {
      await parts.stop(name);
      await parts.start(name);
    },
    kill: (name, signal = 'SIGKILL') => parts.kill(name, signal),
  };
}

/** Refuses when a live stack holds the folder; stops what a dead one left behind. */
async function makeWay(stateFile: string, { say }: StackOptions): Promise<void> {
  const state = readState(stateFile);
  if (!state) return;
  if (isRunning(state.supervisor)) throw new AlreadyRunningError(state.addresses);
  const stopped = await stopOrphans(stateFile);
  if (stopped.length > 0) say?.(`Stopped what an earlier start left running: ${stopped.join(', ')}.`);
}

function ourselves(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (!identity) throw new Error('The operating system does not tell when this process was started.');
  return identity;
}

async function orAbort<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
