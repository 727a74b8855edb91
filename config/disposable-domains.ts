/** The domains at which mailboxes are thrown away: mailchecker's list, or a file of the operator's own. */
import { readFileSync } from 'node:fs';
import mailchecker from 'mailchecker';

/** `file` holds one domain a line; empty lines and those that start with `#` are left out. Throws what reading throws. */
export function disposableDomains(file?: string): ReadonlySet<string> {
  if (file === undefined) return mailchecker.blacklist();
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return new Set(
    lines.map((line) => line.trim().toLowerCase()).filter((line) => line !== '' && !line.startsWith('#')),
  );
}
