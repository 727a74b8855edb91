/** Changes of an app's subscriptions, with the rules that HubSpot sets for them. */
import { ApiError, alreadyExists, invalid } from '../http/errors.ts';
import type { WebhookQueue } from './queue.ts';
import {
  firstSubscriptionId,
  maxSubscriptions,
  type NewSubscription,
  type Subscription,
  subscriptionKey,
  unsubscribable,
} from './subscriptions.ts';

/** A new subscription is paused unless it asks for more. Throws when the app has it already or has too many. */
export function addSubscription(
  queue: WebhookQueue,
  { eventType, propertyName = null, objectTypeId = null, active }: NewSubscription,
  now: number,
): Subscription {
  const { subscriptions } = queue.settings;
  const given = { eventType, propertyName, objectTypeId };
  assertComplete(given);
  if (subscriptions.length >= maxSubscriptions)
    throw invalid(`An app has at most ${maxSubscriptions} subscriptions.`);
  if (subscriptions.some((each) => subscriptionKey(each) === subscriptionKey(given)))
    throw alreadyExists('The app has this subscription already.');
  const id = 1 + Math.max(firstSubscriptionId - 1, ...subscriptions.map((each) => each.id));
  const created = { id, ...given, active, createdAt: now, updatedAt: now };
  queue.changeLater({ subscriptions: [...subscriptions, created] });
  return created;
}

function assertComplete(given: {
  eventType: string;
  propertyName: string | null;
  objectTypeId: string | null;
}): void {
  const { eventType, propertyName, objectTypeId } = given;
  const changes = eventType.endsWith('.propertyChange');
  if (changes !== (propertyName !== null))
    throw invalid('propertyName belongs to propertyChange subscriptions, and only to them.');
  if (eventType.startsWith('object.') !== (objectTypeId !== null))
    throw invalid('objectTypeId belongs to object.* subscriptions, and only to them.');
  if (propertyName !== null && unsubscribable.includes(propertyName))
    throw invalid(`Changes of ${propertyName} cannot be subscribed.`);
}

export function setActive(
  queue: WebhookQueue,
  { id, active, now }: { id: number; active: boolean; now: number },
): Subscription {
  const changed = { ...requireSubscription(queue, id), active, updatedAt: now };
  queue.changeLater({
    subscriptions: queue.settings.subscriptions.map((each) => (each.id === id ? changed : each)),
  });
  return changed;
}

/** Throws HubSpot's own kind of 404. */
export function requireSubscription(queue: WebhookQueue, id: number): Subscription {
  const found = queue.settings.subscriptions.find((each) => each.id === id);
  if (found === undefined) {
    throw new ApiError(404, {
      message: `Subscription ${id} does not exist.`,
      category: 'SUBSCRIPTION_ID_NOT_FOUND',
    });
  }
  return found;
}

export function removeSubscription(queue: WebhookQueue, id: number): void {
  requireSubscription(queue, id);
  queue.changeLater({ subscriptions: queue.settings.subscriptions.filter((each) => each.id !== id) });
}
