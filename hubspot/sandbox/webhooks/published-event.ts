/** What a publisher says; ids, subscription and attempt are added where it is kept. */
export interface PublishedEvent {
  /** The classic name, such as `contact.creation`. */
  readonly subscriptionType: string;
  readonly occurredAt: number;
  readonly propertyName?: string;
  /** Of an association, such as `DEAL_TO_CONTACT`. */
  readonly associationType?: string;
  readonly [field: string]: unknown;
}

/** An event under one of the two names that an app may have subscribed to. */
export interface EventForm {
  readonly eventType: string;
  readonly propertyName: string | undefined;
  readonly objectTypeId: string | null;
  readonly event: PublishedEvent;
}

const typeIds: Readonly<Record<string, string>> = { contact: '0-1', deal: '0-3' };
/** HubSpot's own types of links, by the classic name of their direction. */
const linkTypeIds: Readonly<Record<string, number>> = {
  CONTACT_TO_DEAL: 4,
  DEAL_TO_CONTACT: 3,
  CONTACT_TO_CONTACT: 449,
  DEAL_TO_DEAL: 451,
};

/** The classic form and the generic one, `object.*` with a type id; a privacy deletion has no generic form. */
export function eventForms(event: PublishedEvent): EventForm[] {
  const { subscriptionType: eventType, propertyName } = event;
  const classic = { eventType, propertyName, objectTypeId: null, event };
  const [object = '', kind = ''] = eventType.split('.');
  const objectTypeId = typeIds[object];
  if (objectTypeId === undefined || kind === 'privacyDeletion') return [classic];
  const type = `object.${kind}`;
  return [
    classic,
    { eventType: type, propertyName, objectTypeId, event: generic(event, type, objectTypeId) },
  ];
}

function generic(event: PublishedEvent, subscriptionType: string, objectTypeId: string): PublishedEvent {
  const { associationType, isPrimaryAssociation, ...rest } = event;
  if (associationType === undefined) {
    const sensitivity = rest.propertyName === undefined ? {} : { isSensitive: false };
    return { ...rest, subscriptionType, objectTypeId, ...sensitivity };
  }
  const [from = '', to = ''] = associationType.toLowerCase().split('_to_');
  return {
    ...rest,
    subscriptionType,
    fromObjectTypeId: typeIds[from],
    toObjectTypeId: typeIds[to],
    associationCategory: 'HUBSPOT_DEFINED',
    associationTypeId: linkTypeIds[associationType],
    isPrimaryAssociation,
  };
}
