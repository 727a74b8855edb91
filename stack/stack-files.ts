/** The files of a stack's data folder that people and commands read: logs, and the environment of its roles. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variables } from './roles.ts';
import { type PartName, partNames } from './state-file.ts';

/** Begins a new log for each part, keeping one earlier; returns where each is. */
export function renewLogs(dataDir: string): (name: PartName) => string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  const logFile = (name: PartName) => join(folder, `${name}.log`);
  for (const name of partNames) {
    if (existsSync(logFile(name))) renameSync(logFile(name), join(folder, `${name}.previous.log`));
  }
  return logFile;
}

/** `node --env-file=DATA/env api/bootstrap.ts` and the like work against this stack. It holds secrets: owner only. */
export function writeEnvironment(dataDir: string, variables: Variables): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(join(dataDir, 'env'), lines.join(''), { mode: 0o600 });
}

/** A profile that names the embedded server, so that the roles read this one and not the user's own. */
export function writeTemporalProfile(dataDir: string, address: string): string {
  const folder = join(dataDir, 'temporal');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'temporal.toml');
  writeFileSync(file, `[profile.default]\naddress = "${address}"\nnamespace = "default"\n`);
  return file;
}
