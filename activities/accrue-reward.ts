import { v5 as uuidv5 } from 'uuid';
import type { Tx } from '../db/client.ts';
import type { fraudStand } from '../db/queries/fraud.ts';
import { enterLedger, insertReward, type Reward } from '../db/queries/rewards.ts';
import { fraudReason } from '../domain/fraud.ts';
import { computeReward, type RewardComputation, type RewardRule } from '../domain/reward.ts';
import { saleValueWithin } from '../domain/sale-value.ts';
import { addMs, DAY_MS } from '../domain/time.ts';
import type { Decision, DecisionEvent, Qualified } from './apply-decision.ts';

/** The namespace of reward ids: uuidv5 over qualification, rule, beneficiary and occurrence. */
const rewardNamespace = '6d0cf7bc-8a1e-5d0f-9c57-6f0f5e3f9a51';

/**
 * One reward of a qualification, with its entry in the ledger: ready for what its rule asks next, in review, or, of a
 * referral that was found a fraud, voided at once.
 */
export async function accrue(
  tx: Tx,
  { context, step }: Pick<Decision, 'context' | 'step'>,
  input: {
    readonly rule: RewardRule;
    readonly qualificationId: string;
    readonly occurrence: number;
    readonly evaluation: Qualified;
    readonly fraud: FraudStand;
  },
): Promise<readonly DecisionEvent[]> {
  const { rule, qualificationId, occurrence, evaluation, fraud } = input;
  const { referral, campaign, referrer } = context;
  const computed = computeReward(rule, saleValueWithin(evaluation, rule.holdDays));
  const id = uuidv5([qualificationId, rule.id, rule.beneficiary, occurrence].join('/'), rewardNamespace);
  const held = rule.holdDays !== null && rule.holdDays > 0;
  const ready = held ? 'held' : rule.approval === 'manual' ? 'pending' : 'approved';
  const amount = computed.kind === 'amount' ? computed : null;
  const begins = beginning(computed, { ready, fraud });
  const reward = {
    id,
    workspaceId: step.workspaceId,
    campaignId: campaign.id,
    referralId: referral.id,
    referrerId: referral.referrerId,
    qualificationId,
    rewardRuleId: rule.id,
    beneficiary: rule.beneficiary,
    occurrence,
    ...begins,
    amountMinor: amount?.amountMinor ?? null,
    currency: amount?.currency ?? null,
    provider: rule.provider,
    payeePersonId: rule.beneficiary === 'referrer' ? referrer.person.id : referral.personId,
    holdUntil: held ? addMs(evaluation.at, (rule.holdDays ?? 0) * DAY_MS) : null,
    createdAt: new Date().toISOString(),
  };
  await insertReward(tx, reward);
  if (begins.status === 'voided') await enterLedger(tx, reward, 'voided');
  return eventsOf(reward, computed);
}

function eventsOf(
  {
    id: rewardId,
    status,
    reason,
    amountMinor,
    currency,
  }: Pick<Reward, 'id' | 'status' | 'reason' | 'amountMinor' | 'currency'>,
  computed: RewardComputation,
): readonly DecisionEvent[] {
  const events: DecisionEvent[] = [];
  if (amountMinor !== null)
    events.push({ kind: 'reward-accrued', facts: { rewardId, amountMinor, currency } });
  const flaw = computed.kind === 'needs-review' ? computed.reason : reason;
  if (status === 'needs_review')
    events.push({ kind: 'reward-needs-review', facts: { rewardId, reason: flaw } });
  if (status === 'voided') events.push({ kind: 'reward-voided', facts: { rewardId, reason } });
  return events;
}

type FraudStand = Awaited<ReturnType<typeof fraudStand>>;
type Ready = 'held' | 'pending' | 'approved';

/** P7: a referral that a person has called a fraud earns nothing more; one that is looked at earns, and waits. */
function beginning(
  computed: RewardComputation,
  { ready, fraud: { held, rejected } }: { readonly ready: Ready; readonly fraud: FraudStand },
): Pick<Reward, 'status' | 'reason' | 'heldBackFrom'> {
  if (rejected) return { status: 'voided', reason: fraudReason(rejected), heldBackFrom: null };
  if (computed.kind === 'needs-review')
    return { status: 'needs_review', reason: `sale-value-${computed.reason}`, heldBackFrom: null };
  return held
    ? { status: 'needs_review', reason: fraudReason(held), heldBackFrom: ready }
    : { status: ready, reason: null, heldBackFrom: null };
}
