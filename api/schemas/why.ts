import { z } from 'zod';
import { parkedReasons } from '../../domain/referral.ts';
import { rewardStatuses } from '../../domain/reward.ts';
import { waitedFor } from '../../domain/standing-story.ts';
import { hubspotSetupView } from './hubspot-setup.ts';
import { instant } from './shared.ts';
import { verdictView } from './verdict.ts';

const { qualification, saleValue } = hubspotSetupView.shape;

export const whyView = z
  .object({
    sentence: z.string().describe('why it has (not) qualified, for people'),
    result: z
      .string()
      .nullable()
      .describe('as of a verdict, such as `qualified` or `waiting`; null when nothing was ever read'),
    asOf: instant.describe('the instant for which the answer holds'),
    fresh: z
      .boolean()
      .describe('false when HubSpot could not be asked: the answer is that of the last verdict'),
    inputs: z.record(z.string(), z.unknown()).describe('what the rule saw, for machines'),
    rule: z
      .object({ version: z.int(), qualification, saleValue: saleValue })
      .describe('the rule of its sign-up, which it keeps'),
    standing: z.object({
      sentence: z.string().describe('what it waits for, what stops it or how it ended, for people'),
      waitingFor: z.enum(waitedFor),
      parked: z.enum(parkedReasons).nullable(),
      settled: z.boolean(),
      deadline: instant.nullable().describe('when it is looked at next by itself'),
    }),
    rewards: z.array(z.object({ id: z.string(), status: z.enum(rewardStatuses), sentence: z.string() })),
    lastVerdict: verdictView.nullable().describe('the newest decision that was stored'),
  })
  .meta({ id: 'Why' });

export type Why = z.output<typeof whyView>;
