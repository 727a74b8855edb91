/** The dashboard's files: built before the API is started, when they are missing or older than their sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './roles.ts';

const built = join(checkout, 'web/dist/dashboard/index.html');
const sources = [
  'web/build.ts',
  'web/dashboard',
  'client/vouchflow.ts',
  'client/request.ts',
  'package-lock.json',
];

/**
 * Asks no network. Two stacks that start at once may both build; whoever is done last finds the other's files in place
 * and leaves them. An API without its dashboard is still an API, so a build that fails is told and no more.
 */
export async function buildDashboard(say: (line: string) => void = () => undefined): Promise<void> {
  if (isFresh()) return;
  say('Building the dashboard …');
  const child = spawn(process.execPath, [join(checkout, 'web/build.ts')], {
    cwd: checkout,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let problem = '';
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 && !isFresh()) say(`The dashboard could not be built:\n${problem.slice(-2_000)}`);
}

const isFresh = (): boolean =>
  existsSync(built) && sources.every((path) => changedAt(join(checkout, path)) <= statSync(built).mtimeMs);

/** The newest instant in a file or folder; a source that is not there is no reason to build. */
function changedAt(path: string): number {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}
