/** Who is in a list: evaluated whenever asked where it is DYNAMIC, kept as rows where it is not. */
import { invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import { branchCondition, type FilterBranch } from './list-filter.ts';
import type { RecordList } from './lists.ts';
import type { Condition } from './search-filter.ts';

export interface Member {
  readonly recordId: number;
  readonly addedAt: number;
}

/** By id, or by when they became members. */
export type MemberOrder = 'id' | 'joined';

export interface MemberQuery {
  readonly order: MemberOrder;
  /** Ascending beyond this member, or descending from it; its id alone counts in the order of ids. */
  readonly from?: Member | undefined;
  readonly descending?: boolean;
  readonly limit: number;
}

/** Live members in order. */
export function members(
  world: World,
  list: RecordList,
  { order, from, descending = false, limit }: MemberQuery,
): Member[] {
  const source = membership(world, list);
  const [columns, position] =
    order === 'id'
      ? [['id'], from && [from.recordId]]
      : [['added_at', 'id'], from && [from.addedAt, from.recordId]];
  const direction = descending ? 'DESC' : 'ASC';
  const marks = columns.map(() => '?').join(', ');
  const condition = position ? `WHERE (${columns.join(', ')}) ${descending ? '<' : '>'} (${marks})` : '';
  const sorted = columns.map((column) => `${column} ${direction}`).join(', ');
  return world.store
    .all<{ id: number; added_at: number }>(
      `SELECT id, added_at FROM ${source.sql} ${condition} ORDER BY ${sorted} LIMIT ?`,
      ...source.values,
      ...(position ?? []),
      limit,
    )
    .map((row) => ({ recordId: row.id, addedAt: row.added_at }));
}

/** The membership of one record, if it has one. */
export const memberOf = (world: World, list: RecordList, recordId: number): Member | undefined =>
  members(world, list, { order: 'id', from: { recordId: recordId - 1, addedAt: 0 }, limit: 1 }).find(
    (member) => member.recordId === recordId,
  );

/** When the newest member of a list that is kept by hand was added; an active list does not keep it. */
export function lastAddedAt(world: World, { portalId, id, processingType }: RecordList): number | null {
  if (processingType === 'DYNAMIC') return null;
  const sql = 'SELECT max(added_at) AS at FROM list_members WHERE portal_id = ? AND list_id = ?';
  return world.store.require<{ at: number | null }>(sql, portalId, id).at;
}

export function listSize(world: World, list: RecordList): number {
  const source = membership(world, list);
  const sql = `SELECT count(*) AS size FROM ${source.sql}`;
  return world.store.require<{ size: number }>(sql, ...source.values).size;
}

export function assertKeptByHand({ processingType, id }: RecordList): void {
  if (processingType !== 'DYNAMIC') return;
  throw invalid(`List ${id} is DYNAMIC: its members follow from its filters.`);
}

/** Answers who was added and who does not exist; members are passed over. */
export function addMembers(
  world: World,
  { portalId, id, type }: RecordList,
  ids: readonly string[],
): { added: string[]; missing: string[] } {
  const added: string[] = [];
  const missing: string[] = [];
  for (const recordId of new Set(ids)) {
    const live = world.store.get(
      'SELECT 1 FROM records WHERE portal_id = ? AND type = ? AND id = ? AND archived_at IS NULL',
      portalId,
      type,
      Number(recordId),
    );
    if (live === undefined) missing.push(recordId);
    else if (insertMember(world, { portalId, id, recordId: Number(recordId) })) added.push(recordId);
  }
  return { added, missing };
}

export const removeMembers = (world: World, { portalId, id }: RecordList, ids: readonly string[]): string[] =>
  ids.filter(
    (recordId) =>
      world.store.run(
        'DELETE FROM list_members WHERE portal_id = ? AND list_id = ? AND record_id = ?',
        portalId,
        id,
        Number(recordId),
      ) > 0,
  );

/** Makes members of all that are in another list at this moment; those who are members already stay as they are. */
export function addFrom(world: World, list: RecordList, source: RecordList): void {
  const { sql, values } = membership(world, source);
  world.store.run(
    `INSERT OR IGNORE INTO list_members SELECT ?, ?, id, ? FROM ${sql}`,
    list.portalId,
    list.id,
    world.now(),
    ...values,
  );
}

/** Makes members of all records that fit the list's filters at this moment. */
export function fillOnce(world: World, list: RecordList): void {
  const source = filtered(world, list);
  world.store.run(
    `INSERT INTO list_members SELECT ?, ?, id, ? FROM ${source.sql}`,
    list.portalId,
    list.id,
    world.now(),
    ...source.values,
  );
}

function insertMember(
  world: World,
  { portalId, id, recordId }: { portalId: number; id: number; recordId: number },
): boolean {
  const sql = 'INSERT OR IGNORE INTO list_members VALUES (?, ?, ?, ?)';
  return world.store.run(sql, portalId, id, recordId, world.now()) > 0;
}

const membership = (world: World, list: RecordList): Condition =>
  list.processingType === 'DYNAMIC' ? filtered(world, list) : kept(list);

function filtered(world: World, { portalId, type, filterBranch }: RecordList): Condition {
  const none: FilterBranch = { filterBranchType: 'OR', filterBranches: [], filters: [] };
  const condition = branchCondition(world.catalog.properties(portalId, type), filterBranch ?? none);
  return {
    sql: `(SELECT id, updated_at AS added_at FROM records
           WHERE portal_id = ? AND type = ? AND archived_at IS NULL AND ${condition.sql})`,
    values: [portalId, type, ...condition.values],
  };
}

const kept = ({ portalId, type, id }: RecordList): Condition => ({
  sql: `(SELECT records.id, added_at FROM list_members JOIN records
           ON records.portal_id = list_members.portal_id AND records.type = ? AND records.id = record_id
         WHERE list_members.portal_id = ? AND list_id = ? AND archived_at IS NULL)`,
  values: [type, portalId, id],
});
