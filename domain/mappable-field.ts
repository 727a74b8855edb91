/** The HubSpot objects that we write to. */
export type CrmObject = 'contact' | 'deal';

export const personFields = ['first_name', 'last_name', 'email', 'phone', 'language'] as const;
export const referralFields = [
  'code',
  'link',
  'campaign_name',
  'source',
  'signed_up_at',
  'referral_id',
] as const;
export const referrerFields = [
  'referrer_first_name',
  'referrer_last_name',
  'referrer_email',
  'referrer_link',
  'referrer_crm_id',
] as const;
export const counterFields = [
  'referral_link',
  'number_referred',
  'number_successful',
  'reward_earned',
  'join_date',
] as const;
export const mappableFields = [
  ...personFields,
  ...referralFields,
  ...referrerFields,
  ...counterFields,
] as const;

/** A field of ours that a HubSpot property can be filled from; `custom:` ones are a workspace's own (P21). */
export type MappableField = (typeof mappableFields)[number] | `custom:${string}`;

export const isMappableField = (text: string): text is MappableField =>
  mappableFields.some((field) => field === text) || /^custom:[a-z0-9_]{1,64}$/.test(text);
