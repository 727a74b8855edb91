/** Lists of records: kept by hand (MANUAL), filled once (SNAPSHOT), or evaluated whenever asked (DYNAMIC). */
import { invalid, notFound } from '../http/errors.ts';
import type { World } from '../world.ts';
import { branchCondition, type FilterBranch } from './list-filter.ts';
import { fillOnce, lastAddedAt, listSize } from './list-members.ts';
import { type ObjectType, typeFacts } from './object-types.ts';

export type ProcessingType = 'MANUAL' | 'DYNAMIC' | 'SNAPSHOT';

export interface RecordList {
  readonly portalId: number;
  readonly id: number;
  readonly name: string;
  readonly type: ObjectType;
  readonly processingType: ProcessingType;
  readonly filterBranch: FilterBranch | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface ListRow {
  id: number;
  name: string;
  type: ObjectType;
  processing_type: ProcessingType;
  filter_branch: string | null;
  created_at: number;
  updated_at: number;
}

export interface NewList {
  readonly name: string;
  readonly type: ObjectType;
  readonly processingType: ProcessingType;
  readonly filterBranch: FilterBranch | null;
}

/** Throws when the name is taken or the kind of list and its filters do not go together. */
export function createList(
  world: World,
  portalId: number,
  { name, type, processingType, filterBranch }: NewList,
): RecordList {
  if (lists(world, portalId).some((list) => list.name === name))
    throw invalid(`A list named ${name} already exists.`);
  if (processingType === 'DYNAMIC' && filterBranch === null)
    throw invalid('A DYNAMIC list needs a filterBranch.');
  if (filterBranch !== null) branchCondition(world.catalog.properties(portalId, type), filterBranch);
  const now = world.now();
  const list: RecordList = {
    portalId,
    name,
    type,
    processingType,
    filterBranch,
    createdAt: now,
    updatedAt: now,
    id: world.store.next(portalId, 'list'),
  };
  world.store.run(
    'INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)',
    portalId,
    list.id,
    name,
    type,
    processingType,
    filterBranch && JSON.stringify(filterBranch),
    now,
    now,
  );
  if (processingType === 'SNAPSHOT' && filterBranch !== null) fillOnce(world, list);
  return list;
}

export const lists = (world: World, portalId: number): RecordList[] =>
  world.store
    .all<ListRow>('SELECT * FROM lists WHERE portal_id = ? AND deleted_at IS NULL ORDER BY id', portalId)
    .map((row) => fromRow(portalId, row));

export function requireList(world: World, portalId: number, id: string): RecordList {
  const row = world.store.get<ListRow>(
    'SELECT * FROM lists WHERE portal_id = ? AND id = ? AND deleted_at IS NULL',
    portalId,
    /^\d{1,15}$/.test(id) ? Number(id) : -1,
  );
  if (row === undefined) throw notFound(`List ${id} does not exist.`);
  return fromRow(portalId, row);
}

const fromRow = (portalId: number, row: ListRow): RecordList => ({
  portalId,
  id: row.id,
  name: row.name,
  type: row.type,
  processingType: row.processing_type,
  filterBranch: row.filter_branch === null ? null : (JSON.parse(row.filter_branch) as FilterBranch),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** A list as HubSpot answers it by its id or name. */
export const listView = (
  world: World,
  list: RecordList,
  { includeFilters = false }: { includeFilters?: boolean } = {},
) => ({ ...listHead(list, { includeFilters }), size: listSize(world, list) });

/** A list as a search finds it: with further properties, all of them texts. */
export function foundListView(world: World, list: RecordList) {
  const addedAt = lastAddedAt(world, list);
  return {
    ...listHead(list, { includeFilters: false }),
    additionalProperties: {
      hs_list_size: String(listSize(world, list)),
      ...(addedAt === null ? {} : { hs_last_record_added_at: String(addedAt) }),
    },
  };
}

const listHead = (list: RecordList, { includeFilters }: { includeFilters: boolean }) => ({
  listId: String(list.id),
  listVersion: 1,
  name: list.name,
  objectTypeId: typeFacts[list.type].typeId,
  processingType: list.processingType,
  processingStatus: 'COMPLETE',
  createdAt: new Date(list.createdAt).toISOString(),
  updatedAt: new Date(list.updatedAt).toISOString(),
  filtersUpdatedAt: new Date(list.updatedAt).toISOString(),
  ...(includeFilters && list.filterBranch !== null ? { filterBranch: list.filterBranch } : {}),
});
