/** A HubSpot of one test: records with history in memory, answers that the test may hold back or refuse. */
import { HubSpotError } from '../../../hubspot/failures.ts';
import type {
  CrmObjectType,
  CrmProperties,
  CrmRecord,
  HubSpot,
  OpenHubSpot,
  PropertyVersion,
} from '../../../hubspot/gateway.ts';
import { appId } from './core-under-test.ts';

export interface Crm {
  readonly open: OpenHubSpot;
  /** Every call in its order, as `contact.create` or `deal.updateMany`. */
  readonly calls: string[];
  /**
   * Called when HubSpot has done its work and before it answers: wait in it to answer late, throw to lose the answer,
   * act to change the world meanwhile.
   */
  onCall: (call: string) => Promise<void> | void;
  /** A contact that somebody else made. */
  put(email: string, properties?: CrmProperties): CrmRecord;
  /** A property changes at an instant; older instants may come later. */
  set(id: string, property: string, value: string, at?: string): void;
  remove(id: string): void;
  /** Records that only the incremental reader sees, each modified at an instant. */
  readonly changes: { readonly id: string; readonly objectType: CrmObjectType; readonly at: string }[];
}

interface Stored {
  readonly id: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly properties: Record<string, string | null>;
  readonly history: Record<string, PropertyVersion[]>;
}

const pageSize = 200;

export function aCrm(): Crm {
  const contacts = new Map<string, Stored>();
  const calls: string[] = [];
  let lastId = 100;

  const store = (properties: CrmProperties): Stored => {
    lastId += 1;
    const now = new Date().toISOString();
    const record: Stored = {
      id: String(lastId),
      createdAt: now,
      updatedAt: now,
      properties: { ...properties },
      history: {},
    };
    for (const [name, value] of Object.entries(properties))
      if (value) record.history[name] = [{ value, at: now }];
    contacts.set(record.id, record);
    return record;
  };
  const answer = (record: Stored | undefined): CrmRecord => {
    if (!record) throw new HubSpotError({ kind: 'not-found', status: 404 });
    return { ...structuredClone(record), archived: false };
  };
  const byEmail = (email: string | null | undefined) =>
    [...contacts.values()].find(({ properties }) => properties['email'] === email);
  const met = async <T>(call: string, work: () => T): Promise<T> => {
    calls.push(call);
    const result = work();
    await crm.onCall(call);
    return result;
  };
  const hubspot = only<HubSpot>({
    contacts: only<HubSpot['contacts']>({
      create: (properties) =>
        met('contact.create', () => {
          const existing = byEmail(properties['email']);
          if (existing) throw new HubSpotError({ kind: 'conflict', status: 409, existingId: existing.id });
          return answer(
            store({ ...properties, hs_object_source: 'INTEGRATION', hs_object_source_id: appId }),
          );
        }),
      read: (id) => met('contact.read', () => answer(contacts.get(id))),
      readByEmail: (email) => met('contact.readByEmail', () => answer(byEmail(email))),
      updateMany: (updates) =>
        met('contact.updateMany', () => {
          for (const { id, properties } of updates)
            Object.assign(contacts.get(id)?.properties ?? {}, properties);
          return [];
        }),
    }),
    changed: ({ objectType, from, to, afterId }) =>
      met(`${objectType}.changed`, () =>
        crm.changes
          .filter((change) => change.objectType === objectType && change.at >= from && change.at <= to)
          .filter(({ id }) => BigInt(id) > BigInt(afterId ?? -1))
          .sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
          .slice(0, pageSize)
          .map(({ id, at }) => ({
            id,
            properties: {},
            history: {},
            createdAt: at,
            updatedAt: at,
            archived: false,
          })),
      ),
  });

  const crm: Crm = {
    open: () => hubspot,
    calls,
    onCall: () => undefined,
    put: (email, properties = {}) =>
      answer(store({ ...properties, email, hs_object_source: 'CRM_UI', hs_object_source_id: null })),
    set(id, property, value, at = new Date().toISOString()) {
      const record = contacts.get(id);
      if (!record) throw new Error('No such record');
      record.properties[property] = value;
      record.history[property] = [{ value, at }, ...(record.history[property] ?? [])];
      record.updatedAt = at;
    },
    remove: (id) => void contacts.delete(id),
    changes: [],
  };
  return crm;
}

/** These parts and no others: asking for another one is a mistake of the test. */
const only = <Whole extends object>(parts: Partial<Whole>): Whole =>
  new Proxy(parts as Whole, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name);
      if (part === undefined) throw new Error(`${String(name)} is not part of the test`);
      return part;
    },
  });
