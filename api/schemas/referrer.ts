import { z } from 'zod';
import type { ListedReferrer } from '../../db/queries/referrer-list.ts';
import { referralLink } from '../../db/queries/reflection.ts';
import { toPublicId } from '../../domain/id.ts';
import { presences } from '../../domain/identity.ts';
import { instant } from './shared.ts';

export const referrerView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    person: z.object({
      id: z.string(),
      email: z.string().nullable(),
      firstName: z.string().nullable(),
      lastName: z.string().nullable(),
    }),
    source: z.enum(['sync', 'join', 'api']),
    code: z.string(),
    link: z.string(),
    joinedAt: instant,
    parkedReason: z.string().nullable(),
    inHubSpot: z.enum(presences).describe('whether HubSpot has the contact; `unknown` before we know of one'),
    mergedInto: z
      .string()
      .nullable()
      .describe(
        'the referrer who this one turned out to be when HubSpot merged contacts; the link leads there',
      ),
    leftScopeAt: instant
      .nullable()
      .describe(
        'when the contact left the list that an ongoing sync follows; the referrer and the link stay',
      ),
  })
  .meta({ id: 'Referrer' });

export const showReferrer = (
  { referrer, person, code, inHubSpot }: ListedReferrer,
  publicUrl: string,
): z.output<typeof referrerView> => ({
  id: toPublicId('referrer', referrer.id),
  campaignId: toPublicId('campaign', referrer.campaignId),
  person: {
    id: toPublicId('person', person.id),
    email: person.email,
    firstName: person.firstName,
    lastName: person.lastName,
  },
  source: referrer.source,
  code,
  link: referralLink(publicUrl, code),
  joinedAt: referrer.joinedAt,
  parkedReason: referrer.parkedReason,
  inHubSpot,
  mergedInto: referrer.mergedInto && toPublicId('referrer', referrer.mergedInto),
  leftScopeAt: referrer.leftScopeAt,
});
