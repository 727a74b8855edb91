/** What a search finds: a count, one page in order, and an index that lags behind the records. */
import { z } from 'zod';
import { limit } from '../http/input.ts';
import type { World } from '../world.ts';
import { type Place, type RecordRow, recordFromRow } from './record.ts';
import { recordView } from './record-view.ts';
import {
  type Condition,
  groupsCondition,
  queryCondition,
  type SearchFilter,
  searchFilter,
} from './search-filter.ts';
import { column, type SearchScope } from './search-values.ts';

const sortSchema = z.union([
  z
    .string()
    .transform((text) => ({ propertyName: text.replace(/^-/, ''), descending: text.startsWith('-') })),
  z
    .object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING') })
    .transform(({ propertyName, direction }) => ({ propertyName, descending: direction === 'DESCENDING' })),
]);

export const searchBody = z.object({
  filterGroups: z.array(z.object({ filters: z.array(searchFilter) })).nullish(),
  filters: z.array(searchFilter).nullish(),
  query: z.string().nullish(),
  sorts: z.array(sortSchema).nullish(),
  properties: z.array(z.string()).nullish(),
  limit: limit({ initial: 10, max: 200 }),
  after: z.coerce.number().int().min(0).nullish(),
});

export type Search = z.output<typeof searchBody>;

/** From this many results on, reading in id order and filtering beats an index on the modified date and a sort. */
const manyResults = 50_000;

export function searchResults(world: World, place: Place, search: Search) {
  const source = indexed(world, place);
  const counted = searchScope(world, place, filtersOf(search).some(isWindow) ? 'updated_at' : 'id');
  const { total } = selected<{ total: number }>(world, source, {
    what: 'count(*) AS total',
    condition: searchCondition(counted, search),
  })[0] ?? { total: 0 };
  const scope = total > manyResults ? searchScope(world, place, 'id') : counted;
  const offset = search.after ?? 0;
  const rows = selected<RecordRow>(world, source, {
    what: '*',
    condition: searchCondition(scope, search),
    page: { order: order(scope, search), values: [search.limit, offset] },
  });
  const next = offset + rows.length;
  const shown = { properties: search.properties ?? [] };
  return {
    total,
    results: rows.map((row) => recordView(world, recordFromRow(place, row), shown)),
    ...(next < total ? { paging: { next: { after: String(next) } } } : {}),
  };
}

function selected<T>(
  world: World,
  source: Condition,
  query: { what: string; condition: Condition; page?: { order: string; values: readonly number[] } },
): T[] {
  const { what, condition, page } = query;
  const tail = page === undefined ? '' : ` ORDER BY ${page.order} LIMIT ? OFFSET ?`;
  const values = [...source.values, ...condition.values, ...(page?.values ?? [])];
  return world.store.all<T>(`SELECT ${what} FROM ${source.sql} WHERE ${condition.sql}${tail}`, ...values);
}

const searchScope = (world: World, place: Place, leading: SearchScope['leading']): SearchScope => ({
  ...place,
  definitions: world.catalog.properties(place.portalId, place.type),
  leading,
});

export const filtersOf = ({ filterGroups, filters }: Search): SearchFilter[] => [
  ...(filterGroups ?? []).flatMap((group) => group.filters),
  ...(filters ?? []),
];

/** Whether a filter bounds the modified date. */
const isWindow = ({ propertyName, operator }: SearchFilter): boolean =>
  propertyName.endsWith('lastmodifieddate') && ['BETWEEN', 'GT', 'GTE', 'EQ'].includes(operator);

function searchCondition(scope: SearchScope, search: Search): Condition {
  const groups = [
    ...(search.filterGroups ?? []),
    ...(search.filters == null ? [] : [{ filters: search.filters }]),
  ];
  const conditions = [
    { sql: 'portal_id = ? AND type = ? AND archived_at IS NULL', values: [scope.portalId, scope.type] },
    groupsCondition(scope, groups),
    search.query == null || search.query === '' ? null : queryCondition(scope, search.query),
  ].filter((condition) => condition !== null);
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/**
 * The records as the index knows them: those that it has not caught up with appear as they were, new ones not at all.
 */
function indexed(world: World, { portalId, type }: Place): Condition {
  const now = world.now();
  world.store.run('DELETE FROM search_shadows WHERE expires_at <= ?', now);
  const lagging = world.store.get(
    'SELECT 1 FROM search_shadows WHERE portal_id = ? AND type = ? LIMIT 1',
    portalId,
    type,
  );
  if (lagging === undefined) return { sql: 'records', values: [] };
  const shadowed = 'SELECT id FROM search_shadows WHERE portal_id = ? AND type = ?';
  const oldest = 'SELECT min(n) FROM search_shadows WHERE portal_id = ? AND type = ? GROUP BY id';
  return {
    sql: `(SELECT portal_id, type, id, properties, created_at, updated_at, archived_at FROM records
             WHERE portal_id = ? AND type = ? AND id NOT IN (${shadowed})
           UNION ALL
           SELECT portal_id, type, id, properties, created_at, updated_at, NULL FROM search_shadows
             WHERE n IN (${oldest}) AND properties IS NOT NULL)`,
    values: [portalId, type, portalId, type, portalId, type],
  };
}

/** Oldest first unless asked otherwise; ids rise with time. */
function order(scope: SearchScope, { sorts }: Search): string {
  const sort = sorts?.[0];
  const byId = column(scope, 'hs_object_id');
  if (sort === undefined) return byId;
  return `${column(scope, sort.propertyName)} ${sort.descending ? 'DESC' : 'ASC'}, ${byId}`;
}
