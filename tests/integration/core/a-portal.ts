/** A HubSpot portal of contacts in memory, for whole runs: pages, lists, batch updates, and what it refuses. */
import { HubSpotError } from '../../../hubspot/failures.ts';
import type { CrmProperties, CrmRecord, HubSpot, OpenHubSpot, RowFailure } from '../../../hubspot/gateway.ts';
import { only } from './a-crm.ts';

export interface Portal {
  readonly open: OpenHubSpot;
  /** Every call in its order, by method; an update with the number of its rows. */
  readonly calls: string[];
  /** Contacts by id. */
  readonly contacts: Map<string, Record<string, string | null>>;
  /** Ids of the members of the one list there is; its size as HubSpot tells it. */
  readonly members: string[];
  /** Properties that no update may name, with HubSpot's code. */
  readonly refused: Map<string, string>;
  /** Contact properties that HubSpot defines, beside those that it refuses. */
  readonly defined: Set<string>;
  /** How many contacts a page has. */
  pageSize: number;
  /** Called when HubSpot has done its work and before it answers; throw to lose the answer. */
  onCall: (call: string) => Promise<void> | void;
  /** A new contact; its id. */
  put(properties: CrmProperties): string;
}

export function aPortal(): Portal {
  let lastId = 1_000;
  const record = (id: string, asked: readonly string[]): CrmRecord | null => {
    const held = portal.contacts.get(id);
    const at = '2026-01-01T00:00:00.000Z';
    const properties = Object.fromEntries(asked.map((name) => [name, held?.[name] ?? null]));
    return held
      ? { id, properties, history: {}, createdAt: at, updatedAt: at, archived: false, mergedIds: [] }
      : null;
  };
  const met = async <T>(call: string, work: () => T): Promise<T> => {
    portal.calls.push(call);
    const result = work();
    await portal.onCall(call);
    return result;
  };
  const slice = <T>(all: readonly T[], after: string | null, idOf: (item: T) => string) => {
    const rest = all.filter((item) => Number(idOf(item)) > Number(after ?? -1));
    const results = rest.slice(0, portal.pageSize);
    const last = results.at(-1);
    return { results, after: last !== undefined && rest.length > results.length ? idOf(last) : null };
  };
  const update = (id: string, properties: CrmProperties): readonly RowFailure[] => {
    const contact = portal.contacts.get(id);
    if (!contact) return [{ id, kind: 'not-found' }];
    const property = Object.keys(properties).find((name) => portal.refused.has(name));
    const code = property && portal.refused.get(property);
    if (property && code) return [{ id, kind: 'invalid', property, code }];
    Object.assign(contact, properties);
    return [];
  };
  const hubspot = only<HubSpot>({
    contacts: only<HubSpot['contacts']>({
      count: () => met('count', () => portal.contacts.size),
      page: ({ after, properties }) =>
        met('page', () => {
          const page = slice([...portal.contacts.keys()], after, (id) => id);
          return { ...page, results: page.results.flatMap((id) => record(id, properties) ?? []) };
        }),
      readMany: (ids, { properties }) =>
        met('readMany', () => ids.map((askedId) => ({ askedId, record: record(askedId, properties) }))),
      updateMany: (updates) =>
        met(`updateMany ${updates.length}`, () =>
          updates.flatMap(({ id, properties }) => update(id, properties)),
        ),
    }),
    properties: only<HubSpot['properties']>({
      list: () =>
        met('properties', () =>
          [...portal.defined]
            .filter((name) => portal.refused.get(name) !== 'PROPERTY_DOESNT_EXIST')
            .map((name) => ({
              name,
              label: name,
              type: 'string',
              fieldType: 'text',
              groupName: 'contactinformation',
              options: [],
              readOnly: portal.refused.get(name) === 'READ_ONLY_VALUE',
              hasUniqueValue: false,
              custom: true,
            })),
        ),
    }),
    lists: only<HubSpot['lists']>({
      read: (id) =>
        met('list', () => {
          if (id !== '7') throw new HubSpotError({ kind: 'not-found', status: 404 });
          return { id, name: 'List', kind: 'static', size: portal.members.length };
        }),
      members: ({ after }) => met('members', () => slice(portal.members, after, (id) => id)),
    }),
  });
  const portal: Portal = {
    open: () => hubspot,
    calls: [],
    contacts: new Map(),
    members: [],
    refused: new Map(),
    defined: new Set(['email', 'firstname', 'lastname', 'phone', 'link', 'referred', 'converted']),
    pageSize: 100,
    onCall: () => undefined,
    put(properties) {
      lastId += 1;
      portal.contacts.set(String(lastId), { ...properties });
      return String(lastId);
    },
  };
  return portal;
}
