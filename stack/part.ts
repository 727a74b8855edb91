/** One of the product's own processes in a stack: started, and waited for until it says that it is ready. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildEnd, spawnChild } from './child.ts';
import { connectOnce } from './ports.ts';
import type { ProcessIdentity } from './processes.ts';
import { answers, logged, untilReady } from './readiness.ts';
import { checkout, type RoleCommand, type RoleName, surroundings, type Variables } from './roles.ts';

export interface Running {
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  readonly ended: Promise<ChildEnd>;
}

interface RoleStart {
  readonly name: RoleName;
  readonly command: RoleCommand;
  readonly variables: Variables;
  readonly logFile: string;
  /** Where api and sandbox listen. */
  readonly port: number;
  readonly onSpawn: (identity: ProcessIdentity) => void;
}

/** Node keeps what it compiled, which saves a third of a second of each role's start. */
const compileCache = join(checkout, 'node_modules', '.cache', 'node');

/** Throws with the end of its log when the process ends before it is ready. */
export async function startRole({
  name,
  command,
  variables,
  logFile,
  port,
  onSpawn,
}: RoleStart): Promise<Running> {
  const from = existsSync(logFile) ? statSync(logFile).size : 0;
  const child = await spawnChild({
    command: process.execPath,
    args: command,
    env: { NODE_COMPILE_CACHE: compileCache, ...surroundings(process.env), ...variables },
    cwd: checkout,
    logFile,
  });
  onSpawn(child.identity);
  const checks: Readonly<Record<RoleName, () => Promise<void>>> = {
    api: () => answers(`http://127.0.0.1:${port}/readyz`),
    worker: () => logged(logFile, { msg: 'worker ready', from }),
    sandbox: () => connectOnce(port),
  };
  await untilReady({ name, child, check: checks[name] });
  return child;
}
