import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Reward } from '../../../db/queries/rewards.ts';
import { fromPublicId, toPublicId } from '../../../domain/id.ts';
import type { Evaluation } from '../../../domain/qualification.ts';
import type { ApiUnderTest, Operator } from './api-under-test.ts';

export interface StoredReward {
  readonly status: Reward['status'];
  /** 500 US cents unless told; null is a reward whose sale value made no amount. */
  readonly amountMinor: number | null;
  /** Whether its ledger has the entry of its accrual. */
  readonly accrued: boolean;
}

const waiting: Evaluation = { kind: 'waiting', reason: 'manual', since: null, value: null };

/** A referral with a verdict and a reward, in a campaign of its own, as the worker would have stored them. */
export async function aStoredReward(
  { database: { system } }: Pick<ApiUnderTest, 'database'>,
  operator: Operator,
  { status = 'approved', amountMinor = 500, accrued = false }: Partial<StoredReward> = {},
): Promise<string> {
  const { body: campaign } = await operator.call('POST', '/campaigns', { name: 'Rewarding' });
  await operator.call('PATCH', `/campaigns/${campaign.id}`, { status: 'published' });
  const person = (name: string) => ({ firstName: name, email: `${name}-${newId()}@example.com` });
  const referrer = await operator.call('POST', `/campaigns/${campaign.id}/referrers`, person('ann'));
  const { body } = await operator.call<{ referral: { id: string } }>(
    'POST',
    `/campaigns/${campaign.id}/referrals`,
    {
      referralCode: referrer.body['code'],
      ...person('bob'),
    },
  );
  const referral = fromPublicId('referral', body.referral.id);
  const [verdict, qualification, rule, reward] = [newId(), newId(), newId(), newId()];
  const currency = amountMinor === null ? null : 'USD';
  await system.execute(sql`
    insert into verdicts (id, workspace_id, referral_id, decision_seq, rule_id, result, inputs, decided_at)
    select ${verdict}, workspace_id, id, 1, rule_id, 'waiting', ${JSON.stringify({ evaluation: waiting })}::jsonb, now()
    from referrals where id = ${referral}`);
  await system.execute(sql`
    insert into qualifications (id, workspace_id, referral_id, occurrence, verdict_id, qualified_at, evidence)
    select ${qualification}, workspace_id, id, 1, ${verdict}, now(), '{}' from referrals where id = ${referral}`);
  await system.execute(sql`
    insert into reward_rules (id, workspace_id, campaign_id, version, position, kind, amount_minor, currency, beneficiary)
    select ${rule}, workspace_id, campaign_id, 1, 0, 'fixed', 500, 'USD', 'referrer' from referrals where id = ${referral}`);
  await system.execute(sql`
    insert into rewards (id, workspace_id, campaign_id, referral_id, referrer_id, qualification_id, reward_rule_id, beneficiary,
      occurrence, status, amount_minor, currency, provider, payee_person_id, created_at)
    select ${reward}, workspace_id, campaign_id, id, referrer_id, ${qualification}, ${rule}, 'referrer',
      1, ${status}, ${amountMinor}, ${currency}, 'manual', person_id, now() from referrals where id = ${referral}`);
  if (accrued) {
    await system.execute(sql`
      insert into ledger_entries (id, workspace_id, reward_id, kind, amount_minor, currency, at)
      select ${newId()}, workspace_id, id, 'accrued', amount_minor, currency, now() from rewards where id = ${reward}`);
  }
  return toPublicId('reward', reward);
}
