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
  /** Takes a removed contact out of the recycle bin. */
  restore(id: string): void;
  /** A third record takes the place of both, with the values of the first; their ids lead to it (facts §9). */
  merge(primaryId: string, otherId: string): CrmRecord;
  /** Records that only the incremental reader sees, each modified at an instant. */
  readonly changes: { readonly id: string; readonly objectType: CrmObjectType; readonly at: string }[];
}

interface Stored {
  readonly id: string;
  createdAt: string;
  updatedAt: string;
  readonly properties: Record<string, string | null>;
  readonly history: Record<string, PropertyVersion[]>;
}

const pageSize = 200;

export function aCrm(): Crm {
  const contacts = new Map<string, Stored>();
  const removed = new Map<string, Stored>();
  const aliases = new Map<string, string>();
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
    const mergedIds = [...aliases].flatMap(([old, id]) => (id === record.id ? [old] : []));
    return { ...structuredClone(record), archived: false, mergedIds };
  };
  const found = (id: string) => contacts.get(aliases.get(id) ?? id);
  const byEmail = (email: string | null | undefined) =>
    [...contacts.values()].find(
      ({ properties }) =>
        properties['email'] === email || properties['hs_additional_emails']?.split(';').includes(email ?? ''),
    );
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
      read: (id) => met('contact.read', () => answer(found(id))),
      readMany: (ids) =>
        met('contact.readMany', () =>
          ids.map((askedId) => {
            const record = found(askedId);
            return { askedId, record: record ? answer(record) : null };
          }),
        ),
      readByEmail: (email) => met('contact.readByEmail', () => answer(byEmail(email))),
      update: (id, properties) =>
        met('contact.update', () => {
          const record = found(id);
          Object.assign(record?.properties ?? {}, properties);
          return answer(record);
        }),
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
            mergedIds: [],
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
    remove: (id) => {
      const record = contacts.get(id);
      if (record) removed.set(id, record);
      contacts.delete(id);
    },
    restore: (id) => {
      const record = removed.get(id);
      if (record) contacts.set(id, record);
    },
    merge(primaryId, otherId) {
      const [primary, other] = [contacts.get(primaryId), contacts.get(otherId)];
      if (!primary || !other) throw new Error('No such records');
      for (const id of [primaryId, otherId]) contacts.delete(id);
      const addresses = [primary, other].flatMap(({ properties }) => [
        properties['email'],
        properties['hs_additional_emails'],
      ]);
      const merged = store({
        ...other.properties,
        ...primary.properties,
        hs_additional_emails: addresses.filter(Boolean).join(';'),
      });
      merged.createdAt = [primary.createdAt, other.createdAt].sort()[0] ?? merged.createdAt;
      Object.assign(merged.history, structuredClone(other.history), structuredClone(primary.history));
      for (const [old, id] of aliases) if (id === primaryId || id === otherId) aliases.set(old, merged.id);
      for (const id of [primaryId, otherId]) aliases.set(id, merged.id);
      return answer(merged);
    },
    changes: [],
  };
  return crm;
}

/** These parts and no others: asking for another one is a mistake of the test. */
export const only = <Whole extends object>(parts: Partial<Whole>): Whole =>
  new Proxy(parts as Whole, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name);
      if (part === undefined) throw new Error(`${String(name)} is not part of the test`);
      return part;
    },
  });
