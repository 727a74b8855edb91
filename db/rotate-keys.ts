/**
 * Seals every HubSpot token under the newest key of ENCRYPTION_KEYS, after which the older keys can be dropped from it.
 * Runs beside the product, can be stopped at any moment and started again. `npm run rotate-keys`.
 */
import { ConfigurationError, keyRotationConfig } from '../config/env.ts';
import { connectSystemDatabase, type SystemDatabase } from './client.ts';
import { tokenPlace } from './queries/system/fence.ts';
import {
  countStaleSecrets,
  replaceSecret,
  type SealedSecret,
  staleSecrets,
} from './queries/system/sealed-secrets.ts';
import { type KeyRing, type SecretBox, secretBox } from './secret-box.ts';

export interface RotationOptions {
  readonly db: SystemDatabase;
  readonly keys: KeyRing;
  /** Lines for a person: counts, ids of keys and connections, never a secret. */
  readonly say: (line: string) => void;
  /** Ends the rotation after the batch under way. */
  readonly signal?: AbortSignal;
  readonly batchSize?: number;
}

export interface RotationResult {
  readonly resealed: number;
  /** Values still under an older key; zero means that the older keys can be dropped. */
  readonly remaining: number;
  readonly stopped: boolean;
}

/**
 * Safe to repeat, also by two at once: what is under the newest key is skipped, and each value is replaced only while
 * it is the one that was opened, so that a refresh or a disconnect at the same moment wins.
 */
export async function rotateKeys({
  db,
  keys,
  say,
  signal,
  batchSize = 200,
}: RotationOptions): Promise<RotationResult> {
  const box = secretBox(keys);
  const newestKeyId = keys[0]?.id ?? '';
  let remaining = await countStaleSecrets(db, newestKeyId);
  let resealed = 0;
  const stopped = () => signal?.aborted ?? false;
  say(`${remaining} sealed values are not under the newest key "${newestKeyId}".`);
  for (let after = ''; remaining > 0 && !stopped(); ) {
    const batch = await staleSecrets(db, { newestKeyId, after, limit: batchSize });
    const last = batch.at(-1);
    if (!last) break;
    after = last.position;
    for (const secret of batch) {
      const plain = opened(box, secret);
      if (plain === null) say(unreadable(secret));
      else if (await replaceSecret(db, secret, box.seal(plain, placeOf(secret)))) resealed += 1;
    }
    remaining = await countStaleSecrets(db, newestKeyId);
    say(`${resealed} sealed again, ${remaining} remain.`);
  }
  return { resealed, remaining, stopped: stopped() };
}

/** A disconnect moves a token as it is, so it stays bound to where it was sealed. */
const placeOf = ({ column, connectionId }: SealedSecret) => tokenPlace(column, connectionId);

function opened(box: SecretBox, secret: SealedSecret): string | null {
  try {
    return box.open(secret.sealed, placeOf(secret));
  } catch {
    return null;
  }
}

function unreadable({ table, column, connectionId, sealed }: SealedSecret): string {
  const keyId = sealed.split('.')[1] ?? '';
  return `${table}.${column} of connection ${connectionId} does not open: it names the key "${keyId}". Either ENCRYPTION_KEYS lacks that key or holds another one under its name, or the value was damaged or moved here from another row.`;
}

/** What the last line says; only "none remain" allows to drop a key. */
function closing({ remaining, stopped }: RotationResult): string {
  if (remaining === 0) return 'Every sealed value is under the newest key: the older keys can be dropped.';
  if (stopped)
    return `Stopped with ${remaining} to go. Start it again to go on; keep the older keys until then.`;
  return `${remaining} remain under older keys. Keep those keys, correct what is named above, and start it again.`;
}

async function main(): Promise<void> {
  const config = keyRotationConfig();
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  const database = connectSystemDatabase(config.SYSTEM_DATABASE_URL);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    const result = await rotateKeys({
      db: database.system,
      keys: config.ENCRYPTION_KEYS,
      say,
      signal: stopping.signal,
    });
    say(closing(result));
    process.exitCode = result.remaining === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    // A driver's message can hold the address of the database, and with it a password.
    const text =
      error instanceof ConfigurationError ? error.message : `The rotation ended: ${nameOf(error)}.`;
    process.stderr.write(`${text}\n`);
    process.exitCode = 1;
  }
}

function nameOf(error: unknown): string {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return [name, code].filter((part) => typeof part === 'string').join(' ');
}
