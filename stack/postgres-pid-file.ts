/** `postmaster.pid`, by which PostgreSQL knows that another server uses its data folder. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from './processes.ts';

/**
 * After a crash PostgreSQL believes a `postmaster.pid` whose pid runs again as something else. The file is removed
 * only when its process is gone, or is no `postgres` of this data folder.
 */
export function removeStalePidFile(cluster: string): void {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  if (Number.isInteger(pid) && pid > 0 && identityOf(pid) && isPostgresOf(pid, cluster)) return;
  rmSync(file, { force: true });
}

function isPostgresOf(pid: number, cluster: string): boolean {
  // Elsewhere than on Linux we cannot ask cheaply: leave the file, and PostgreSQL decides.
  if (process.platform !== 'linux') return true;
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return args.includes(cluster);
  } catch {
    return false;
  }
}
