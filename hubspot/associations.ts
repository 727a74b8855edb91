import { z } from 'zod';
import { idSchema, pagingSchema } from './crm-record.ts';
import type { HubSpot } from './gateway.ts';
import type { Gathering } from './gathering.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';
import type { CallScope } from './turn.ts';

/** HubSpot's largest page of associations; ten of them are more deals than one contact can be asked about. */
const pageSize = 500;
const mostPages = 10;

const linksSchema = z.array(z.object({ toObjectId: idSchema }));
const pageSchema = z.object({ results: linksSchema, paging: pagingSchema });
const batchSchema = z.object({
  results: z.array(z.object({ from: z.object({ id: idSchema }), to: linksSchema, paging: pagingSchema })),
});

/** The ids of each contact's deals; contacts that are asked about at the same time share one call. */
export function associations(
  { call, paths }: PortalAccess,
  { connectionId, epoch, lane }: CallScope,
  gather: Gathering<readonly string[]>,
): HubSpot['associations'] {
  async function dealsOf(contactId: string): Promise<readonly string[]> {
    const path = paths('objectAssociations', 'contacts', contactId, 'associations', 'deals');
    const found = new Set<string>();
    let after: string | null = null;
    for (let page = 0; page < mostPages; page += 1) {
      const query: Record<string, string> = { limit: String(pageSize), ...(after !== null && { after }) };
      const { results, paging } = await call({ method: 'GET', path, query, schema: pageSchema });
      for (const { toObjectId } of results) found.add(toObjectId);
      after = pageOf(results, { asked: after, told: paging }).after;
      if (after === null) break;
    }
    return [...found];
  }

  /** A contact without deals is not in the answer; one with more than a page of them is read by itself. */
  async function dealsOfMany(contactIds: readonly string[]): Promise<readonly (readonly string[])[]> {
    const path = paths('associations', 'contacts', 'deals', 'batch', 'read');
    const inputs = [...new Set(contactIds)].map((id) => ({ id }));
    const { results } = await call({ method: 'POST', path, body: { inputs }, schema: batchSchema });
    const found = new Map<string, readonly string[]>();
    for (const { from, to, paging } of results) {
      const whole =
        paging === null ? [...new Set(to.map(({ toObjectId }) => toObjectId))] : await dealsOf(from.id);
      found.set(from.id, whole);
    }
    return contactIds.map((id) => found.get(id) ?? []);
  }

  const dealsOfEach = async (contactIds: readonly string[]): Promise<readonly (readonly string[])[]> => {
    const [only] = contactIds;
    return only !== undefined && contactIds.length === 1 ? [await dealsOf(only)] : dealsOfMany(contactIds);
  };

  return { dealsOfContact: gather([connectionId, epoch, lane], dealsOfEach) };
}
