/**
 * `npm start`: the whole product on this machine, on fixed ports, with its data kept in `.vouchflow/`. Ctrl-C stops
 * everything in good order, a second one at once; a part that dies is started again.
 */
import { join, resolve } from 'node:path';
import { localSignInLink } from '../api/sign-in-link.ts';
import { connectSystemDatabase } from '../db/client.ts';
import { fixedPorts, StartError } from './addresses.ts';
import type { ChildEnd } from './child.ts';
import { addressLines, endedText, readyText, titles } from './messages.ts';
import { ownSettings } from './own-settings.ts';
import { restartLimit } from './restarts.ts';
import { checkout } from './roles.ts';
import { AlreadyRunningError, type Stack, startStack } from './stack.ts';
import { killParts, type PartName, readState } from './state-file.ts';

/** What must be up before a part can be. */
const neededBy: Readonly<Record<PartName, readonly PartName[]>> = {
  api: ['postgres'],
  worker: ['postgres', 'temporal'],
  sandbox: [],
  temporal: [],
  postgres: [],
};

const say = (line: string): void => console.log(line);

const starting = new AbortController();
const limit = restartLimit({ restarts: 5, withinMs: 60_000 });
const restarting = new Map<PartName, Promise<void>>();
let stack: Stack | undefined;
let leaving = false;

async function start(): Promise<void> {
  const began = performance.now();
  const { all, roles, realHubSpot } = ownSettings(process.env, join(checkout, '.env'));
  const dataDir = resolve(all['VOUCHFLOW_DATA'] ?? join(checkout, '.vouchflow'));
  listenForSignals(dataDir);
  say('Starting Vouchflow …');
  stack = await startStack({
    dataDir,
    ports: fixedPorts(all),
    durable: true,
    sandbox: !realHubSpot,
    api: true,
    worker: true,
    extraEnv: roles,
    signal: starting.signal,
    say,
    onUnexpectedEnd: (running, part, end) => void startAgain(running, part, end),
  });
  // Ctrl-C in the very moment of getting ready.
  if (leaving) return leave(0);
  const addresses = readState(join(dataDir, 'stack.json'))?.addresses ?? {};
  const signInLink = await newLocalLink(stack);
  say(readyText({ addresses, signInLink, dataDir, seconds: (performance.now() - began) / 1000 }));
}

/** Whoever can read this terminal is let in as the local user. */
async function newLocalLink({ databases, env }: Stack): Promise<string> {
  const database = connectSystemDatabase(databases.systemUrl);
  try {
    return await localSignInLink(database, env['PUBLIC_URL'] ?? '');
  } finally {
    await database.close();
  }
}

function listenForSignals(dataDir: string): void {
  const interrupted = () => {
    if (leaving) {
      killParts(readState(join(dataDir, 'stack.json'))?.parts ?? {});
      process.exit(130);
    }
    leaving = true;
    say('\nStopping … (once more to kill)');
    if (stack) void leave(0);
    else starting.abort(new StartError('Stopped before it was ready.'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted);
}

/** A part that died is started again, up to five times a minute; then everything is stopped. */
async function startAgain(running: Stack, part: PartName, end: ChildEnd): Promise<void> {
  if (leaving) return;
  say(endedText(part, end, running.logTail(part)));
  const restart = restartUntilReady(running, part);
  restarting.set(part, restart);
  await restart;
  restarting.delete(part);
}

async function restartUntilReady(running: Stack, part: PartName): Promise<void> {
  while (!leaving) {
    // A worker without its database would only die again, and use up its restarts.
    for (const other of neededBy[part]) await restarting.get(other);
    if (leaving) return;
    if (!limit.allow(part, Date.now())) {
      say(`${titles[part]} keeps ending; stopping everything. Its log: ${running.logFile(part)}`);
      return leave(1);
    }
    try {
      await running.startPart(part);
      return say(`${titles[part]} runs again.`);
    } catch (error) {
      if (!leaving) say(`${titles[part]} could not be started again: ${messageOf(error)}`);
    }
  }
}

async function leave(exitCode: number): Promise<void> {
  leaving = true;
  await stack?.stop();
  process.exit(exitCode);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  await start();
} catch (error) {
  console.error(messageOf(error));
  if (error instanceof AlreadyRunningError) console.error(addressLines(error.addresses));
  process.exit(1);
}
