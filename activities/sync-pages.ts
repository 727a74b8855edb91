import type { CrmRecord, HubSpot } from '../hubspot/gateway.ts';

export interface ContactPage {
  readonly records: readonly CrmRecord[];
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
  return { records: results, after: following };
}

async function readList(
  hubspot: HubSpot,
  listId: string,
  after: string | null,
  properties: readonly string[],
): Promise<ContactPage> {
  const members = await hubspot.lists.members({ listId, after });
  const records: CrmRecord[] = [];
  for (let first = 0; first < members.results.length; first += batchSize) {
    const lookups = await hubspot.contacts.readMany(members.results.slice(first, first + batchSize), {
      properties,
    });
    records.push(...lookups.flatMap(({ record }) => (record ? [record] : [])));
  }
  return { records, after: members.after };
}
