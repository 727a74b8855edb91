import { type Instant, toMs } from './time.ts';

/** One value that a property has had; empty text and null both mean "empty". */
export interface PropertyVersion {
  readonly value: string | null;
  /** When it came into force. */
  readonly at: Instant;
}

/** A property as it was read: its current value and as much of its past as HubSpot keeps. */
export interface PropertyReading {
  readonly value: string | null;
  /** Newest first, as HubSpot gives it; empty when there is none (pruned or calculated). */
  readonly history: readonly PropertyVersion[];
}

export const isEmpty = (value: string | null): boolean => value === null || value.trim() === '';

/**
 * The versions from oldest to newest, whatever the order they came in; at one and the same instant the order given
 * decides (newest first). A current value that the history does not end with came into force by `asOf` at the latest.
 */
export function versionsOf({ value, history }: PropertyReading, asOf: Instant): readonly PropertyVersion[] {
  const versions = history.toReversed().sort((a, b) => toMs(a.at) - toMs(b.at));
  const newest = versions.at(-1);
  if (newest === undefined) return [];
  const unseen = isEmpty(value) ? !isEmpty(newest.value) : newest.value !== value;
  return unseen ? [...versions, { value, at: asOf }] : versions;
}

/** The version in force at an instant; null when the property had no value yet. */
export const inForceAt = (versions: readonly PropertyVersion[], at: Instant): PropertyVersion | null =>
  versions.findLast((version) => toMs(version.at) <= toMs(at)) ?? null;

/** Since when the newest value has been the same; null without history. */
export function unchangedSince(
  versions: readonly PropertyVersion[],
  same: (a: string | null, b: string | null) => boolean = (a, b) => a === b,
): Instant | null {
  const newest = versions.at(-1);
  if (newest === undefined) return null;
  const lastOther = versions.findLastIndex(({ value }) => !same(value, newest.value));
  return versions[lastOther + 1]?.at ?? null;
}
