import { z } from 'zod';
import { idSchema, pagingSchema } from './crm-record.ts';
import { everyPage } from './every-page.ts';
import type { HubSpot, Owner } from './gateway.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';

/** HubSpot's usual page; its largest is told differently in different places. */
const pageSize = 100;
/** Ten thousand owners: more than any dropdown is for, and a bound on a listing that goes in circles. */
const mostPages = 100;

const text = z.string().nullish().catch(null);
const ownerSchema = z
  .object({ id: idSchema, email: text, firstName: text, lastName: text, archived: z.boolean().catch(false) })
  .transform(({ id, email, firstName, lastName, archived }): Owner & { readonly archived: boolean } => {
    const name = [firstName, lastName].filter(Boolean).join(' ');
    return { id, email: email || null, name: name || email || id, archived };
  });
const pageSchema = z.object({ results: z.array(ownerSchema), paging: pagingSchema });

export function owners({ call, paths }: PortalAccess): HubSpot['owners'] {
  return {
    async list() {
      const all = await everyPage(mostPages, async (after) => {
        const query = { limit: String(pageSize), ...(after !== null && { after }) };
        const path = paths('owners');
        const { results, paging } = await call({ method: 'GET', path, query, schema: pageSchema });
        return pageOf(results, { asked: after, told: paging });
      });
      const living = all.filter(({ archived }) => !archived);
      return [...new Map(living.map(({ id, name, email }) => [id, { id, name, email }])).values()];
    },
  };
}
