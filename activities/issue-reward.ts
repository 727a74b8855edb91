import type { Tx } from '../db/client.ts';
import { fraudStand, holdBack } from '../db/queries/fraud.ts';
import { checkFraud } from '../db/queries/fraud-check.ts';
import { holdDecision, lockReferral, recordEvent, settleIfOver } from '../db/queries/referrals.ts';
import { reflectReferrers } from '../db/queries/reflection.ts';
import { enterLedger, loadReward, moveReward, type Reward } from '../db/queries/rewards.ts';
import { departureAfter, leftWhileWaiting } from '../domain/departure.ts';
import { invariant } from '../domain/invariant.ts';
import { isAfter } from '../domain/time.ts';
import type { Receipt, RewardOrder } from '../payouts/provider.ts';
import { holdFence } from './connection-access.ts';
import { readFacts } from './crm-facts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ReferralContext, ReferralStep } from './referral-context.ts';
import { rewardIfIssued } from './rewarded.ts';

export type IssueOutcome = 'issued' | 'changed' | 'not-due';

/**
 * Issues one approved reward to its provider and records receipt and ledger entry. The claim follows a fresh read: a
 * deal that left its stage on the last day of the hold, with its notice lost, is not paid. Safe to repeat: the reward
 * id is the key at both sides, and a reward found half issued is looked up before it is ordered again.
 */
export async function issue(
  deps: ActivityDependencies,
  context: ReferralContext,
  step: ReferralStep & { readonly rewardId: string },
): Promise<IssueOutcome> {
  const reward = context.rewards.find(({ id }) => id === step.rewardId);
  invariant(reward, 'the reward belongs to the referral');
  if (reward.status === 'issuing') return finishUnknown(deps, context, step, reward);
  const rule = context.rules.rewards.find(({ id }) => id === reward.rewardRuleId);
  const approval = rule?.approval ?? 'manual';
  if (!isDue(reward, { asOf: step.asOf, approval })) return 'not-due';
  // The decision that made it was a moment ago, unless it has waited for its hold or for a person.
  const waited = reward.holdUntil !== null || reward.heldBackFrom !== null || approval === 'manual';
  const read = waited ? await readFacts(deps, context, step.asOf) : null;
  if (read && context.qualification) {
    const { qualifiedAt } = context.qualification;
    const departure = departureAfter(context.rules.qualification, read.facts, qualifiedAt);
    if (leftWhileWaiting(departure, { ...reward, approval })) return 'changed';
  }
  const { disposableDomains } = deps;
  const claimed = await deps.db.inWorkspace(step.workspaceId, (tx) =>
    claim(tx, context, {
      rewardId: reward.id,
      asOf: step.asOf,
      asked: read?.asked ?? false,
      disposableDomains,
    }),
  );
  if (typeof claimed === 'string') return claimed;
  const receipt = await deps.providers[claimed.provider].send(orderOf(claimed));
  await recordReceipt(deps, context, step, receipt);
  return 'issued';
}

/**
 * Compare-and-set to `issuing`, which freezes amount and payee; only on an answer of HubSpot that is still the newest
 * one known, from a connection that is still open, and only if no fraud check has anything against it at this moment.
 */
async function claim(
  tx: Tx,
  context: ReferralContext,
  { rewardId, asOf, asked, disposableDomains }: Claim,
): Promise<Reward | 'changed' | 'not-due'> {
  const { referral, connection } = context;
  if (asked) await holdFence(tx, connection);
  if (!(await holdDecision(tx, referral.id, referral.decisionSeq))) return 'changed';
  if (await heldForFraud(tx, context, { asOf, disposableDomains })) return 'not-due';
  const from = ['approved', 'held'] as const;
  return (await moveReward(tx, rewardId, { from, to: 'issuing', firstAttemptAt: asOf })) ?? 'not-due';
}

interface Claim {
  readonly rewardId: string;
  readonly asOf: string;
  readonly asked: boolean;
  readonly disposableDomains: ReadonlySet<string>;
}

/** P7: whatever of this referral is not ordered yet waits for a person. The referral is locked. */
async function heldForFraud(
  tx: Tx,
  { referral, campaign }: ReferralContext,
  { asOf: at, disposableDomains }: Pick<Claim, 'asOf' | 'disposableDomains'>,
): Promise<boolean> {
  await checkFraud(tx, { referral, campaign, disposableDomains, at });
  const { held } = await fraudStand(tx, referral.id);
  if (held === null) return false;
  for (const { id, reason } of await holdBack(tx, referral.id, held)) {
    await recordEvent(tx, referral, { kind: 'reward-needs-review', facts: { rewardId: id, reason }, at });
  }
  return true;
}

/** A reward whose rule asks for a person is issued only once it is approved, hold or no hold. */
function isDue(
  { status, holdUntil }: Reward,
  { asOf, approval }: { asOf: string; approval: 'automatic' | 'manual' },
): boolean {
  const over = holdUntil === null || !isAfter(holdUntil, asOf);
  return over && (status === 'approved' || (status === 'held' && approval === 'automatic'));
}

/** An attempt ended between the order and its receipt: the provider's log says whether there was one. */
async function finishUnknown(
  deps: ActivityDependencies,
  context: ReferralContext,
  step: ReferralStep & { readonly rewardId: string },
  reward: Reward,
): Promise<IssueOutcome> {
  const provider = deps.providers[reward.provider];
  const order = orderOf(reward);
  await recordReceipt(deps, context, step, (await provider.lookUp(order)) ?? (await provider.send(order)));
  return 'issued';
}

function orderOf(reward: Reward): RewardOrder {
  const { id: rewardId, workspaceId, payeePersonId, amountMinor, currency } = reward;
  invariant(amountMinor !== null && currency !== null, 'a claimed reward has its amount');
  return { rewardId, workspaceId, payeePersonId, amountMinor, currency };
}

async function recordReceipt(
  deps: ActivityDependencies,
  context: ReferralContext,
  { workspaceId, rewardId, asOf }: ReferralStep & { readonly rewardId: string },
  receipt: Receipt,
): Promise<void> {
  const { referral } = context;
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await lockReferral(tx, referral.id);
    const issued = await moveReward(tx, rewardId, {
      from: ['issuing'],
      to: 'issued',
      issuedAt: asOf,
      providerReference: receipt.reference,
    });
    if (!issued) {
      const reward = await loadReward(tx, rewardId);
      invariant(reward?.status === 'issued', 'a reward with a receipt is issued');
      return;
    }
    await enterLedger(tx, issued, 'issued');
    const { amountMinor, currency, provider } = issued;
    await recordEvent(tx, referral, {
      kind: 'reward-issued',
      facts: { rewardId, amountMinor, currency, provider },
      at: asOf,
    });
    await rewardIfIssued(tx, context);
    await settleIfOver(tx, referral.id, asOf);
    await reflectReferrers(tx, {
      workspaceId,
      campaignId: referral.campaignId,
      referrerIds: [referral.referrerId],
      publicUrl: deps.publicUrl,
    });
  });
}
