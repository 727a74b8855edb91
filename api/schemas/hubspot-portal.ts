/** The connected account's properties, pipelines and lists as the API shows them. */
import { z } from 'zod';
import type { PropertyDefinition } from '../../hubspot/gateway.ts';
import { fieldMapping, mappableField } from './hubspot-setup.ts';

export const propertyView = z
  .object({
    name: z.string(),
    label: z.string(),
    type: z.string(),
    fieldType: z.string(),
    groupName: z.string(),
    options: z.array(z.object({ label: z.string(), value: z.string() })),
    readOnly: z.boolean(),
    hasUniqueValue: z.boolean(),
    custom: z.boolean(),
  })
  .meta({ id: 'HubSpotProperty' });

export const showProperty = (property: PropertyDefinition): z.output<typeof propertyView> => ({
  ...property,
  options: [...property.options],
});

export const pipelineView = z
  .object({
    id: z.string(),
    label: z.string(),
    stages: z.array(
      z.object({ id: z.string(), label: z.string(), outcome: z.enum(['open', 'won', 'lost']) }),
    ),
  })
  .meta({ id: 'HubSpotPipeline' });

export const listView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z
      .enum(['active', 'static', 'snapshot'])
      .describe(
        'active lists change by themselves, static ones by hand, snapshots were active once and stay as they were',
      ),
    size: z
      .int()
      .nullable()
      .describe('how many contacts, as HubSpot last counted; null when it does not say'),
  })
  .meta({ id: 'HubSpotList' });

export const ownerView = z
  .object({
    id: z.string().describe('the id by which HubSpot puts somebody in charge; not the id of the user'),
    name: z.string(),
    email: z.string().nullable().describe('null for a queue'),
  })
  .meta({ id: 'HubSpotOwner' });

export const newPropertiesBody = z.strictObject({
  fields: z
    .array(mappableField)
    .min(1)
    .max(20)
    .describe('fields of ours that shall have a contact property each'),
  campaignId: z
    .string()
    .optional()
    .describe('makes properties for this campaign alone, with its slug in their names'),
});

export const newPropertiesView = z
  .object({
    items: z.array(
      z.object({
        field: z.string(),
        created: z.boolean().describe('false when HubSpot had it already'),
        property: propertyView,
        mapping: fieldMapping.describe(
          'ready for `sync.mappingsOut`, or for a section that offers the field',
        ),
      }),
    ),
  })
  .meta({ id: 'NewHubSpotProperties' });
