import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pacer } from '../../../db/queries/system/pacer.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const general = { budget: 'general', lane: 'interactive' } as const;
const bulk = { budget: 'general', lane: 'bulk' } as const;
/** Between two calls at 110 in ten seconds, with the head room that keeps late calls inside the window. */
const gapMs = (10_000 * 1.021) / 110;
/** An answer that travels longer is not used: a turn forfeits its instant after this. */
const slackMs = 150;

/** Takes instants from both processes at once and tells when each is, in order. */
async function instantsOf(portalId: string, count: number, first = performance.now()): Promise<number[]> {
  const pacers = [pacer(core.here.system), pacer(core.there.system)];
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const answer = await pacers[n % 2]?.reserve({ portalId, ...general });
      expect(answer?.kind).toBe('slot');
      return performance.now() - first + (answer?.delayMs ?? 0);
    }),
  );
  return answers.sort((a, b) => a - b);
}

describe('facts §7: the budget of a portal, shared by all processes', () => {
  test('two processes together take no two instants closer than the pace, so ten seconds never hold 111', async () => {
    const instants = await instantsOf(newId(), 60);
    const first = instants[0] ?? 0;
    const early = instants.map((instant, n) => n * gapMs - (instant - first)).filter((ms) => ms > slackMs);
    expect(early).toEqual([]);
    const inTenSeconds = Math.floor((10_000 + slackMs) / gapMs) + 1;
    expect(inTenSeconds).toBeLessThanOrEqual(110);
  });

  test('the pace is kept, not only obeyed: sixty instants take no longer than they must', async () => {
    const instants = await instantsOf(newId(), 60);
    const span = (instants.at(-1) ?? 0) - (instants[0] ?? 0);
    expect(span).toBeLessThan(59 * gapMs + 2 * slackMs);
  });

  test('what was not used is not saved up: after a pause the burst is still one', async () => {
    const portalId = newId();
    await instantsOf(portalId, 1);
    await core.here.system.execute(
      sql`update pace_slots set next_at = now() - interval '1 hour' where portal_id = ${portalId}`,
    );
    const instants = await instantsOf(portalId, 10);
    expect((instants.at(-1) ?? 0) - (instants[0] ?? 0)).toBeGreaterThan(9 * gapMs - slackMs);
  });

  test('bulk work reserves 300 ms ahead at most, and interactive work goes on before it', async () => {
    const portalId = newId();
    const here = pacer(core.here.system);
    const taken: number[] = [];
    for (;;) {
      const answer = await here.reserve({ portalId, ...bulk });
      if (answer.kind === 'wait') break;
      taken.push(answer.delayMs);
    }
    expect(Math.max(...taken)).toBeLessThanOrEqual(300);
    const urgent = await here.reserve({ portalId, ...general });
    expect(urgent.kind).toBe('slot');
    expect(urgent.delayMs).toBeLessThanOrEqual(300 + gapMs);
    expect(await here.reserve({ portalId, ...bulk })).toMatchObject({ kind: 'wait' });
  });

  test('nobody waits longer than a caller has patience', async () => {
    const portalId = newId();
    const here = pacer(core.here.system);
    await here.reserve({ portalId, ...general });
    await core.here.system.execute(
      sql`update pace_slots set next_at = now() + interval '11 seconds' where portal_id = ${portalId}`,
    );
    const answer = await here.reserve({ portalId, ...general });
    expect(answer.kind).toBe('wait');
    expect(answer.delayMs).toBeGreaterThan(500);
    expect(answer.delayMs).toBeLessThanOrEqual(1_000);
  });

  test('after a 429 nobody sends until the time that HubSpot named, and a shorter pause does not shorten it', async () => {
    const portalId = newId();
    const [here, there] = [pacer(core.here.system), pacer(core.there.system)];
    await here.reserve({ portalId, ...general });
    await here.drain({ portalId, budget: 'general', untilMs: 8_000 });
    await there.drain({ portalId, budget: 'general', untilMs: 1_000 });
    const answer = await there.reserve({ portalId, ...general });
    expect(answer.delayMs).toBeGreaterThan(7_500);
    const search = await there.reserve({ portalId, budget: 'search', lane: 'interactive' });
    expect(search.delayMs).toBeLessThan(1_000);
  });

  test('the pace follows the maximum of the headers, and search has its own', async () => {
    const portalId = newId();
    const here = pacer(core.here.system);
    const search = { portalId, budget: 'search', lane: 'interactive' } as const;
    await here.reserve({ portalId, ...general });
    await here.observeMaximum({ portalId, maximum: 190, intervalMs: 10_000 });
    const instants = await instantsOf(portalId, 30);
    const span = (instants.at(-1) ?? 0) - (instants[0] ?? 0);
    const fasterGapMs = (10_000 * 1.021) / 190;
    expect(span).toBeGreaterThan(29 * fasterGapMs - slackMs);
    expect(span).toBeLessThan(29 * fasterGapMs + 2 * slackMs);
    await here.reserve(search);
    const later = await here.reserve(search);
    expect(later.delayMs).toBeGreaterThan(1_000 / 4.1 - slackMs);
  });
});
