/** Counts for the dashboard, made when they are asked for: nothing is kept beside the rows. */
import { sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';

export interface CampaignFigures {
  readonly campaignId: string;
  readonly referrers: number;
  readonly referrals: number;
  /** Those that have met the rule, rewarded or not; reversed ones count no more. */
  readonly qualified: number;
  readonly rewarded: number;
}

/** One row for each campaign of the workspace, also for those in which nothing has happened. */
export async function campaignFigures(tx: Tx): Promise<CampaignFigures[]> {
  return [
    ...(await tx.execute<CampaignFigures & Record<string, unknown>>(sql`
      select c.id as "campaignId", coalesce(r.referrers, 0)::int as referrers,
        coalesce(f.referrals, 0)::int as referrals, coalesce(f.qualified, 0)::int as qualified,
        coalesce(f.rewarded, 0)::int as rewarded
      from campaigns c
      left join (
        select campaign_id, count(*) as referrers from referrers where merged_into is null group by campaign_id
      ) r on r.campaign_id = c.id
      left join (
        select campaign_id, count(*) as referrals,
          count(*) filter (where status in ('qualified', 'rewarded')) as qualified,
          count(*) filter (where status = 'rewarded') as rewarded
        from referrals where status <> 'erased' group by campaign_id
      ) f on f.campaign_id = c.id`)),
  ];
}

export interface RewardFigures {
  readonly status: string;
  readonly currency: string | null;
  readonly rewards: number;
  /** Null where a person must settle the amounts. */
  readonly amountMinor: number | null;
}

export async function rewardFigures(tx: Tx): Promise<RewardFigures[]> {
  return [
    ...(await tx.execute<RewardFigures & Record<string, unknown>>(sql`
      select status, currency, count(*)::int as rewards, sum(amount_minor)::float8 as "amountMinor"
      from rewards group by status, currency order by status, currency`)),
  ];
}

/** Referrals that only a person can move on: how many, by what they wait for. */
export async function waitingReferrals(
  tx: Tx,
): Promise<{ readonly alreadyQualified: number; readonly parked: number }> {
  const [row] = await tx.execute<{ alreadyQualified: number; parked: number }>(sql`
    select count(*) filter (where already_qualified = 'pending')::int as "alreadyQualified",
      count(*) filter (where parked_reason is not null)::int as parked
    from referrals where settled_at is null`);
  return row ?? { alreadyQualified: 0, parked: 0 };
}

/** Sign-ups of each of the last `days` days in UTC, oldest first, days without any included. */
export async function signUpsByDay(
  tx: Tx,
  days: number,
): Promise<{ readonly day: string; readonly signUps: number }[]> {
  return [
    ...(await tx.execute<{ day: string; signUps: number }>(sql`
      select to_char(day, 'YYYY-MM-DD') as day, count(r.id)::int as "signUps"
      from generate_series((now() at time zone 'UTC')::date - ${days - 1}::int, (now() at time zone 'UTC')::date, '1 day') day
      left join referrals r on r.signed_up_at >= (day at time zone 'UTC')
        and r.signed_up_at < ((day + interval '1 day') at time zone 'UTC')
      group by day order by day`)),
  ];
}
