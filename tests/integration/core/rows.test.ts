import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listReferrals } from '../../../db/queries/referral-list.ts';
import { ensureClickPartitions } from '../../../db/queries/system/partitions.ts';
import { followLink } from '../../../db/queries/system/public-links.ts';
import { aCampaign, aReferral } from './a-campaign.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

/** What PostgreSQL says of a statement that it refuses. */
const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: { message: string } };
    return cause?.message ?? message;
  }
};

describe('the ledger', () => {
  test('design §5: neither our roles nor the owner of the tables can change an entry', async () => {
    const { workspaceId } = await aCampaign(core);
    const change = sql`update ledger_entries set amount_minor = 0`;
    const removal = sql`delete from ledger_entries`;
    expect(await refusalOf(core.here.system.execute(change))).toContain('permission denied');
    expect(await refusalOf(core.here.app.inWorkspace(workspaceId, (tx) => tx.execute(removal)))).toContain(
      'permission denied',
    );
    const fired = await refusalOf(
      core.asOwner(`
        begin;
        alter table ledger_entries no force row level security;
        alter table ledger_entries drop constraint ledger_entries_reward_id_rewards_id_fk;
        insert into ledger_entries (id, workspace_id, reward_id, kind, amount_minor, currency, at)
          values ('${newId()}', '${newId()}', '${newId()}', 'accrued', 1, 'USD', now());
        update ledger_entries set amount_minor = 0;`),
    );
    await core.asOwner('rollback');
    expect(fired).toBe('ledger entries are append-only');
  });
});

describe('clicks', () => {
  const partitions = async () =>
    (
      await core.rows<{ name: string }>(
        sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'clicks'::regclass order by 1`,
      )
    ).map(({ name }) => name);
  const month = (ahead: number) => {
    const today = new Date();
    const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead, 1));
    return `clicks_${first.toISOString().slice(0, 7).replace('-', '_')}`;
  };

  test('design §5: there is a partition for this month and the next two, however often it is asked for', async () => {
    await Promise.all([ensureClickPartitions(core.here.system), ensureClickPartitions(core.there.system)]);
    expect(await partitions()).toEqual([month(0), month(1), month(2)]);
  });

  test('S41: following a link is one statement that commits the click; an unpublished campaign counts none', async () => {
    const { campaignId } = await aCampaign(core);
    const [link] = await core.rows<{ code: string }>(
      sql`select code from referral_links where campaign_id = ${campaignId}`,
    );
    const visitor = { known: {}, fresh: 'visit' };
    const counted = async () =>
      (
        await core.rows<{ clicks: number }>(
          sql`select count(*)::int as clicks from clicks where campaign_id = ${campaignId}`,
        )
      )[0]?.clicks;
    expect(await followLink(core.here.system, link?.code ?? '', visitor)).toMatchObject({
      status: 'published',
    });
    expect(await counted()).toBe(1);
    await core.here.system.execute(sql`update campaigns set status = 'paused' where id = ${campaignId}`);
    expect(await followLink(core.here.system, link?.code ?? '', visitor)).toMatchObject({ status: 'paused' });
    expect(await followLink(core.here.system, 'nobody', visitor)).toBeNull();
    expect(await counted()).toBe(1);
  });
});

describe('lists', () => {
  test('design §5: pages by key show everyone once, also when somebody signs up between two pages', async () => {
    const campaign = await aCampaign(core);
    const before: string[] = [];
    for (let n = 0; n < 7; n += 1) before.push((await aReferral(core, campaign)).referralId);
    const page = (afterId?: string) =>
      core.here.app.inWorkspace(campaign.workspaceId, (tx) =>
        listReferrals(tx, { campaignId: campaign.campaignId, afterId }, 3),
      );
    const seen: string[] = [];
    for (let rows = await page(); rows.length > 0; rows = await page(seen.at(-1))) {
      seen.push(...rows.map(({ referral }) => referral.id));
      await aReferral(core, campaign);
    }
    expect(seen).toEqual(before.toSorted().toReversed());
  });

  test('design §5: nobody sees the rows of another workspace', async () => {
    const [one, other] = [await aCampaign(core), await aCampaign(core)];
    const { referralId } = await aReferral(core, one);
    const rows = await core.here.app.inWorkspace(other.workspaceId, (tx) =>
      tx.execute(sql`select 1 from referrals where id = ${referralId}`),
    );
    expect([...rows]).toEqual([]);
  });
});
