import { v7 as newId } from 'uuid';
import type { Tx } from '../db/client.ts';
import { fraudStand } from '../db/queries/fraud.ts';
import { checkFraud } from '../db/queries/fraud-check.ts';
import { settleIfOver, updateReferral } from '../db/queries/referrals.ts';
import { reflectReferrers } from '../db/queries/reflection.ts';
import {
  enterLedger,
  insertQualification,
  moveReward,
  type Reward,
  reverseQualification,
  rewardsOf,
} from '../db/queries/rewards.ts';
import { insertVerdict } from '../db/queries/verdicts.ts';
import { type Departure, departureAfter, leftBefore, leftWhileWaiting } from '../domain/departure.ts';
import type { Evaluation, QualificationFacts } from '../domain/qualification.ts';
import { computeReward } from '../domain/reward.ts';
import { saleValueWithin } from '../domain/sale-value.ts';
import { isAfter } from '../domain/time.ts';
import { accrue } from './accrue-reward.ts';
import type { ReferralContext, ReferralStep } from './referral-context.ts';
import { rewardIfIssued } from './rewarded.ts';

export interface Decision {
  readonly context: ReferralContext;
  readonly facts: QualificationFacts;
  readonly evaluation: Evaluation;
  readonly step: ReferralStep;
  readonly publicUrl: string;
  readonly disposableDomains: ReadonlySet<string>;
}

export interface DecisionEvent {
  readonly kind: string;
  readonly facts: object;
}

/** The verdict and all that follows from it, in the transaction that holds the decision's number. */
export async function applyDecision(tx: Tx, decision: Decision): Promise<readonly DecisionEvent[]> {
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

/**
 * Whether the same reading has more to tell: a history that is looked at late holds several changes, each of which is
 * decided by itself, as it would have been at once.
 */
export function tellsMore(
  { context, facts, evaluation }: Pick<Decision, 'context' | 'facts' | 'evaluation'>,
  events: readonly DecisionEvent[],
): boolean {
  if (events.some(({ kind }) => kind === 'reversed-inside-hold')) return true;
  return (
    events.some(({ kind }) => kind === 'qualified') &&
    evaluation.kind === 'qualified' &&
    departureAfter(context.rules.qualification, facts, evaluation.at) !== null
  );
}

async function consequences(
  tx: Tx,
  decision: Decision,
  verdictId: string,
): Promise<readonly DecisionEvent[]> {
  const { context, evaluation, step } = decision;
  const { referral } = context;
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
      const departure = departureOf(decision);
      const left = departure
        ? context.rewards.filter((reward) => isForfeit(reward, decision, departure))
        : [];
      if (departure && left.length > 0) return reverseBeforeIssue(tx, decision, left, departure);
      const events = evaluation.kind === 'qualified' ? await accrueLate(tx, decision, evaluation) : [];
      // A person may have voided the last open reward meanwhile.
      await rewardIfIssued(tx, context);
      return events;
    }
    case 'rewarded': {
      // What was left inside the window is a debt, however late it is looked at.
      const departure = reversibleUntil === null ? null : departureOf(decision);
      return leftBefore(departure, reversibleUntil) ? reverseAfterReward(tx, decision, departure) : [];
    }
    default:
      return [];
  }
}

/** Not ordered at any provider yet, so that it can still be voided. */
const unissued = ['pending', 'held', 'approved', 'needs_review'] as const satisfies Reward['status'][];

/** When the qualification at hand was left, by history; what was before it is another one's story. */
const departureOf = ({ context, facts }: Decision): Departure | null =>
  context.qualification
    ? departureAfter(context.rules.qualification, facts, context.qualification.qualifiedAt)
    : null;

/** Not ordered yet, and left before it could be. */
function isForfeit(reward: Reward, { context }: Decision, departure: Departure): boolean {
  const rule = context.rules.rewards.find(({ id }) => id === reward.rewardRuleId);
  return (
    unissued.some((each) => each === reward.status) &&
    leftWhileWaiting(departure, { ...reward, approval: rule?.approval })
  );
}

export type Qualified = Extract<Evaluation, { kind: 'qualified' }>;

async function qualify(
  tx: Tx,
  decision: Decision,
  evaluation: Qualified,
  verdictId: string,
): Promise<readonly DecisionEvent[]> {
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
  const events: DecisionEvent[] = [
    { kind: 'qualified', facts: { value: evaluation.value, at: evaluation.at } },
  ];
  const { disposableDomains } = decision;
  await checkFraud(tx, { referral, campaign: context.campaign, disposableDomains, at: step.asOf });
  const fraud = await fraudStand(tx, referral.id);
  for (const rule of rules.rewards) {
    events.push(...(await accrue(tx, decision, { rule, qualificationId, occurrence, evaluation, fraud })));
  }
  await updateReferral(tx, referral.id, { status: 'qualified' });
  return events;
}

async function expire(tx: Tx, { referralId }: ReferralStep): Promise<readonly DecisionEvent[]> {
  await updateReferral(tx, referralId, { status: 'expired' });
  return [{ kind: 'expired', facts: {} }];
}

/** A sale value that was empty at the qualifying instant and came inside the hold makes the reward after all. */
async function accrueLate(
  tx: Tx,
  { context }: Decision,
  evaluation: Qualified,
): Promise<readonly DecisionEvent[]> {
  const events: DecisionEvent[] = [];
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
  departure: Departure,
): Promise<readonly DecisionEvent[]> {
  const { context } = decision;
  const { referral, qualification } = context;
  for (const reward of waiting) {
    const voided = await moveReward(tx, reward.id, {
      from: unissued,
      to: 'voided',
      reason: 'left-qualifying-value',
    });
    if (voided) await enterLedger(tx, voided, 'voided');
  }
  const kept = (await rewardsOf(tx, referral.id)).filter(
    ({ status, qualificationId }) => qualificationId === qualification?.id && status !== 'voided',
  );
  if (kept.length > 0) {
    const ordered = kept.some(({ status }) => status === 'issued' || status === 'issuing');
    if (ordered) await updateReferral(tx, referral.id, { status: 'rewarded' });
    await rewardIfIssued(tx, context);
  } else {
    if (qualification) await reverseQualification(tx, qualification.id, departure.at);
    await updateReferral(tx, referral.id, { status: 'registered' });
  }
  return [{ kind: 'reversed-inside-hold', facts: { at: departure.at, value: departure.value } }];
}

/** P5: the stage was left inside the reversal window: what was issued is now a debt. */
async function reverseAfterReward(
  tx: Tx,
  { context }: Decision,
  departure: Departure,
): Promise<readonly DecisionEvent[]> {
  const { referral, qualification, rewards } = context;
  for (const reward of rewards) {
    const clawedBack = await moveReward(tx, reward.id, {
      from: ['issued'],
      to: 'clawed_back',
      reason: 'left-qualifying-value',
    });
    if (clawedBack) await enterLedger(tx, clawedBack, 'clawed_back');
  }
  if (qualification) await reverseQualification(tx, qualification.id, departure.at);
  await updateReferral(tx, referral.id, { status: 'reversed' });
  return [{ kind: 'reversed', facts: { at: departure.at, value: departure.value } }];
}
