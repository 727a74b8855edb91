import { z } from 'zod';
import { idSchema } from './crm-record.ts';
import type { AccountDetails, HubSpot } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

const detailsSchema = z.object({
  portalId: idSchema,
  timeZone: z.string(),
  companyCurrency: z.string(),
  uiDomain: z.string(),
});

/** `onDetails` hears of each answer: the account's time zone says when its daily limit resets. */
export function account(
  { call, paths }: PortalAccess,
  onDetails: (details: AccountDetails) => void,
): HubSpot['account'] {
  return {
    async details() {
      const details = await call({ method: 'GET', path: paths('account', 'details'), schema: detailsSchema });
      onDetails(details);
      return details;
    },
  };
}
