/** Without these nothing works; HubSpot refuses the installation where the account cannot give one of them. */
export const requiredScopes = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
] as const;

/** Deals, lists and owners; HubSpot drops silently what an account cannot give, so read `Grant.scopes`. */
export const optionalScopes = [
  'crm.objects.deals.read',
  'crm.objects.deals.write',
  'crm.schemas.deals.read',
  'crm.schemas.deals.write',
  'crm.lists.read',
  'crm.objects.owners.read',
] as const;

/** Which of `wanted` a grant lacks; null when it does not tell: a private app's token keeps its scopes to itself. */
export const missingScopes = (
  granted: readonly string[],
  wanted: readonly string[] = requiredScopes,
): readonly string[] | null =>
  granted.length === 0 ? null : wanted.filter((scope) => !granted.includes(scope));

/** Whether a grant is known to lack a scope; HubSpot's own refusal tells it of a private app's token. */
export const lacksScope = (granted: readonly string[], scope: string): boolean =>
  missingScopes(granted, [scope])?.length === 1;
