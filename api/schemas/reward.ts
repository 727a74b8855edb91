import { z } from 'zod';
import type { Reward } from '../../db/queries/rewards.ts';
import { whyReview } from '../../domain/fraud-story.ts';
import { toPublicId } from '../../domain/id.ts';
import { rewardStatuses } from '../../domain/reward.ts';
import { instant } from './shared.ts';

export const rewardView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    referralId: z.string(),
    referrerId: z.string(),
    beneficiary: z.enum(['referrer', 'referred']),
    occurrence: z.int().describe('1 for the first qualification; more after a reversal inside the hold'),
    status: z.enum(rewardStatuses),
    reason: z.string().nullable(),
    why: z.string().nullable().describe('the reason of a reward in review, for people'),
    amountMinor: z
      .int()
      .nullable()
      .describe('in minor units; null while a person must settle the sale value'),
    currency: z.string().nullable(),
    provider: z.literal('manual'),
    providerReference: z.string().nullable(),
    holdUntil: instant.nullable(),
    createdAt: instant,
    issuedAt: instant.nullable(),
  })
  .meta({ id: 'Reward' });

export const rewardDetailView = rewardView
  .extend({
    ledger: z.array(
      z.object({
        kind: z.enum(['accrued', 'voided', 'issued', 'clawed_back']),
        amountMinor: z.int().describe('signed; the sum over a reward is what is owed'),
        currency: z.string(),
        at: instant,
      }),
    ),
  })
  .meta({ id: 'RewardWithLedger' });

export const showReward = (reward: Reward): z.output<typeof rewardView> => ({
  id: toPublicId('reward', reward.id),
  campaignId: toPublicId('campaign', reward.campaignId),
  referralId: toPublicId('referral', reward.referralId),
  referrerId: toPublicId('referrer', reward.referrerId),
  beneficiary: reward.beneficiary,
  occurrence: reward.occurrence,
  status: reward.status,
  reason: reward.reason,
  why: whyReview(reward),
  amountMinor: reward.amountMinor,
  currency: reward.currency,
  provider: reward.provider,
  providerReference: reward.providerReference,
  holdUntil: reward.holdUntil,
  createdAt: reward.createdAt,
  issuedAt: reward.issuedAt,
});
