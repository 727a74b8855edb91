import { v7 as newId, v5 as uuidv5 } from 'uuid';
import type { Tx } from '../db/client.ts';
import type { CampaignRules } from '../db/queries/campaigns.ts';
import { settleIfOver, updateReferral } from '../db/queries/referrals.ts';
import { reflectReferrers } from '../db/queries/reflection.ts';
import {
  enterLedger,
  insertQualification,
  insertReward,
  moveReward,
  type Reward,
  reverseQualification,
  rewardsOf,
} from '../db/queries/rewards.ts';
import { insertVerdict } from '../db/queries/verdicts.ts';
import { versionsOf } from '../domain/property-history.ts';
import { type Evaluation, matches, type QualificationFacts, standsNow } from '../domain/qualification.ts';
import { computeReward, type RewardRule } from '../domain/reward.ts';
import { saleValueWithin } from '../domain/sale-value.ts';
import { addMs, DAY_MS, type Instant, isAfter } from '../domain/time.ts';
import type { ReferralContext, ReferralStep } from './referral-context.ts';
import { rewardIfIssued } from './rewarded.ts';

/** The namespace of reward ids: uuidv5 over qualification, rule, beneficiary and occurrence. */
const rewardNamespace = '6d0cf7bc-8a1e-5d0f-9c57-6f0f5e3f9a51';

export interface Decision {
  readonly context: ReferralContext;
  readonly facts: QualificationFacts;
  readonly evaluation: Evaluation;
  readonly step: ReferralStep;
  readonly publicUrl: string;
}

interface Event {
  readonly kind: string;
  readonly facts: object;
}

/** The verdict and all that follows from it, in the transaction that holds the decision's number. */
export async function applyDecision(tx: Tx, decision: Decision): Promise<readonly Event[]> {
  const { context, evaluation, facts, step } = decision;
  const verdictId = newId();
  await insertVerdict(tx, {
    id: verdictId,
    workspaceId: step.workspaceId,
    referralId: step.referralId,
    decisionSeq: context.referral.decisionSeq + 1,
    ruleId: context.rules.ruleId,
    result: evaluation.kind,
    reason: 'reason' in evaluation ? evaluation.reason : null,
    inputs: { facts, evaluation },
    decidedAt: step.asOf,
  });
  const events = await consequences(tx, decision, verdictId);
  await settleIfOver(tx, step.referralId, step.asOf);
  if (events.length > 0) {
    const { workspaceId } = step;
    const { campaignId, referrerId } = context.referral;
    await reflectReferrers(tx, {
      workspaceId,
      campaignId,
      referrerIds: [referrerId],
      publicUrl: decision.publicUrl,
    });
  }
  return events;
}

async function consequences(tx: Tx, decision: Decision, verdictId: string): Promise<readonly Event[]> {
  const { context, evaluation, facts, step } = decision;
  const { referral, rules } = context;
  const stands = standsNow(rules.qualification, facts);
  const { expiresAt, reversibleUntil } = referral;
  switch (referral.status) {
    case 'registered':
      // A change after the expiry does not count, however late it is looked at.
      if (evaluation.kind === 'qualified' && (expiresAt === null || !isAfter(evaluation.at, expiresAt))) {
        return qualify(tx, decision, evaluation, verdictId);
      }
      if (expiresAt !== null && !isAfter(expiresAt, step.asOf)) return expire(tx, step);
      if (evaluation.kind === 'already-qualified' && referral.alreadyQualified === null) {
        await updateReferral(tx, referral.id, { alreadyQualified: 'pending' });
        return [{ kind: 'already-qualified', facts: { value: evaluation.value } }];
      }
      return [];
    case 'qualified': {
      const waiting = context.rewards.filter((reward) => isWaiting(reward, rules));
      if (waiting.length > 0 && !stands) return reverseBeforeIssue(tx, decision, waiting);
      const events = evaluation.kind === 'qualified' ? await accrueLate(tx, decision, evaluation) : [];
      // A person may have voided the last open reward meanwhile.
      await rewardIfIssued(tx, context);
      return events;
    }
    case 'rewarded':
      // What was left inside the window is a debt, however late it is looked at.
      return !stands && reversibleUntil !== null && !isAfter(leftSince(decision), reversibleUntil)
        ? reverseAfterReward(tx, decision)
        : [];
    default:
      return [];
  }
}

/** Not ordered at any provider yet, so that it can still be voided. */
const unissued = ['pending', 'held', 'approved', 'needs_review'] as const satisfies Reward['status'][];

/** P3, P5: it waits for its hold or for a person, and is only issued if the value still stands when that is over. */
function isWaiting({ status, holdUntil, rewardRuleId }: Reward, { rewards: rules }: CampaignRules): boolean {
  if (!unissued.some((each) => each === status)) return false;
  const asksPerson = rules.some(({ id, approval }) => id === rewardRuleId && approval === 'manual');
  return holdUntil !== null || asksPerson;
}

/** Since when the value has been no qualifying one; the decision's own instant where history cannot tell. */
function leftSince({ context, facts, step }: Decision): Instant {
  const { qualification: rule } = context.rules;
  if (facts.record === null || rule.kind === 'manual') return step.asOf;
  const versions = versionsOf(facts.record, step.asOf);
  const lastQualifying = versions.findLastIndex(({ value }) => matches(rule, value));
  return versions[lastQualifying + 1]?.at ?? step.asOf;
}

type Qualified = Extract<Evaluation, { kind: 'qualified' }>;

async function qualify(
  tx: Tx,
  decision: Decision,
  evaluation: Qualified,
  verdictId: string,
): Promise<readonly Event[]> {
  const { context, step } = decision;
  const { referral, rules, qualification: last } = context;
  const occurrence = (last?.occurrence ?? 0) + 1;
  const qualificationId = newId();
  const sale = evaluation.saleValue;
  await insertQualification(tx, {
    id: qualificationId,
    workspaceId: step.workspaceId,
    referralId: referral.id,
    occurrence,
    verdictId,
    qualifiedAt: evaluation.at,
    saleValueMinor: sale.kind === 'amount' ? sale.amountMinor : null,
    saleValueCurrency: sale.kind === 'amount' ? sale.currency : null,
    evidence: evaluation.evidence,
  });
  const events: Event[] = [{ kind: 'qualified', facts: { value: evaluation.value, at: evaluation.at } }];
  for (const rule of rules.rewards) {
    events.push(await accrue(tx, decision, { rule, qualificationId, occurrence, evaluation }));
  }
  await updateReferral(tx, referral.id, { status: 'qualified' });
  return events;
}

async function accrue(
  tx: Tx,
  { context, step }: Decision,
  input: { rule: RewardRule; qualificationId: string; occurrence: number; evaluation: Qualified },
): Promise<Event> {
  const { rule, qualificationId, occurrence, evaluation } = input;
  const { referral, campaign, referrer } = context;
  const computed = computeReward(rule, saleValueWithin(evaluation, rule.holdDays));
  const id = uuidv5([qualificationId, rule.id, rule.beneficiary, occurrence].join('/'), rewardNamespace);
  const held = rule.holdDays !== null && rule.holdDays > 0;
  const ready = held ? 'held' : rule.approval === 'manual' ? 'pending' : 'approved';
  await insertReward(tx, {
    id,
    workspaceId: step.workspaceId,
    campaignId: campaign.id,
    referralId: referral.id,
    referrerId: referral.referrerId,
    qualificationId,
    rewardRuleId: rule.id,
    beneficiary: rule.beneficiary,
    occurrence,
    status: computed.kind === 'amount' ? ready : 'needs_review',
    reason: computed.kind === 'amount' ? null : `sale-value-${computed.reason}`,
    amountMinor: computed.kind === 'amount' ? computed.amountMinor : null,
    currency: computed.kind === 'amount' ? computed.currency : null,
    provider: rule.provider,
    payeePersonId: rule.beneficiary === 'referrer' ? referrer.person.id : referral.personId,
    holdUntil: held ? addMs(evaluation.at, (rule.holdDays ?? 0) * DAY_MS) : null,
    createdAt: new Date().toISOString(),
  });
  return computed.kind === 'amount'
    ? {
        kind: 'reward-accrued',
        facts: { rewardId: id, amountMinor: computed.amountMinor, currency: computed.currency },
      }
    : { kind: 'reward-needs-review', facts: { rewardId: id, reason: computed.reason } };
}

async function expire(tx: Tx, { referralId }: ReferralStep): Promise<readonly Event[]> {
  await updateReferral(tx, referralId, { status: 'expired' });
  return [{ kind: 'expired', facts: {} }];
}

/** A sale value that was empty at the qualifying instant and came inside the hold makes the reward after all. */
async function accrueLate(tx: Tx, { context }: Decision, evaluation: Qualified): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (const reward of context.rewards) {
    const rule = context.rules.rewards.find(({ id }) => id === reward.rewardRuleId);
    if (reward.status !== 'needs_review' || reward.amountMinor !== null || !rule) continue;
    const computed = computeReward(rule, saleValueWithin(evaluation, rule.holdDays));
    if (computed.kind !== 'amount') continue;
    const { amountMinor, currency } = computed;
    const accrued = await moveReward(tx, reward.id, {
      from: ['needs_review'],
      to: 'held',
      reason: null,
      amountMinor,
      currency,
    });
    if (!accrued) continue;
    await enterLedger(tx, accrued, 'accrued');
    events.push({ kind: 'reward-accrued', facts: { rewardId: reward.id, amountMinor, currency } });
  }
  return events;
}

/**
 * P3: the stage was left before the issue: what waited is voided, and a later qualification is a new occurrence; unless
 * another reward of this one was ordered already, which then stays the only one. That is asked of the rows as they are
 * now: an attempt to issue may have claimed one since this decision read them, and its order is on the way.
 */
async function reverseBeforeIssue(
  tx: Tx,
  decision: Decision,
  waiting: readonly Reward[],
): Promise<readonly Event[]> {
  const { context, facts } = decision;
  const { referral, qualification } = context;
  const leftAt = leftSince(decision);
  for (const reward of waiting) {
    const voided = await moveReward(tx, reward.id, {
      from: unissued,
      to: 'voided',
      reason: 'left-qualifying-value',
    });
    if (voided) await enterLedger(tx, voided, 'voided');
  }
  const ordered = (await rewardsOf(tx, referral.id)).some(
    ({ status, qualificationId }) =>
      qualificationId === qualification?.id && (status === 'issued' || status === 'issuing'),
  );
  if (ordered) {
    await updateReferral(tx, referral.id, { status: 'rewarded' });
    await rewardIfIssued(tx, context);
  } else {
    if (qualification) await reverseQualification(tx, qualification.id, leftAt);
    await updateReferral(tx, referral.id, { status: 'registered' });
  }
  return [{ kind: 'reversed-inside-hold', facts: { at: leftAt, value: facts.record?.value ?? null } }];
}

/** P5: the stage was left inside the reversal window: what was issued is now a debt. */
async function reverseAfterReward(tx: Tx, { context, facts, step }: Decision): Promise<readonly Event[]> {
  const { referral, qualification, rewards } = context;
  for (const reward of rewards) {
    const clawedBack = await moveReward(tx, reward.id, {
      from: ['issued'],
      to: 'clawed_back',
      reason: 'left-qualifying-value',
    });
    if (clawedBack) await enterLedger(tx, clawedBack, 'clawed_back');
  }
  if (qualification) await reverseQualification(tx, qualification.id, step.asOf);
  await updateReferral(tx, referral.id, { status: 'reversed' });
  return [{ kind: 'reversed', facts: { value: facts.record?.value ?? null } }];
}
