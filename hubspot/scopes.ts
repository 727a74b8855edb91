/** Without these nothing works; HubSpot refuses the installation where the account cannot give one of them. */
export const requiredScopes = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
] as const;

/** Deals and lists; HubSpot drops silently what an account cannot give, so read `Grant.scopes`. */
export const optionalScopes = [
  'crm.objects.deals.read',
  'crm.objects.deals.write',
  'crm.schemas.deals.read',
  'crm.schemas.deals.write',
  'crm.lists.read',
] as const;
