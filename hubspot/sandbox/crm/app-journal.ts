/** What apps created and wrote, kept for tests that count: creates for ever, of the writes at least the newest 10,000. */
import type { World } from '../world.ts';
import type { Actor } from './actor.ts';
import type { CrmRecord } from './record.ts';
import type { NewValues } from './validation.ts';

const keptWrites = 10_000;
const prunedEvery = 1000;

export interface JournaledCreate {
  readonly n: number;
  readonly objectType: string;
  readonly id: string;
  /** A contact's e-mail; a deal's unique values, several joined by commas; null when it has none. */
  readonly key: string | null;
  readonly at: string;
}

export interface JournaledWrite {
  readonly n: number;
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
    'INSERT INTO creates (portal_id, type, id, key, at) VALUES (?, ?, ?, ?, ?)',
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
      'INSERT INTO writes (portal_id, type, id, property, value, at) VALUES (?, ?, ?, ?, ?, ?) RETURNING n',
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

export const creates = (world: World, portalId: number | undefined): JournaledCreate[] =>
  world.store
    .all<{ n: number; type: string; id: number; key: string | null; at: number }>(
      'SELECT * FROM creates WHERE ?1 IS NULL OR portal_id = ?1 ORDER BY n',
      portalId ?? null,
    )
    .map(({ n, type, id, key, at }) => ({
      n,
      objectType: type,
      id: String(id),
      key,
      at: new Date(at).toISOString(),
    }));

export const writes = (
  world: World,
  { portalId, property }: { portalId?: number | undefined; property?: string | undefined },
): JournaledWrite[] =>
  world.store
    .all<{ n: number; type: string; id: number; value: string; at: number }>(
      `SELECT * FROM writes WHERE (?1 IS NULL OR portal_id = ?1) AND (?2 IS NULL OR property = ?2) ORDER BY n`,
      portalId ?? null,
      property ?? null,
    )
    .map(({ n, type, id, value, at }) => ({
      n,
      objectType: type,
      objectId: String(id),
      value,
      at: new Date(at).toISOString(),
    }));
