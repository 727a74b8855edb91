import type { SyncChange } from '../db/queries/sync-change-views.ts';
import type { UndoneContact } from '../db/queries/undo.ts';
import type { RecordedValue } from '../db/schema/campaigns.ts';
import { isSameValue } from '../domain/value-change.ts';
import type { CrmLookup, RecordUpdate } from '../hubspot/gateway.ts';

/** What is done with one contact's record. */
export interface UndoPlan {
  readonly crmId: string;
  readonly isGone: boolean;
  readonly properties: Readonly<Record<string, RecordedValue>>;
  /** Properties that hold the old value, or will once `update` is written. */
  readonly restored: readonly string[];
  /** Those of them that hold it already. */
  readonly held: readonly string[];
  readonly update: RecordUpdate | null;
}

/** `sent` are values of ours that the drain may have put there since, by `crmId/property`. */
export function planUndo(
  { crmId, properties }: SyncChange,
  lookup: CrmLookup | undefined,
  sent: ReadonlyMap<string, readonly string[]>,
): UndoPlan {
  const record = lookup?.record;
  // A merge made another record of it, whose values are not ours to judge.
  if (!record || record.id !== crmId) {
    return { crmId, isGone: true, properties, restored: [], held: [], update: null };
  }
  const old: Record<string, string> = {};
  const held: string[] = [];
  for (const [name, { before, after, undone }] of Object.entries(properties)) {
    if (undone) continue;
    const value = record.properties[name];
    const ours = [after, ...(sent.get(`${crmId}/${name}`) ?? [])];
    if (isSameValue(value, before)) held.push(name);
    else if (ours.some((each) => isSameValue(value, each))) old[name] = before ?? '';
  }
  const update = Object.keys(old).length > 0 ? { id: crmId, properties: old } : null;
  return { crmId, isGone: false, properties, restored: [...held, ...Object.keys(old)], held, update };
}

export interface Undone extends UndoneContact {
  readonly restored: readonly string[];
  /** The values of ours that HubSpot held there. */
  readonly taken: readonly string[];
}

/** What HubSpot did not take of an update. */
export interface Refusal {
  readonly isGone: boolean;
  readonly properties: ReadonlySet<string>;
}

export function outcomeOf(
  { crmId, isGone, properties, held, ...plan }: UndoPlan,
  refusal: Refusal | undefined,
): Undone {
  const gone = isGone || refusal?.isGone === true;
  const restored = gone ? held : plan.restored.filter((name) => !refusal?.properties.has(name));
  const isLeft = (name: string) => !properties[name]?.undone && !restored.includes(name);
  const undo = gone
    ? 'left-gone'
    : refusal
      ? 'left-refused'
      : Object.keys(properties).some(isLeft)
        ? 'left-edited'
        : 'undone';
  return {
    crmId,
    undo,
    restored,
    taken: restored.flatMap((name) => properties[name]?.after ?? []),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        restored.includes(name) ? { ...value, undone: true as const } : value,
      ]),
    ),
  };
}
