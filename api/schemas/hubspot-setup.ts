/** The HubSpot configuration of a campaign as one document: what PUT takes, GET gives back. */
import { z } from 'zod';
import { isMappableField, mappableFields } from '../../domain/field-mapping.ts';
import { highestRateBasisPoints, longestHoldDays } from '../../domain/reward-rule.ts';
import { currency, text } from './shared.ts';

const propertyName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,99}$/, 'This is not the internal name of a HubSpot property.');
const optionValue = text(3_000);
const crmId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w-]+$/, 'This is not an id of HubSpot.');
export const mappableField = z
  .string()
  .refine(isMappableField, `Must be one of ${mappableFields.join(', ')} or custom:name.`);

export const fieldMapping = z.strictObject({
  objectType: z.enum(['contact', 'deal']),
  property: propertyName,
  source: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('dynamic'), field: mappableField }),
    z.strictObject({ kind: z.literal('fixed'), value: optionValue.min(1) }),
  ]),
});
const mappings = z.array(fieldMapping).max(100);

/** So that what GET answers can be sent back as it is. */
const readFromHubSpot = 'read from HubSpot; what you send is not used';

const qualification = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('contact-property'),
    property: propertyName,
    propertyType: z.enum(['text', 'dropdown']).optional().describe(readFromHubSpot),
    propertyLabel: text(3_000).optional().describe(readFromHubSpot),
    valueLabels: z.record(text(3_000), text(3_000)).optional().describe(readFromHubSpot),
    initialValue: optionValue.nullable().default(null).describe('written when the contact is created'),
    qualifyingValues: z
      .array(optionValue)
      .max(200)
      .describe('reaching any one of them qualifies; dropdowns by internal value'),
  }),
  z.strictObject({
    kind: z.literal('deal-stage'),
    pipelineId: crmId,
    initialStageId: crmId.describe('the stage in which the deal is created'),
    qualifyingStageIds: z.array(crmId).max(200),
    stageLabels: z.record(text(3_000), text(3_000)).optional().describe(readFromHubSpot),
  }),
  z.strictObject({ kind: z.literal('manual') }),
]);

const rewardShape = {
  beneficiary: z.enum(['referrer', 'referred']),
  holdDays: z.int().min(0).max(longestHoldDays).nullable().default(null),
  provider: z.literal('manual').default('manual'),
  approval: z.enum(['automatic', 'manual']).default('automatic'),
};

const reward = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fixed'),
    amountMinor: z.int().positive().describe('in minor units of the currency'),
    currency,
    ...rewardShape,
  }),
  z.strictObject({
    kind: z.literal('percentage'),
    rateBasisPoints: z.int().min(1).max(highestRateBasisPoints).describe('1,000 is 10 % of the sale value'),
    ...rewardShape,
  }),
]);

const ownerId = z.string().regex(/^\d{1,20}$/, 'This is not the id of an owner in HubSpot.');
const owner = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('fixed'), ownerId }),
    z.strictObject({ kind: z.literal('of-referrer') }),
    z.strictObject({ kind: z.literal('round-robin'), ownerIds: z.array(ownerId).min(1).max(100) }),
  ])
  .default({ kind: 'none' })
  .describe(
    'who is put in charge of a contact and a deal that are created: one owner, the one of the referrer’s own contact, or one after the other',
  );

const personInvited = z.strictObject({
  action: z.enum(['none', 'create-contact', 'create-contact-and-deal']),
  existingContacts: z.enum(['never-overwrite', 'fill-blanks', 'overwrite']).default('never-overwrite'),
  owner,
  associateReferrer: z
    .boolean()
    .default(false)
    .describe('links HubSpot’s contacts of referrer and friend by the label "Referred person"'),
  mappings: mappings.default([]),
});
const personReferring = z.strictObject({
  action: z.enum(['none', 'create-contact']),
  mappings: mappings.default([]),
});
const sync = z.strictObject({
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('list'), listId: crmId }),
  ]),
  ongoing: z.boolean().default(false),
  restoreEdits: z
    .boolean()
    .default(false)
    .describe(
      'when somebody changed a value of ours in HubSpot: true writes it again with the next run, false leaves it; it is listed either way',
    ),
  mappingsIn: mappings.default([]).describe('HubSpot property → field of ours'),
  mappingsOut: mappings.default([]).describe('field of ours → HubSpot property'),
});
const saleValue = z.strictObject({ object: z.enum(['contact', 'deal']), property: propertyName });

/** A part that is left out stays as it is. */
export const hubspotSetupBody = z.strictObject({
  personInvited: personInvited.optional(),
  personReferring: personReferring.optional(),
  sync: sync.optional(),
  qualification: qualification.optional(),
  saleValue: saleValue.nullable().optional(),
  rewards: z.array(reward).max(10).optional(),
});

export const hubspotSetupView = z
  .object({
    personInvited,
    personReferring,
    sync,
    qualification,
    saleValue: saleValue.nullable(),
    rewards: z.array(reward),
  })
  .meta({ id: 'HubSpotSetup' });

export type HubSpotSetup = z.output<typeof hubspotSetupView>;
export type HubSpotSetupEdit = z.output<typeof hubspotSetupBody>;
