import type { AccountDetails, CrmObjectType, CrmReference } from './gateway.ts';

const typeIds = { contact: '0-1', deal: '0-3' } as const satisfies Record<CrmObjectType, string>;

/** Where a person sees a record in HubSpot; `uiDomain` differs between accounts and data centres. */
export const recordUrl = (
  { uiDomain, portalId }: Pick<AccountDetails, 'uiDomain' | 'portalId'>,
  { objectType, id }: CrmReference,
): string =>
  `https://${uiDomain}/contacts/${encodeURIComponent(portalId)}/record/${typeIds[objectType]}/${encodeURIComponent(id)}`;
