/**
 * PostgreSQL refuses to run as root. When we are root it runs as a user made for it, from files that this user can
 * reach: a checkout below a private home is copied from once, and its data live outside, behind a symbolic link.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const madeForIt = 'vouchflow-pg';

/** The user to run PostgreSQL as; null when we are no root and simply stay who we are. */
export function unprivilegedUser(): SystemUser | null {
  if (process.getuid?.() !== 0) return null;
  const user = lookUp(madeForIt) ?? create(madeForIt) ?? lookUp('postgres') ?? lookUp('nobody');
  if (!user)
    throw new Error('PostgreSQL does not run as root, and no other user could be found or made for it.');
  return user;
}

/** Whether a command run as this user succeeds; with no user, as ourselves. */
export function succeedsAs(user: SystemUser | null, command: string, args: readonly string[]): boolean {
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  return spawnSync(command, args, { cwd: '/', stdio: 'ignore', ...identity }).status === 0;
}

/**
 * A copy of the program folder that the user can reach, made once per `key`. Two processes may make it at the same
 * time: each copies under a name of its own, and the first rename wins.
 */
export function reachableCopy({
  source,
  key,
  user,
}: {
  readonly source: string;
  readonly key: string;
  readonly user: SystemUser;
}): string {
  const target = join(commonFolder(user), key);
  if (existsSync(target)) return target;
  const copy = mkdtempSync(`${target}.copy-`);
  cpSync(source, copy, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'a+rX', copy]);
  try {
    renameSync(copy, target);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * Makes the data folder, owned by the user, and returns where it really is: itself, or, where the user cannot
 * reach it, a new folder outside that a symbolic link at `dataDir` points to. Deleting the link starts afresh.
 */
export function reachableDataFolder(dataDir: string, user: SystemUser): string {
  if (!existsSync(dataDir)) {
    // A link whose target was deleted.
    rmSync(dataDir, { force: true });
    // Two steps: the mode would close the folders above it too.
    mkdirSync(dirname(dataDir), { recursive: true });
    mkdirSync(dataDir, { mode: 0o700 });
    chownSync(dataDir, user.uid, user.gid);
  }
  const folder = realpathSync(dataDir);
  if (statSync(folder).uid === 0) chownSync(folder, user.uid, user.gid);
  if (canUse(user, folder)) return folder;
  const outside = join(
    commonFolder(user),
    `${basename(dirname(folder)).replace(/^\.+/, '')}-${randomBytes(6).toString('hex')}`,
  );
  mkdirSync(outside, { mode: 0o700 });
  chownSync(outside, user.uid, user.gid);
  rmdirSync(dataDir);
  symlinkSync(outside, dataDir);
  return outside;
}

const canUse = (user: SystemUser, folder: string): boolean =>
  succeedsAs(user, '/bin/sh', ['-c', 'cd "$0" && test -w .', folder]);

function commonFolder(user: SystemUser): string {
  for (const folder of ['/var/lib/vouchflow', join(tmpdir(), 'vouchflow')]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      const ours = statSync(folder).uid === process.getuid?.();
      if (ours && succeedsAs(user, '/bin/sh', ['-c', 'cd "$0"', folder])) return folder;
    } catch {
      // A read-only /var/lib: the next one.
    }
  }
  throw new Error(`Found no folder for PostgreSQL that the user ${user.name} can reach.`);
}

function lookUp(name: string): SystemUser | null {
  const id = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const [uid, gid] = [id('-u'), id('-g')];
  if (uid.status !== 0 || gid.status !== 0) return null;
  return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function create(name: string): SystemUser | null {
  const args = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/bin/false',
    name,
  ];
  for (const useradd of ['useradd', '/usr/sbin/useradd'])
    if (spawnSync(useradd, args, { stdio: 'ignore' }).status === 0) break;
  // Another process may have made it at the same moment, so that ours failed: what counts is that it is there.
  return lookUp(name);
}
