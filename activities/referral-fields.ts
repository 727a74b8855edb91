import { referralLink } from '../db/queries/reflection.ts';
import type { MappableField } from '../domain/field-mapping.ts';
import { toPublicId } from '../domain/id.ts';
import type { ReferralContext } from './referral-context.ts';

/** What a mapping of the Person Invited section may take from: the person, the referral and the referrer. */
export function referralFields(
  context: ReferralContext,
  publicUrl: string,
): Partial<Record<MappableField, string | null>> {
  const { person, referral, campaign, referrer, referrerContactId } = context;
  return {
    first_name: person.firstName,
    last_name: person.lastName,
    email: person.email,
    phone: person.phone,
    language: person.language,
    code: referrer.code,
    link: referralLink(publicUrl, referrer.code),
    campaign_name: campaign.name,
    source: 'Vouchflow referral',
    signed_up_at: referral.signedUpAt,
    referral_id: toPublicId('referral', referral.id),
    referrer_first_name: referrer.person.firstName,
    referrer_last_name: referrer.person.lastName,
    referrer_email: referrer.person.email,
    referrer_link: referralLink(publicUrl, referrer.code),
    referrer_crm_id: referrerContactId,
  };
}
