import { type DeliveredEvent, deliveredEventSchema } from './delivered-event.ts';
import { deliveryKey, unreadableDeliveryKey } from './delivery-key.ts';

/** A kind of change, with HubSpot's word for it as it ends a subscription type. */
const kinds = {
  creation: 'created',
  propertyChange: 'changed',
  deletion: 'deleted',
  restore: 'restored',
  merge: 'merged',
  associationChange: 'associated',
  privacyDeletion: 'privacy-deleted',
} as const;

export type CrmChangeKind = (typeof kinds)[keyof typeof kinds];

/** What HubSpot said changed: a hint to read the record again, so it carries no value that anyone typed. */
export interface CrmChange {
  /** Names this notice for good: the same whenever HubSpot delivers it again. */
  readonly deliveryKey: string;
  readonly kind: CrmChangeKind;
  readonly portalId: string;
  readonly appId: string;
  readonly objectType: 'contact' | 'deal' | 'other';
  /** Every record in the event (its own, both ends of an association, all parts of a merge), each once. */
  readonly objectIds: readonly string[];
  /** After a merge: the record that lives on. */
  readonly newId?: string;
  /** Of `changed` only. */
  readonly propertyName?: string;
  /** ISO instant. */
  readonly occurredAt: string;
  /** HubSpot's word for who did it, such as `CRM_UI` or `INTEGRATION`. */
  readonly changeSource: string;
  readonly sourceId?: string;
}

/** A notice that we cannot read; it is kept under its key, so that the others of its batch pass. */
export interface UnreadableChange {
  readonly kind: 'unreadable';
  readonly deliveryKey: string;
}

/** Turns one delivery, parsed but not trusted, into changes, one per notice and in the same order. Never throws. */
export function translateWebhook(delivery: unknown): readonly (CrmChange | UnreadableChange)[] {
  const notices: readonly unknown[] = Array.isArray(delivery) ? delivery : [delivery];
  return notices.map((notice) => {
    const event = deliveredEventSchema.safeParse(notice).data;
    const change = event && changeOf(event);
    return change ?? { kind: 'unreadable', deliveryKey: unreadableDeliveryKey(notice) };
  });
}

const kindsByVerb: ReadonlyMap<string, CrmChangeKind> = new Map(Object.entries(kinds));

/** Null for an event that is about no record, such as a conversation's. */
function changeOf(event: DeliveredEvent): CrmChange | null {
  const [object = '', verb = ''] = event.subscriptionType.split('.');
  const kind = kindsByVerb.get(verb);
  const objectIds = recordIds(event);
  if (kind === undefined || objectIds.length === 0) return null;
  return {
    deliveryKey: deliveryKey(event, objectIds),
    kind,
    portalId: event.portalId,
    appId: event.appId,
    objectType: objectTypeOf(object, event),
    objectIds,
    occurredAt: event.occurredAt,
    changeSource: event.changeSource,
    ...(event.newObjectId !== undefined && { newId: event.newObjectId }),
    ...(event.propertyName !== undefined && { propertyName: event.propertyName }),
    ...(event.sourceId !== undefined && { sourceId: event.sourceId }),
  };
}

const recordIds = (event: DeliveredEvent): readonly string[] => {
  const { objectId, fromObjectId, toObjectId, primaryObjectId, mergedObjectIds, newObjectId } = event;
  const all = [objectId, fromObjectId, toObjectId, primaryObjectId, ...mergedObjectIds, newObjectId];
  return [...new Set(all.filter((id) => id !== undefined))];
};

/** The classic form names the object, the generic one (`object.…`) its type id; an association is named by its start. */
function objectTypeOf(
  object: string,
  { objectTypeId, fromObjectTypeId }: DeliveredEvent,
): CrmChange['objectType'] {
  const typeId = objectTypeId ?? fromObjectTypeId;
  if (object === 'contact' || (object === 'object' && typeId === '0-1')) return 'contact';
  return object === 'deal' || (object === 'object' && typeId === '0-3') ? 'deal' : 'other';
}
