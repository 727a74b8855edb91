import { z } from 'zod';
import type { Campaign } from '../../db/queries/campaigns.ts';
import { creditKeepers, longestVisitDays, touchModels } from '../../domain/attribution.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import { type FraudRule, fraudActions, fraudActionsOf, fraudRules } from '../../domain/fraud.ts';
import { toPublicId } from '../../domain/id.ts';
import { instant, line } from './shared.ts';

const webAddress = z
  .string()
  .max(2_000)
  .regex(/^[^\s\p{C}]*$/u, 'Spaces and control characters are not allowed.')
  .refine(
    (text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol),
    'Must be an http or https URL.',
  )
  .refine(
    (text) => !URL.canParse(text) || new URL(text).username === '',
    'Must not hold a user name or password.',
  );

const slug = z
  .string()
  .regex(
    /^[a-z0-9]+(-[a-z0-9]+)*$/,
    'Use lower-case letters, digits and single hyphens, such as spring-2026.',
  )
  .max(64);

const days = (max: number) => z.int().min(1).max(max);

const fraudAction = z.enum(fraudActions);
const fraud = z.strictObject(
  Object.fromEntries(fraudRules.map((rule) => [rule, fraudAction])) as Record<FraudRule, typeof fraudAction>,
);

const attributionSettings = {
  attributionWindowDays: days(longestVisitDays)
    .nullable()
    .describe('how long a visit through a link may be answered by a sign-up; null for no bound'),
  attribution: z.enum(touchModels).describe('which of several visits of one visitor counts'),
  creditKept: z
    .enum(creditKeepers)
    .describe('who has the credit for a person who is referred again by somebody else before they qualify'),
};

const fraudSettings = {
  fraud: fraud
    .partial()
    .describe(
      '`hold` keeps the rewards of a referral back for a person, `flag` only tells; rules that are not named stay as they are',
    ),
  velocity: z
    .strictObject({ signUps: z.int().min(1).max(1_000), minutes: z.int().min(1).max(10_080) })
    .describe('more sign-ups than this for one referrer in so many minutes are a finding of `velocity`'),
};

const editable = {
  name: line(120),
  slug: slug.describe('public part of the join link; unique over the installation'),
  landingUrl: webAddress
    .nullable()
    .describe('where a referral link leads; null for the built-in sign-up page'),
  expiryDays: days(3_650)
    .nullable()
    .describe('a referral that has not qualified by then expires; null for never'),
  reversalDays: days(3_650).nullable().describe('how long after its reward a referral can still be reversed'),
  ...attributionSettings,
  ...fraudSettings,
};

export const newCampaignBody = z.strictObject(editable).partial().extend({ name: editable.name });

export const campaignEdit = z
  .strictObject({ ...editable, status: z.enum(campaignStatuses) })
  .partial()
  .refine((edit) => Object.keys(edit).length > 0, 'Name at least one field to change.');

export const campaignView = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    status: z.enum(campaignStatuses),
    landingUrl: z.string().nullable(),
    expiryDays: z.int().nullable(),
    reversalDays: z.int().nullable(),
    attributionWindowDays: z.int().nullable(),
    attribution: z.enum(touchModels),
    creditKept: z.enum(creditKeepers),
    fraud: fraud.describe('what each rule does, defaults included'),
    velocity: z.object({ signUps: z.int(), minutes: z.int() }),
    joinUrl: z.string().describe('where people become referrers'),
    connectionId: z.string().nullable(),
    version: z.int().describe('rises with every edit; also the ETag'),
    createdAt: instant,
  })
  .meta({ id: 'Campaign' });

export const showCampaign = (campaign: Campaign, publicUrl: string): z.output<typeof campaignView> => ({
  id: toPublicId('campaign', campaign.id),
  name: campaign.name,
  slug: campaign.slug,
  status: campaign.status,
  landingUrl: campaign.landingUrl,
  expiryDays: campaign.expiryDays,
  reversalDays: campaign.reversalDays,
  attributionWindowDays: campaign.attributionWindowDays,
  attribution: campaign.attribution,
  creditKept: campaign.creditKept,
  fraud: fraudActionsOf(campaign.fraud),
  velocity: { signUps: campaign.velocitySignUps, minutes: campaign.velocityMinutes },
  joinUrl: `${publicUrl}/join/${campaign.slug}`,
  connectionId: campaign.connectionId && toPublicId('connection', campaign.connectionId),
  version: campaign.version,
  createdAt: campaign.createdAt,
});
