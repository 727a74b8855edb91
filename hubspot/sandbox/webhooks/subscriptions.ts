import type { ObjectType } from '../crm/object-types.ts';
import { standardProperties } from '../crm/standard-properties.ts';

/** One kind of event that the app hears of; for `propertyChange`, of one property. */
export interface Subscription {
  readonly id: number;
  readonly eventType: string;
  readonly propertyName: string | null;
  readonly active: boolean;
}

export type NewSubscription = Omit<Subscription, 'id'>;

const recordEvents = [
  'contact.creation',
  'contact.deletion',
  'contact.merge',
  'contact.restore',
  'contact.privacyDeletion',
  'contact.associationChange',
  'deal.creation',
  'deal.deletion',
  'deal.merge',
  'deal.restore',
  'deal.associationChange',
] as const;

/** HubSpot refuses subscriptions to these. */
const unsubscribable = ['hs_lastmodifieddate', 'num_unique_conversion_events'];

/**
 * What an app of ours is subscribed to: everything that happens to records, and changes of the named properties. A
 * name that HubSpot defines for one object type only is subscribed there; a custom name on both.
 */
export function defaultSubscriptions(propertyNames: readonly string[]): NewSubscription[] {
  const changes = propertyNames
    .filter((name) => !unsubscribable.includes(name))
    .flatMap((propertyName) =>
      typesWith(propertyName).map((type) => ({
        eventType: `${type === 'contacts' ? 'contact' : 'deal'}.propertyChange`,
        propertyName,
        active: true,
      })),
    );
  return [...recordEvents.map((eventType) => ({ eventType, propertyName: null, active: true })), ...changes];
}

function typesWith(propertyName: string): ObjectType[] {
  const types = (['contacts', 'deals'] as const).filter((type) =>
    standardProperties[type].some(({ name }) => name === propertyName),
  );
  return types.length === 0 ? ['contacts', 'deals'] : types;
}
