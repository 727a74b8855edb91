/** Small JSON files that the stack keeps for itself: checked when read, replaced as a whole when written. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** Throws when there is no such file, or when it does not hold what the schema says. */
export const readJson = <S extends z.ZodType>(file: string, schema: S): z.output<S> =>
  schema.parse(JSON.parse(readFileSync(file, 'utf8')));

/** Null where `readJson` would throw. */
export function readJsonIfGood<S extends z.ZodType>(file: string, schema: S): z.output<S> | null {
  try {
    return readJson(file, schema);
  } catch {
    return null;
  }
}

/** Readable by its owner only. Replaced by a rename, so that no reader ever sees half of it. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
