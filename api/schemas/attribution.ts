import { z } from 'zod';
import type { Rejection } from '../../db/queries/attribution.ts';
import { attributionWays, rejectionReasons, rejectionSentences } from '../../domain/attribution.ts';
import { type IdKind, toPublicId } from '../../domain/id.ts';
import { instant } from './shared.ts';

export const rejectionView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    reason: z.enum(rejectionReasons),
    sentence: z.string().describe('why, for people'),
    via: z.enum(attributionWays).describe('by what the sign-up named its referrer'),
    code: z.string().nullable().describe('as it was given, where it has the form of a code'),
    referrerId: z.string().nullable().describe('who would have had the credit'),
    personId: z.string().nullable().describe('who signed up, where the person was known'),
    referralId: z
      .string()
      .nullable()
      .describe('the referral that keeps the credit or was stored as rejected'),
    at: instant,
  })
  .meta({ id: 'AttributionRejection' });

export const showRejection = (row: Rejection): z.output<typeof rejectionView> => ({
  id: toPublicId('rejection', row.id),
  campaignId: toPublicId('campaign', row.campaignId),
  reason: row.reason,
  sentence: rejectionSentences[row.reason],
  via: row.via,
  code: row.code,
  referrerId: publicIdOrNull('referrer', row.referrerId),
  personId: publicIdOrNull('person', row.personId),
  referralId: publicIdOrNull('referral', row.referralId),
  at: row.at,
});

const publicIdOrNull = (kind: IdKind, id: string | null): string | null => id && toPublicId(kind, id);
