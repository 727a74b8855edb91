import { z } from 'zod';
import { associationTypeSchema } from './associated-records.ts';
import { HubSpotError, isHubSpotError } from './failures.ts';
import type { AssociationType, ReferralLabel } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

/** Our label as people see it: on a referrer's record the contacts they referred, and the other way round. */
const referralLabel = {
  name: 'vouchflow_referral',
  label: 'Referred person',
  inverseLabel: 'Referred by',
} as const;

const labelsSchema = z.object({
  results: z
    .array(z.unknown())
    .transform((labels) => labels.flatMap((label) => associationTypeSchema.safeParse(label).data ?? [])),
});

/** Finds our label, and makes it where it is missing; one that somebody else makes at the same time is as good. */
export async function ensureReferralLabel({ call, paths }: PortalAccess): Promise<ReferralLabel> {
  const path = paths('associations', 'contacts', 'contacts', 'labels');
  const found = await existing();
  if (found !== null) return found;
  await call({ method: 'POST', path, body: referralLabel, schema: z.unknown() }).catch((error: unknown) => {
    if (!isHubSpotError(error, 'conflict')) throw error;
  });
  const made = await existing();
  if (made === null) throw new HubSpotError({ kind: 'unavailable', code: 'LABEL_NOT_LISTED' });
  return made;

  /** HubSpot lists labels by what people see, without their names. */
  async function existing(): Promise<ReferralLabel | null> {
    const { results } = await call({ method: 'GET', path, schema: labelsSchema });
    const typeOf = (text: string): AssociationType | null => {
      const label = results.find((each) => each.category !== 'HUBSPOT_DEFINED' && each.label === text);
      return label === undefined ? null : { category: label.category, typeId: label.typeId };
    };
    const referrerToReferred = typeOf(referralLabel.label);
    const referredToReferrer = typeOf(referralLabel.inverseLabel);
    return referrerToReferred && referredToReferrer && { referrerToReferred, referredToReferrer };
  }
}
