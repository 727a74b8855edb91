import { z } from 'zod';
import { idSchema } from './crm-record.ts';
import type { AccountDetails, HubSpot } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

export const accountDetailsSchema = z.object({
  portalId: idSchema,
  timeZone: z.string(),
  companyCurrency: z.string(),
  additionalCurrencies: z.array(z.string()).catch([]),
  uiDomain: z.string(),
});

/** `onDetails` hears of each answer: the account's time zone says when its daily limit resets. */
export function account(
  { call, paths }: PortalAccess,
  onDetails: (details: AccountDetails) => void,
): HubSpot['account'] {
  return {
    async details() {
      const details = await call({
        method: 'GET',
        path: paths('account', 'details'),
        schema: accountDetailsSchema,
      });
      onDetails(details);
      return details;
    },
  };
}
