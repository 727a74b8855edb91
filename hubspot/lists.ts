import { z } from 'zod';
import { idSchema, pagingSchema } from './crm-record.ts';
import { HubSpotError } from './failures.ts';
import type { ContactList, HubSpot } from './gateway.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';
import { isRecordId } from './record-id.ts';

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
  /** One page of lists of contacts, each with its size, which only a search tells. */
  async function searchPage(wanted: {
    readonly offset: number;
    readonly query?: string;
    readonly listIds?: readonly string[];
  }) {
    const body = {
      count: searchPageSize,
      objectTypeId: contactObjectType,
      additionalProperties: ['hs_list_size'],
      ...wanted,
    };
    const path = paths('lists', 'search');
    const answer = await call({ method: 'POST', path, body, schema: searchSchema });
    const found = answer.lists.filter(({ objectTypeId }) => objectTypeId === contactObjectType);
    return { ...answer, lists: found.map(({ list }) => list) };
  }

  return {
    async search(query = '') {
      const found = new Map<string, ContactList>();
      let offset = 0;
      for (let page = 0; page < mostSearchPages; page += 1) {
        const answer = await searchPage({ offset, ...(query !== '' && { query }) });
        for (const list of answer.lists) found.set(list.id, list);
        if (!answer.hasMore || answer.offset <= offset) break;
        offset = answer.offset;
      }
      return [...found.values()];
    },

    async read(listId) {
      if (!isRecordId(listId)) throw new HubSpotError({ kind: 'not-found' });
      const { lists: found } = await searchPage({ offset: 0, listIds: [listId] });
      const list = found.find(({ id }) => id === listId);
      if (list === undefined) throw new HubSpotError({ kind: 'not-found' });
      return list;
    },

    async members({ listId, after }) {
      if (!isRecordId(listId)) throw new HubSpotError({ kind: 'not-found' });
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
