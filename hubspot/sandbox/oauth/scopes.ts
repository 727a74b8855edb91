/** The scopes that an app may ask for here; asking for another one blocks the install, as in HubSpot. */
export const knownScopes: readonly string[] = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.deals.read',
  'crm.objects.deals.write',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
  'crm.schemas.deals.read',
  'crm.schemas.deals.write',
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.owners.read',
  'crm.lists.read',
  'crm.lists.write',
  'automation',
  'timeline',
];

export const readScopes = (text: string | undefined): string[] => [
  ...new Set((text ?? '').split(/[ +]/).filter(Boolean)),
];
