import type { SyncException } from '../db/queries/sync-runs.ts';
import type { CrmRecord, HubSpot } from '../hubspot/gateway.ts';

export interface ContactPage {
  readonly records: readonly CrmRecord[];
  /** Contacts that belong to the page and could not be read. */
  readonly exceptions?: readonly SyncException[];
  /** The cursor that it was read from, where one run alone moves it; a page is then recorded once. */
  readonly from?: string | null;
  /** Where the next page begins; null after the last one. */
  readonly after: string | null;
}

interface Scope {
  /** Null for all contacts. */
  readonly listId: string | null;
  readonly from: string | null;
  readonly properties: readonly string[];
}

/** HubSpot's batch read takes so many ids. */
const batchSize = 100;

/** The contacts of a scope, page by page; the next page is read while the caller works on this one. */
export async function* contactPages(hubspot: HubSpot, scope: Scope): AsyncGenerator<ContactPage> {
  const properties = [...new Set(scope.properties)];
  const read = (after: string | null) =>
    scope.listId === null
      ? readAll(hubspot, after, properties)
      : readList(hubspot, scope.listId, after, properties);
  let next: Promise<ContactPage> | null = read(scope.from);
  while (next !== null) {
    const page: ContactPage = await next;
    next = page.after === null ? null : read(page.after);
    // Its failure is met when it is awaited, or not at all when the caller stops here.
    next?.catch(() => undefined);
    yield page;
  }
}

async function readAll(
  hubspot: HubSpot,
  after: string | null,
  properties: readonly string[],
): Promise<ContactPage> {
  const { results, after: following } = await hubspot.contacts.page({ after, properties });
  return { records: results, from: after, after: following };
}

async function readList(
  hubspot: HubSpot,
  listId: string,
  after: string | null,
  properties: readonly string[],
): Promise<ContactPage> {
  const members = await hubspot.lists.members({ listId, after });
  // Two that were merged since are one record by now.
  const records = new Map<string, CrmRecord>();
  const exceptions: SyncException[] = [];
  for (let first = 0; first < members.results.length; first += batchSize) {
    const lookups = await hubspot.contacts.readMany(members.results.slice(first, first + batchSize), {
      properties,
    });
    for (const { askedId, record } of lookups) {
      if (record) records.set(record.id, record);
      else exceptions.push({ crmId: askedId, reason: 'record-gone' });
    }
  }
  return { records: [...records.values()], exceptions, from: after, after: members.after };
}

/**
 * Does `step` one item ahead of whoever consumes: the next one begins when the last is handed out. Steps run one after
 * the other. Of a consumer that stops early `discard` gets what was done in vain; nothing runs on behind it.
 */
export async function* oneAhead<In, Out>(
  items: AsyncIterable<In>,
  step: (item: In) => Promise<Out>,
  discard: (done: Out) => Promise<void>,
): AsyncGenerator<Out> {
  const source = items[Symbol.asyncIterator]();
  const start = async (): Promise<{ readonly done: Out } | null> => {
    const { value, done } = await source.next();
    return done ? null : { done: await step(value) };
  };
  let next = start();
  try {
    for (;;) {
      const current = await next;
      if (current === null) return;
      next = start();
      next.catch(() => undefined);
      yield current.done;
    }
  } finally {
    const vain = await next.catch(() => null);
    await source.return?.();
    if (vain) await discard(vain.done);
  }
}
