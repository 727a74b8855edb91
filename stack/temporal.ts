/** The embedded Temporal: the real dev server on loopback, with its state in one SQLite file, and its web UI. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { type ChildEnd, spawnChild } from './child.ts';
import { connectOnce, freePort } from './ports.ts';
import type { ProcessIdentity } from './processes.ts';
import { untilReady } from './readiness.ts';
import { stopPart } from './state-file.ts';
import { findTemporalCli, type Say } from './temporal-cli.ts';
import { setAsideOtherVersion } from './temporal-file.ts';
import { prepareNamespace, searchAttributes } from './temporal-namespace.ts';

export interface TemporalOptions {
  /** Where the state is kept; in memory when not given. */
  readonly databaseFile?: string;
  /** A free one when not given. */
  readonly port?: number;
  /** A free one when not given; `headless` starts no UI. */
  readonly ui?: { readonly port?: number } | 'headless';
  /** Lets tests pass months in seconds; never for a server whose workflows are real. */
  readonly timeSkipping?: boolean;
  readonly logFile: string;
  readonly say: Say;
  /** Told as soon as there is a process, before it is ready: it has to be stopped whatever comes. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

export interface EmbeddedTemporal {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  /** Null when headless. */
  readonly uiUrl: string | null;
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  readonly ended: Promise<ChildEnd>;
  stop(): Promise<void>;
}

const namespace = 'default';
/** Resolves when the server answers with its namespace and search attributes ready. */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const cli = await findTemporalCli(options.say);
  const port = options.port ?? (await freePort());
  const uiPort = options.ui === 'headless' ? null : (options.ui?.port ?? (await freePort()));
  if (options.databaseFile) {
    mkdirSync(dirname(options.databaseFile), { recursive: true });
    setAsideOtherVersion({
      databaseFile: options.databaseFile,
      serverVersion: cli.serverVersion,
      say: options.say,
    });
  }
  const child = await spawnChild({
    command: cli.path,
    args: ['server', 'start-dev', ...flags({ ...options, port, uiPort })],
    env: serverEnv(),
    cwd: '/',
    logFile: options.logFile,
  });
  options.onSpawn?.(child.identity);
  await untilReady({ name: 'temporal', child, check: () => servesNamespace(port) });
  return {
    address: `127.0.0.1:${port}`,
    namespace,
    uiUrl: uiPort === null ? null : `http://127.0.0.1:${uiPort}`,
    identity: child.identity,
    logFile: child.logFile,
    ended: child.ended,
    stop: () => stopPart('temporal', child.identity),
  };
}

function flags(
  options: TemporalOptions & { readonly port: number; readonly uiPort: number | null },
): string[] {
  const { databaseFile } = options;
  const always = [
    '--ip',
    '127.0.0.1',
    '--port',
    String(options.port),
    '--namespace',
    namespace,
    '--log-level',
    'error',
  ];
  return [
    ...always,
    ...(options.uiPort === null
      ? ['--headless']
      : ['--ui-port', String(options.uiPort), '--ui-disable-news-fetch']),
    ...(databaseFile ? ['--db-filename', databaseFile] : []),
    // The default pragmas are 2.5 to 13 times slower; `normal` with a write-ahead log loses nothing to a kill.
    ...(databaseFile ? ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'] : []),
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...(options.timeSkipping ? ['--dynamic-config-value', 'frontend.WorkflowTimeSkippingEnabled=true'] : []),
  ];
}

/** A user's own TEMPORAL_ variables and profiles are for clients and would move the server's flags. */
const serverEnv = (): NodeJS.ProcessEnv => {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME: HOME ?? '/', ...(TMPDIR && { TMPDIR }) };
};

async function servesNamespace(port: number): Promise<void> {
  // gRPC backs off for a second after a refused connection, so it is only let at a port that listens.
  await connectOnce(port);
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 1_000 });
  try {
    await prepareNamespace(connection, namespace);
  } finally {
    await connection.close();
  }
}
