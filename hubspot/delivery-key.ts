import { createHash } from 'node:crypto';
import type { DeliveredEvent } from './delivered-event.ts';

/**
 * Names a notice by what it is about. HubSpot's `eventId` alone is not unique, and `attemptNumber` counts up with each
 * delivery of the same notice, so it has no part in the key.
 */
export const deliveryKey = (event: DeliveredEvent, objectIds: readonly string[]): string =>
  sha256([
    event.portalId,
    event.subscriptionId ?? '',
    event.subscriptionType,
    objectIds.toSorted(),
    event.propertyName ?? '',
    event.eventId ?? '',
    event.occurredAt,
  ]);

/** The same for a notice that could not be read: over all of it but its attempt, whatever the order of its fields. */
export const unreadableDeliveryKey = (notice: unknown): string => sha256(canonical(notice));

const sha256 = (parts: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(parts) ?? '')
    .digest('hex');

function canonical(notice: unknown): unknown {
  if (notice === null || typeof notice !== 'object' || Array.isArray(notice)) return notice;
  return Object.entries(notice)
    .filter(([name]) => name !== 'attemptNumber')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
