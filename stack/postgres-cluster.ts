/** The data folder of the embedded PostgreSQL: a cluster made by `initdb` once, and the passwords that open it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.ts';
import type { SystemUser } from './postgres-user.ts';

const clusterPasswords = z.object({
  postgres: z.string(),
  vf_owner: z.string(),
  vf_app: z.string(),
  vf_system: z.string(),
});
export type ClusterPasswords = Readonly<z.output<typeof clusterPasswords>>;

export interface Cluster {
  /** PGDATA. */
  readonly cluster: string;
  readonly passwords: ClusterPasswords;
}

/** The release that the data files belong to; another one cannot read them. */
const majorVersion = 18;

/** PostgreSQL wants nothing from our environment, and must not meet a PGPORT or a locale that is set there. */
export const clusterEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
});

export function ensureCluster({
  folder,
  initdb,
  user,
  durable,
}: {
  readonly folder: string;
  readonly initdb: string;
  readonly user: SystemUser | null;
  readonly durable: boolean;
}): Cluster {
  mkdirSync(dirname(folder), { recursive: true });
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  const cluster = join(folder, `pg${majorVersion}`);
  const file = join(folder, 'passwords.json');
  if (existsSync(cluster)) return { cluster, passwords: readJson(file, clusterPasswords) };

  const passwords = { postgres: password(), vf_owner: password(), vf_app: password(), vf_system: password() };
  writeJson(file, passwords);
  // Made under another name: an initdb that was interrupted is never taken for a cluster.
  const unfinished = `${cluster}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const passwordFile = join(folder, 'superuser-password');
  writeFileSync(passwordFile, passwords.postgres, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    runInitdb({ initdb, target: unfinished, passwordFile, user, durable });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, cluster);
  return { cluster, passwords };
}

const password = (): string => randomBytes(24).toString('hex');

function runInitdb({
  initdb,
  target,
  passwordFile,
  user,
  durable,
}: {
  readonly initdb: string;
  readonly target: string;
  readonly passwordFile: string;
  readonly user: SystemUser | null;
  readonly durable: boolean;
}): void {
  // The default takes the encoding from the environment, and an empty one gives SQL_ASCII.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const { status, error, stderr } = spawnSync(
    initdb,
    ['-D', target, ...locale, ...access, '--no-instructions', ...(durable ? [] : ['--no-sync'])],
    { env: clusterEnv(), cwd: '/', encoding: 'utf8', ...(user && { uid: user.uid, gid: user.gid }) },
  );
  if (status !== 0)
    throw new Error(`initdb could not make the database in ${target}: ${error?.message ?? stderr.trim()}`);
}
