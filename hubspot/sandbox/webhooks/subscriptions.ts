import { type ObjectType, typeFacts } from '../crm/object-types.ts';
import { standardProperties } from '../crm/standard-properties.ts';

/** One kind of event that the app hears of; for `propertyChange`, of one property. */
export interface Subscription {
  readonly id: number;
  readonly eventType: string;
  readonly propertyName: string | null;
  /** Which records, for the generic `object.*` events; null for the classic ones, whose name says it. */
  readonly objectTypeId: string | null;
  readonly active: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Which events a subscription is about. */
export interface SubscriptionTarget {
  readonly eventType: string;
  readonly propertyName?: string | null | undefined;
  readonly objectTypeId?: string | null | undefined;
}

export interface NewSubscription extends SubscriptionTarget {
  readonly active: boolean;
}

/** As HubSpot bounds it, per app. */
export const maxSubscriptions = 1000;

export const firstSubscriptionId = 1_000_001;

const kinds = ['creation', 'deletion', 'merge', 'restore', 'associationChange'] as const;

/** The events that happen here, classic and generic; a privacy deletion has no generic form. */
export const eventTypes: readonly string[] = [
  ...['contact', 'deal', 'object'].flatMap((object) =>
    [...kinds, 'propertyChange'].map((kind) => `${object}.${kind}`),
  ),
  'contact.privacyDeletion',
];

/** HubSpot refuses subscriptions to changes of these. */
export const unsubscribable = ['hs_lastmodifieddate', 'num_unique_conversion_events'];

/** What two subscriptions to the same events have in common. */
export const subscriptionKey = ({ eventType, propertyName, objectTypeId }: SubscriptionTarget): string =>
  `${eventType}/${objectTypeId ?? ''}/${propertyName ?? ''}`;

/**
 * What an app is subscribed to from the start: everything that happens to records, and changes of the named
 * properties. A name that HubSpot defines for one object type only is subscribed there; a custom name on both.
 */
export function defaultSubscriptions(propertyNames: readonly string[]): NewSubscription[] {
  const records = kinds.map((kind) => [`contact.${kind}`, `deal.${kind}`]).flat();
  const changes = propertyNames
    .filter((name) => !unsubscribable.includes(name))
    .flatMap((propertyName) =>
      typesWith(propertyName).map((type) => ({
        eventType: `${typeFacts[type].singular}.propertyChange`,
        propertyName,
        active: true,
      })),
    );
  return [
    ...[...records, 'contact.privacyDeletion'].map((eventType) => ({ eventType, active: true })),
    ...changes,
  ];
}

function typesWith(propertyName: string): ObjectType[] {
  const types = (['contacts', 'deals'] as const).filter((type) =>
    standardProperties[type].some(({ name }) => name === propertyName),
  );
  return types.length === 0 ? ['contacts', 'deals'] : types;
}
