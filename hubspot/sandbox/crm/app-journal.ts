/** What apps created and wrote, kept for tests that count: creates for ever, of the writes at least the newest 10,000. */
import type { World } from '../world.ts';
import type { Actor } from './actor.ts';
import type { CrmRecord } from './record.ts';
import type { NewValues } from './validation.ts';

const keptWrites = 10_000;
const prunedEvery = 1000;

export interface JournaledCreate {
  readonly n: number;
  readonly appId: string;
  readonly objectType: string;
  readonly id: string;
  /** A contact's e-mail; a deal's unique values, several joined by commas; null when it has none. */
  readonly key: string | null;
  readonly at: string;
}

export interface JournaledWrite {
  readonly n: number;
  readonly appId: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly value: string;
  readonly at: string;
}

export function noteCreate(world: World, actor: Actor, record: CrmRecord): void {
  if (actor.kind !== 'app') return;
  const names =
    record.type === 'contacts' ? ['email'] : world.catalog.uniqueNames(record.portalId, record.type);
  const key = names.flatMap((name) => record.values[name] ?? []).join(',') || null;
  world.store.run(
    'INSERT INTO creates (app_id, portal_id, type, id, key, at) VALUES (?, ?, ?, ?, ?, ?)',
    actor.appId,
    record.portalId,
    record.type,
    record.id,
    key,
    world.now(),
  );
}

/** Every value that the app sent and HubSpot took, whether or not it changed anything. */
export function noteWrites(world: World, actor: Actor, record: CrmRecord, values: NewValues): void {
  if (actor.kind !== 'app') return;
  const now = world.now();
  for (const [property, value] of values) {
    const { n } = world.store.require<{ n: number }>(
      'INSERT INTO writes (app_id, portal_id, type, id, property, value, at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING n',
      actor.appId,
      record.portalId,
      record.type,
      record.id,
      property,
      value,
      now,
    );
    if (n % prunedEvery === 0) world.store.run('DELETE FROM writes WHERE n <= ?', n - keptWrites);
  }
}

export interface JournalQuery {
  readonly portalId?: number | undefined;
  readonly appId?: string | undefined;
}

export const creates = (world: World, { portalId, appId }: JournalQuery): JournaledCreate[] =>
  world.store
    .all<{ n: number; app_id: string; type: string; id: number; key: string | null; at: number }>(
      'SELECT * FROM creates WHERE (?1 IS NULL OR portal_id = ?1) AND (?2 IS NULL OR app_id = ?2) ORDER BY n',
      portalId ?? null,
      appId ?? null,
    )
    .map(({ n, app_id, type, id, key, at }) => ({
      n,
      appId: app_id,
      objectType: type,
      id: String(id),
      key,
      at: new Date(at).toISOString(),
    }));

export const writes = (
  world: World,
  { portalId, appId, property }: JournalQuery & { property?: string | undefined },
): JournaledWrite[] =>
  world.store
    .all<{ n: number; app_id: string; type: string; id: number; value: string; at: number }>(
      `SELECT * FROM writes WHERE (?1 IS NULL OR portal_id = ?1) AND (?2 IS NULL OR property = ?2)
         AND (?3 IS NULL OR app_id = ?3) ORDER BY n`,
      portalId ?? null,
      property ?? null,
      appId ?? null,
    )
    .map(({ n, app_id, type, id, value, at }) => ({
      n,
      appId: app_id,
      objectType: type,
      objectId: String(id),
      value,
      at: new Date(at).toISOString(),
    }));
