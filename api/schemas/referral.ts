import { z } from 'zod';
import type { ShownFinding } from '../../db/queries/fraud.ts';
import type { ListedReferral } from '../../db/queries/referral-list.ts';
import { toPublicId } from '../../domain/id.ts';
import { presences } from '../../domain/identity.ts';
import { referralStatuses } from '../../domain/referral.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import { findingView, showFinding } from './fraud.ts';
import { instant } from './shared.ts';

export const referralView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    referrerId: z.string(),
    status: z.enum(referralStatuses),
    person: z.object({
      id: z.string(),
      email: z.string().nullable(),
      firstName: z.string().nullable(),
      lastName: z.string().nullable(),
    }),
    inHubSpot: z.enum(presences).describe('whether HubSpot has the contact; `unknown` before we know of one'),
    signedUpAt: instant,
    enteredAt: instant.nullable().describe('when HubSpot had the record'),
    parkedReason: z.string().nullable().describe('what it waits for from outside, such as `not-connected`'),
    alreadyQualified: z.enum(['pending', 'accepted', 'rejected']).nullable(),
    rejectedReason: z.string().nullable(),
    expiresAt: instant.nullable(),
    reversibleUntil: instant.nullable(),
    settledAt: instant.nullable().describe('when nothing more can happen'),
    temporalUrl: z.string().nullable().describe('its workflow in the Temporal UI'),
  })
  .meta({ id: 'Referral' });

export type ReferralView = z.output<typeof referralView>;

export const referralDetailView = referralView
  .extend({ findings: z.array(findingView).describe('what fraud checks found, newest first') })
  .meta({ id: 'ReferralWithFindings' });

export const showReferralDetail = (
  row: ListedReferral,
  findings: readonly ShownFinding[],
  temporalUiUrl: string | undefined,
): z.output<typeof referralDetailView> => ({
  ...showReferral(row, temporalUiUrl),
  findings: findings.map(showFinding),
});

/** `temporalUiUrl` undefined leaves the link out. */
export function showReferral(
  { referral, person, inHubSpot }: ListedReferral,
  temporalUiUrl: string | undefined,
): ReferralView {
  const { workflowId } = referralWorkflow({ ...referral, referralId: referral.id });
  return {
    id: toPublicId('referral', referral.id),
    campaignId: toPublicId('campaign', referral.campaignId),
    referrerId: toPublicId('referrer', referral.referrerId),
    status: referral.status,
    person: {
      id: toPublicId('person', person.id),
      email: person.email,
      firstName: person.firstName,
      lastName: person.lastName,
    },
    inHubSpot,
    signedUpAt: referral.signedUpAt,
    enteredAt: referral.enteredAt,
    parkedReason: referral.parkedReason,
    alreadyQualified: referral.alreadyQualified,
    rejectedReason: referral.rejectedReason,
    expiresAt: referral.expiresAt,
    reversibleUntil: referral.reversibleUntil,
    settledAt: referral.settledAt,
    temporalUrl: temporalUiUrl
      ? `${temporalUiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`
      : null,
  };
}
