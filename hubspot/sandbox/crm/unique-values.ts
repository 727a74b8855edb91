/**
 * Values that only one live record of a type may hold: a contact's addresses, primary and secondary, and properties
 * with unique values. They are free again once the record is archived, deleted or merged away.
 */
import { ContactExists, invalid, invalidValues } from '../http/errors.ts';
import type { World } from '../world.ts';
import type { CrmRecord, Place, Values } from './record.ts';

interface Claim {
  readonly property: string;
  readonly value: string;
  /** A secondary address is taken, but does not name the contact. */
  readonly secondary: boolean;
}

export const additionalEmails = (values: Values): string[] =>
  (values['hs_additional_emails'] ?? '').split(';').filter(Boolean);

/** Whether a write of these names can change what a record claims. */
export function touchesUnique(world: World, { portalId, type }: Place, names: Iterable<string>): boolean {
  const unique = world.catalog.uniqueNames(portalId, type);
  for (const name of names) {
    if (unique.includes(name)) return true;
    if (type === 'contacts' && (name === 'email' || name === 'hs_additional_emails')) return true;
  }
  return false;
}

/** Throws HubSpot's 409 or 400 when another record holds one of the values; `ownIds` are the records that may. */
export function assertFree(world: World, place: Place, values: Values, ownIds: readonly number[] = []): void {
  for (const { property, value } of claims(world, place, values)) {
    const row = world.store.get<{ record_id: number }>(
      'SELECT record_id FROM unique_values WHERE portal_id = ? AND type = ? AND property = ? AND value = ?',
      place.portalId,
      place.type,
      property,
      value,
    );
    if (property === 'email') assertNotBlocked(world, place.portalId, value);
    if (row === undefined || ownIds.includes(row.record_id)) continue;
    if (property === 'email') throw new ContactExists(String(row.record_id));
    throw invalidValues(place.portalId, [
      {
        name: property,
        code: 'CONFLICTING_UNIQUE_VALUE',
        message: `${row.record_id} already has that value.`,
      },
    ]);
  }
}

export function claim(world: World, record: CrmRecord): void {
  for (const { property, value, secondary } of claims(world, record, record.values)) {
    world.store.run(
      'INSERT INTO unique_values VALUES (?, ?, ?, ?, ?, ?)',
      record.portalId,
      record.type,
      property,
      value,
      record.id,
      secondary ? 1 : 0,
    );
  }
}

export function release(world: World, record: CrmRecord): void {
  for (const { property, value } of claims(world, record, record.values)) {
    world.store.run(
      `DELETE FROM unique_values
       WHERE portal_id = ? AND type = ? AND property = ? AND value = ? AND record_id = ?`,
      record.portalId,
      record.type,
      property,
      value,
      record.id,
    );
  }
}

function claims(world: World, { portalId, type }: Place, values: Values): Claim[] {
  const claimed: Claim[] = [];
  for (const property of world.catalog.uniqueNames(portalId, type)) {
    const value = values[property];
    if (value !== undefined) claimed.push({ property, value, secondary: false });
  }
  if (type !== 'contacts') return claimed;
  const primary = values['email'];
  if (primary !== undefined) claimed.push({ property: 'email', value: primary, secondary: false });
  for (const value of additionalEmails(values)) {
    if (value !== primary) claimed.push({ property: 'email', value, secondary: true });
  }
  return claimed;
}

function assertNotBlocked(world: World, portalId: number, email: string): void {
  const blocked = world.store.get(
    'SELECT 1 FROM blocked_emails WHERE portal_id = ? AND email = ?',
    portalId,
    email,
  );
  if (blocked !== undefined) {
    throw invalid(
      'This email address is on the blocklist of contacts that were permanently deleted for privacy.',
    );
  }
}
