/** Pages of a list's members, forwards and backwards, in either of their two orders. */
import { invalid } from '../http/errors.ts';
import { decodeCursor, encodeCursor } from '../http/input.ts';
import type { World } from '../world.ts';
import { type Member, type MemberOrder, members } from './list-members.ts';
import type { RecordList } from './lists.ts';

interface PageQuery {
  readonly order: MemberOrder;
  readonly limit: number;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** The address that was asked, for links to the neighbours. */
  readonly url: string;
}

/** Ascending after an `after`, which wins, or from the start; descending where only a `before` is given. */
export function memberPage(world: World, list: RecordList, { order, limit, after, before, url }: PageQuery) {
  const descending = !after && !!before;
  const cursor = after || before;
  const from = cursor ? memberAt(cursor) : undefined;
  const found = members(world, list, { order, from, descending, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    results: shown.map(({ recordId, addedAt }) => ({
      recordId: String(recordId),
      membershipTimestamp: new Date(addedAt).toISOString(),
    })),
    ...paging(url, descending ? { before: last } : { after: last, before: from && shown[0] }),
  };
}

const cursorOf = ({ addedAt, recordId }: Member): string => encodeCursor(`${addedAt}/${recordId}`);

function memberAt(cursor: string): Member {
  const [addedAt, recordId] = decodeCursor(cursor).split('/').map(Number);
  if (addedAt === undefined || recordId === undefined || Number.isNaN(addedAt + recordId))
    throw invalid(`The given paging cursor is not valid: ${cursor}`);
  return { addedAt, recordId };
}

/** Nothing on a page without neighbours. */
function paging(url: string, { after, before }: { after?: Member | undefined; before?: Member | undefined }) {
  const next = after && { after: cursorOf(after), link: linkTo(url, 'after', cursorOf(after)) };
  const prev = before && { before: cursorOf(before), link: linkTo(url, 'before', cursorOf(before)) };
  return next || prev ? { paging: { ...(next && { next }), ...(prev && { prev }) } } : {};
}

function linkTo(url: string, name: 'after' | 'before', cursor: string): string {
  const link = new URL(url);
  for (const other of ['after', 'before']) link.searchParams.delete(other);
  link.searchParams.set(name, cursor);
  return link.toString();
}
