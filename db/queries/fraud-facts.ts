import { sql } from 'drizzle-orm';
import { domainsOf } from '../../domain/email-likeness.ts';
import type { FraudFacts } from '../../domain/fraud.ts';
import type { Tx } from '../client.ts';

/** What is counted no further, and listed no longer: more would tell an operator nothing more. */
const mostSignUps = 1_000;
const mostReferrals = 10;

/**
 * What the rows say about one referral, in one statement by indexes. `alsoSeen` adds hashes of the sign-up's address and
 * browser under older keys to those that its trace holds.
 */
export async function fraudFactsOf(
  tx: Tx,
  referralId: string,
  {
    disposableDomains,
    velocityMinutes,
    alsoSeen = [],
  }: {
    readonly disposableDomains: ReadonlySet<string>;
    readonly velocityMinutes: number;
    readonly alsoSeen?: readonly string[];
  },
): Promise<FraudFacts> {
  const older = sql`select unnest(${`{${alsoSeen.join(',')}}`}::text[])`;
  const [row] = await tx.execute<{
    person_id: string;
    email: string | null;
    referrer_person_id: string;
    referrer_email: string | null;
    same_ip: boolean;
    same_device: boolean;
    device_referrals: string[];
    sign_ups: number;
    outcome: 'created' | 'found' | null;
    lifecycle_stage: string | null;
    returns: string[];
  }>(sql`
    with me as (
      select f.id, f.campaign_id, f.referrer_id, f.signed_up_at, f.person_id, p.email,
        rp.id as referrer_person_id, rp.email as referrer_email
      from referrals f
      join people p on p.id = f.person_id
      join referrers r on r.id = f.referrer_id
      join people rp on rp.id = r.person_id
      where f.id = ${referralId}
    ), seen as (
      select ip_hash as hash from visit_traces where referral_id = ${referralId} and ip_hash is not null
      union select device_hash from visit_traces where referral_id = ${referralId} and device_hash is not null
      union ${older}
    ), theirs as (
      select t.ip_hash, t.device_hash, t.campaign_id from me
      join people same on same.id = me.referrer_person_id or same.merged_into = me.referrer_person_id
      join visit_traces t on t.person_id = same.id
      where t.referral_id is distinct from me.id
    )
    select me.person_id, me.email, me.referrer_person_id, me.referrer_email,
      exists (select 1 from theirs where ip_hash in (select hash from seen)) as same_ip,
      exists (
        select 1 from theirs where device_hash in (select hash from seen) and theirs.campaign_id = me.campaign_id
      ) as same_device,
      (select coalesce(json_agg(distinct id), '[]') from (
        select o.id from visit_traces t join referrals o on o.id = t.referral_id
        where t.campaign_id = me.campaign_id and t.device_hash in (select hash from seen)
          and o.referrer_id = me.referrer_id and o.person_id <> me.person_id
        limit ${mostReferrals}) as others) as device_referrals,
      (select count(*)::int from (
        select 1 from referrals o
        where o.referrer_id = me.referrer_id and o.signed_up_at <= me.signed_up_at
          and o.signed_up_at > me.signed_up_at - make_interval(mins => ${velocityMinutes})
        limit ${mostSignUps}) as recent) as sign_ups,
      entry.outcome, entry.lifecycle_stage,
      (select coalesce(json_agg(id), '[]') from (
        select o.id from referrals o join referrers by_them on by_them.id = o.referrer_id
        where o.campaign_id = me.campaign_id and o.person_id = me.referrer_person_id
          and by_them.person_id = me.person_id and o.status not in ('rejected', 'erased')
        limit ${mostReferrals}) as returning_ones) as returns
    from me
    left join crm_entries entry
      on entry.referral_id = me.id and entry.object_type = 'contact' and entry.entered_at is not null`);
  if (!row) throw new Error('A referral that is checked for fraud is not found');
  return {
    referred: { personId: row.person_id, email: row.email },
    referrer: { personId: row.referrer_person_id, email: row.referrer_email },
    disposable: row.email !== null && domainsOf(row.email).some((domain) => disposableDomains.has(domain)),
    referrersIp: row.same_ip,
    referrersDevice: row.same_device,
    sameDeviceReferralIds: row.device_referrals,
    recentSignUps: row.sign_ups,
    contact: row.outcome && { outcome: row.outcome, lifecycleStage: row.lifecycle_stage },
    returnReferralIds: row.returns,
  };
}
