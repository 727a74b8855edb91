/** HubSpot's budget as several processes share it over one PostgreSQL; design §4, facts "Rate limits". */
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase, type Database } from '../../../db/client.ts';
import { pacer } from '../../../db/queries/system/pacer.ts';
import { createTestDatabase, type TestDatabase } from '../../support/stack.ts';

let urls: TestDatabase;
let owner: postgres.Sql;
let processes: Database[];
let pacers: ReturnType<typeof pacer>[];
beforeAll(async () => {
  urls = await createTestDatabase();
  owner = postgres(urls.migrationUrl, { max: 1, onnotice: () => undefined });
  // Every instant that is given out, as PostgreSQL's own clock has it: our clocks would add what a round trip takes.
  await owner.unsafe(`
    create table reserved (at timestamptz not null);
    create function note_reserved() returns trigger language plpgsql security definer as $$
      begin
        insert into reserved values (new.next_at - make_interval(secs => new.interval_ms * 1.021 / new.maximum / 1000));
        return null;
      end $$;
    create trigger noted after update of next_at on pace_slots
      for each row when (new.next_at > old.next_at) execute function note_reserved();`);
  processes = [1, 2, 3].map(() => connectDatabase({ ...urls, poolSize: 2 }));
  pacers = processes.map(({ system }) => pacer(system));
});
afterEach(async () => {
  await owner`truncate reserved`;
  await processes[0]?.system.execute(sql`delete from pace_slots`);
});
afterAll(async () => {
  await owner.end();
  await Promise.all(processes.map((each) => each.close()));
  await urls.drop();
});

const portalId = '4711';
const windowMs = 10_000;
const at = (index: number) => {
  const found = pacers[index];
  if (!found) throw new Error('No such process');
  return found;
};
const reserve = (process: number, lane: 'interactive' | 'bulk') =>
  at(process).reserve({ portalId, budget: 'general', lane });

/** As if so much time went by for everybody at once. */
const passTime = async (ms: number): Promise<void> => {
  await processes[0]?.system.execute(
    sql`update pace_slots set next_at = next_at - make_interval(secs => ${ms / 1000})`,
  );
};

async function reservedMs(): Promise<number[]> {
  const rows = await owner<{ ms: number }[]>`
    select (extract(epoch from at) * 1000)::float8 as ms from reserved order by at`;
  return rows.map(({ ms }) => ms);
}

/** The most instants that any window of this length holds. */
function mostWithin(instants: readonly number[], lengthMs: number): number {
  let first = 0;
  return instants.reduce((most, instant, last) => {
    while (instant - (instants[first] ?? instant) >= lengthMs) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}

describe('three processes, one portal', () => {
  test.each([100, 110, 190, 250])(
    'at a maximum of %i, no ten seconds hold more instants, even where some are used 150 ms late',
    async (maximum) => {
      await reserve(0, 'interactive');
      await at(0).observeMaximum({ portalId, maximum, intervalMs: windowMs });
      const instants: number[] = [];
      for (let passedMs = 0; passedMs < 3 * windowMs; passedMs += windowMs) {
        await Promise.all(
          pacers.map(async (_, process) => {
            while ((await reserve(process, 'interactive')).kind === 'slot');
          }),
        );
        instants.push(...(await reservedMs()).map((ms) => ms + passedMs));
        await owner`truncate reserved`;
        await passTime(windowMs);
      }
      expect(instants.length).toBeGreaterThan(2.8 * maximum);
      expect(mostWithin(instants, windowMs + 150)).toBeLessThanOrEqual(maximum);
      // And little is wasted: ten seconds are nearly full.
      expect(mostWithin(instants, windowMs)).toBeGreaterThanOrEqual(Math.floor(maximum * 0.97));
    },
  );

  test('bulk work reserves 300 ms ahead at most, so that an interactive call waits no longer for it', async () => {
    const until = performance.now() + 1_500;
    const waits: number[] = [];
    const bulk = pacers.map(async (_, process) => {
      while (performance.now() < until) {
        const answer = await reserve(process, 'bulk');
        if (answer.kind === 'wait') await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
      }
    });
    while (performance.now() < until) {
      const answer = await reserve(waits.length % 3, 'interactive');
      expect(answer.kind).toBe('slot');
      waits.push(answer.delayMs);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await Promise.all(bulk);
    // Three hundred milliseconds, and the instant that was reserved last before that bound.
    expect(Math.max(...waits)).toBeLessThan(400);
    expect((await reservedMs()).length).toBeGreaterThan(waits.length);
  });

  test('while interactive work fills the next seconds, bulk work is told to wait for its end', async () => {
    for (let made = 0; made < 30; made += 1) await reserve(made % 3, 'interactive');
    const answer = await reserve(0, 'bulk');
    expect(answer.kind).toBe('wait');
    expect(answer.delayMs).toBeGreaterThan(1_000);
  });

  test('after a 429 no process sends before the time that HubSpot told; search has a budget of its own', async () => {
    await reserve(0, 'interactive');
    await at(1).drain({ portalId, budget: 'general', untilMs: 5_000 });
    const [bulk, interactive] = [await reserve(2, 'bulk'), await reserve(0, 'interactive')];
    expect([bulk.kind, bulk.delayMs > 4_000]).toEqual(['wait', true]);
    expect(interactive.delayMs).toBeGreaterThan(4_000);
    const search = await at(0).reserve({ portalId, budget: 'search', lane: 'interactive' });
    expect(search).toEqual({ kind: 'slot', delayMs: expect.closeTo(0, -2) });
  });

  test('another portal is not held up', async () => {
    for (let made = 0; made < 30; made += 1) await reserve(made % 3, 'interactive');
    const other = await at(0).reserve({ portalId: '4712', budget: 'general', lane: 'bulk' });
    expect(other.kind).toBe('slot');
  });
});
