import type { Tx } from '../db/client.ts';
import { isOpenAgain } from '../db/queries/connections.ts';
import { parkReferral, referralFacts, unparkReferral } from '../db/queries/referrals.ts';
import { invariant } from '../domain/invariant.ts';
import { type Standing, standingOf } from '../domain/standing.ts';
import { decideReferral } from './decision.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { enterHubSpot } from './enter-hubspot.ts';
import { type Parked, parkedBy } from './failures.ts';
import { issue } from './issue-reward.ts';
import type { ReferralContext, ReferralStep } from './referral-context.ts';
import { readReferral } from './referral-context.ts';
import { associateReferrer } from './referrer-association.ts';

/** The activities of `referralLifecycle`. Each ends with what the row waits for next. */
export const referralActivities = (deps: ActivityDependencies) => ({
  /**
   * Brings the referred person into HubSpot (contact, and deal where the campaign asks) and decides once on what it
   * then reads. Safe to repeat: each create is first a row, and what exists already is recognised as ours.
   */
  enterCrm: (step: ReferralStep): Promise<Standing> =>
    parking(deps, step, async (context) => {
      if (context.referral.settledAt !== null) return;
      if (context.referral.enteredAt === null) await enterHubSpot(deps, context, step.asOf);
      await decideReferral(deps, step);
      if (context.campaign.associateReferrer) await associateReferrer(deps, step);
    }),

  /** Reads the record with its history, evaluates the pinned rule and stores the verdict. Safe to repeat. */
  decide: (step: ReferralStep): Promise<Standing> =>
    parking(deps, step, async (context) => {
      await decideReferral(deps, step);
      if (context.campaign.associateReferrer) await associateReferrer(deps, step);
    }),

  /**
   * Issues one reward, once: re-reads HubSpot, claims the reward, orders it under its id, records the receipt. Safe to
   * repeat by the reward id; `changed` says that HubSpot's answer is another one now, and a decision must come first.
   */
  async issueReward(
    step: ReferralStep & { readonly rewardId: string },
  ): Promise<{ standing: Standing; changed: boolean }> {
    let changed = false;
    const standing = await parking(deps, step, async (context) => {
      changed = (await issue(deps, context, step)) === 'changed';
    });
    return { standing, changed };
  },
});

export type ReferralActivities = ReturnType<typeof referralActivities>;

/** Runs a step; what stops it for now is written to the row instead of failing the activity. */
async function parking(
  deps: ActivityDependencies,
  step: ReferralStep,
  run: (context: ReferralContext) => Promise<void>,
): Promise<Standing> {
  const context = await readReferral(deps.db, step);
  let parked: Parked | null = null;
  try {
    await run(context);
  } catch (error) {
    parked = parkedBy(error, deps.attempt());
    if (parked === null) throw error;
  }
  return deps.db.inWorkspace(step.workspaceId, async (tx) => {
    if (parked === null) await unparkReferral(tx, context.referral);
    else {
      const retry = parked.retry || (await wasReconnected(tx, context));
      await parkReferral(tx, context.referral, {
        ...parked,
        retry,
        asOf: step.asOf,
        facts: culprit(parked),
      });
    }
    return readStanding(tx, step);
  });
}

const wasReconnected = async (tx: Tx, { connection }: ReferralContext): Promise<boolean> =>
  connection !== null && isOpenAgain(tx, connection.id);

const culprit = ({ property, code }: Parked) => ({ ...(property && { property }), ...(code && { code }) });

async function readStanding(tx: Tx, { referralId, asOf }: ReferralStep): Promise<Standing> {
  const facts = await referralFacts(tx, referralId);
  invariant(facts, 'the referral exists');
  return standingOf(facts, asOf);
}
