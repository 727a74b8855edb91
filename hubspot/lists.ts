import { z } from 'zod';
import { idSchema, pagingSchema } from './crm-record.ts';
import type { ContactList, HubSpot } from './gateway.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';

const contactObjectType = '0-1';
/** HubSpot's largest pages: of a list search, and of a list's members. */
const searchPageSize = 500;
const memberPageSize = 250;
/** Five thousand lists: more than a person will look through, and a bound on a search that never says it is done. */
const mostSearchPages = 10;

const kinds = { DYNAMIC: 'active', MANUAL: 'static', SNAPSHOT: 'snapshot' } as const;

const listSchema = z
  .object({
    listId: idSchema,
    name: z.string(),
    objectTypeId: z.string(),
    processingType: z.enum(['DYNAMIC', 'MANUAL', 'SNAPSHOT']),
    additionalProperties: z.object({ hs_list_size: z.coerce.number().int().nullish().catch(null) }).nullish(),
  })
  .transform(({ listId, objectTypeId, name, processingType, additionalProperties }) => ({
    objectTypeId,
    list: { id: listId, name, kind: kinds[processingType], size: additionalProperties?.hs_list_size ?? null },
  }));
const searchSchema = z.object({
  lists: z.array(listSchema),
  offset: z.number().int(),
  hasMore: z.boolean(),
});
const membersSchema = z.object({ results: z.array(z.object({ recordId: idSchema })), paging: pagingSchema });

export function lists({ call, paths }: PortalAccess): HubSpot['lists'] {
  return {
    async search(query = '') {
      const found = new Map<string, ContactList>();
      let offset = 0;
      for (let page = 0; page < mostSearchPages; page += 1) {
        const body = {
          offset,
          count: searchPageSize,
          objectTypeId: contactObjectType,
          additionalProperties: ['hs_list_size'],
          ...(query !== '' && { query }),
        };
        const answer = await call({
          method: 'POST',
          path: paths('lists', 'search'),
          body,
          schema: searchSchema,
        });
        for (const { objectTypeId, list } of answer.lists) {
          if (objectTypeId === contactObjectType) found.set(list.id, list);
        }
        if (!answer.hasMore || answer.offset <= offset) break;
        offset = answer.offset;
      }
      return [...found.values()];
    },

    async members({ listId, after }) {
      const query = { limit: String(memberPageSize), ...(after !== null && { after }) };
      const path = paths('lists', listId, 'memberships');
      const { results, paging } = await call({ method: 'GET', path, query, schema: membersSchema });
      return pageOf(
        results.map(({ recordId }) => recordId),
        { asked: after, told: paging },
      );
    },
  };
}
