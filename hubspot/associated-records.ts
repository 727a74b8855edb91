import { z } from 'zod';
import { idSchema, objectPaths, pagingSchema } from './crm-record.ts';
import { everyPage } from './every-page.ts';
import { HubSpotError, isHubSpotError } from './failures.ts';
import type { AssociatedRecord, CrmObjectType } from './gateway.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';
import { isRecordId } from './record-id.ts';

/** HubSpot's largest page of associations; ten of them are more than one record can be asked about. */
const pageSize = 500;
const mostPages = 10;

export const associationTypeSchema = z.object({
  category: z.enum(['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED']),
  typeId: z.number().int(),
  label: z
    .string()
    .nullish()
    .transform((label) => label || null),
});
/** A category that HubSpot adds later is left out, and the link stays. */
const typesSchema = z
  .array(z.unknown())
  .default([])
  .transform((types) => types.flatMap((type) => associationTypeSchema.safeParse(type).data ?? []));
const linksSchema = z.array(z.object({ toObjectId: idSchema, associationTypes: typesSchema }));
const pageSchema = z.object({ results: linksSchema, paging: pagingSchema });
const batchSchema = z.object({
  results: z.array(z.object({ from: z.object({ id: idSchema }), to: linksSchema, paging: pagingSchema })),
});

export interface Direction {
  readonly from: CrmObjectType;
  readonly to: CrmObjectType;
}

/** What one record is linked to, each once. */
export async function associatedRecords(
  { call, paths }: PortalAccess,
  { from, to }: Direction,
  id: string,
): Promise<readonly AssociatedRecord[]> {
  if (!isRecordId(id)) throw new HubSpotError({ kind: 'not-found' });
  const path = paths('objectAssociations', objectPaths[from], id, 'associations', objectPaths[to]);
  const links = await everyPage(mostPages, async (after) => {
    const query: Record<string, string> = { limit: String(pageSize), ...(after !== null && { after }) };
    const { results, paging } = await call({ method: 'GET', path, query, schema: pageSchema });
    return pageOf(results, { asked: after, told: paging });
  });
  const found = new Map(links.map((link) => [link.toObjectId, link.associationTypes]));
  return [...found].map(([toId, types]) => ({ id: toId, types }));
}

/** The ids that each of many records is linked to, in one call; one with more than a page of them is read by itself. */
export async function associatedIds(
  access: PortalAccess,
  direction: Direction,
  ids: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return [await idsOf(only).catch(noneWhereNotFound)];
  const { from, to } = direction;
  const path = access.paths('associations', objectPaths[from], objectPaths[to], 'batch', 'read');
  const inputs = [...new Set(ids)].filter(isRecordId).map((id) => ({ id }));
  if (inputs.length === 0) return ids.map(() => []);
  const { results } = await access.call({ method: 'POST', path, body: { inputs }, schema: batchSchema });
  const found = new Map<string, readonly string[]>();
  for (const { from: start, to: links, paging } of results) {
    const isWhole = paging === null;
    found.set(
      start.id,
      isWhole ? [...new Set(links.map(({ toObjectId }) => toObjectId))] : await idsOf(start.id),
    );
  }
  // A record without links is not in the answer.
  return ids.map((id) => found.get(id) ?? []);

  async function idsOf(id: string): Promise<readonly string[]> {
    return (await associatedRecords(access, direction, id)).map((record) => record.id);
  }
}

/** A batch cannot tell a record without links from none, so a question that happens to be alone does not either. */
function noneWhereNotFound(error: unknown): readonly string[] {
  if (isHubSpotError(error, 'not-found')) return [];
  throw error;
}
