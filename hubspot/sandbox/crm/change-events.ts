/** Tells the app's webhooks what happened to a record. Imports are told to nobody. */
import type { World } from '../world.ts';
import { type Actor, sourceOf } from './actor.ts';
import { type ObjectType, typeFacts } from './object-types.ts';
import type { Place } from './record.ts';

export interface ChangedValue {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

type Kind = 'creation' | 'deletion' | 'restore' | 'merge' | 'privacyDeletion';

export function tell(
  world: World,
  actor: Actor,
  event: Place & { kind: Kind; id: number; at: number; details?: Readonly<Record<string, unknown>> },
): void {
  if (actor.kind === 'import') return;
  const { portalId, type, kind, id, at, details = {} } = event;
  world.webhooks.publish(portalId, {
    subscriptionType: `${typeFacts[type].singular}.${kind}`,
    objectId: id,
    occurredAt: at,
    ...sourceFields(actor),
    ...details,
  });
}

export function tellChanges(
  world: World,
  actor: Actor,
  { portalId, type, id, changes }: Place & { id: number; changes: readonly ChangedValue[] },
): void {
  if (actor.kind === 'import') return;
  for (const { name, value, at } of changes) {
    world.webhooks.publish(portalId, {
      subscriptionType: `${typeFacts[type].singular}.propertyChange`,
      objectId: id,
      occurredAt: at,
      propertyName: name,
      propertyValue: value,
      ...sourceFields(actor),
    });
  }
}

/** Both directions are told, each under the type that it starts from. */
export function tellAssociation(
  world: World,
  actor: Actor,
  link: { portalId: number; from: End; to: End; at: number; removed: boolean },
): void {
  if (actor.kind === 'import') return;
  for (const [from, to] of [
    [link.from, link.to],
    [link.to, link.from],
  ] as const) {
    world.webhooks.publish(link.portalId, {
      subscriptionType: `${typeFacts[from.type].singular}.associationChange`,
      occurredAt: link.at,
      associationType: `${typeFacts[from.type].singular}_to_${typeFacts[to.type].singular}`.toUpperCase(),
      fromObjectId: from.id,
      toObjectId: to.id,
      associationRemoved: link.removed,
      isPrimaryAssociation: false,
      ...sourceFields(actor),
    });
  }
}

export interface End {
  readonly type: ObjectType;
  readonly id: number;
}

const sourceFields = (actor: Actor) => ({ changeSource: sourceOf(actor).type, sourceId: sourceOf(actor).id });
