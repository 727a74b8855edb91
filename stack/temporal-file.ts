/**
 * Which server wrote a state file. The dev server migrates nothing, so a file of another version is moved aside and
 * a new one begun: the worker's ensure loop then starts again everything that is unfinished in PostgreSQL.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Say } from './temporal-cli.ts';

interface StateFile {
  readonly databaseFile: string;
  readonly serverVersion: string;
  readonly say: Say;
}

export function setAsideOtherVersion({ databaseFile, serverVersion, say }: StateFile): void {
  const note = `${databaseFile}.server-version`;
  if (existsSync(databaseFile)) {
    const writtenBy = existsSync(note) ? readFileSync(note, 'utf8').trim() : 'unknown';
    if (writtenBy === serverVersion) return;
    const aside = `${databaseFile}.of-${writtenBy}-${Date.now()}`;
    for (const part of ['', '-wal', '-shm']) {
      if (existsSync(databaseFile + part)) renameSync(databaseFile + part, aside + part);
    }
    say(
      `Temporal: its state was written by server ${writtenBy}, this is ${serverVersion}; moved aside to ${aside}. Open work is started again from PostgreSQL.`,
    );
  }
  writeFileSync(note, `${serverVersion}\n`);
}
