/** Portals: the HubSpot accounts that live in this sandbox, each with its people. */
import { notFound } from './http/errors.ts';
import type { Store } from './store.ts';

export interface Portal {
  readonly id: number;
  readonly currency: string;
  /** Beside its own; empty in an account with one currency. */
  readonly additionalCurrencies: readonly string[];
  readonly timeZone: string;
}

interface PortalRow {
  id: number;
  currency: string;
  additional_currencies: string;
  time_zone: string;
}

export interface Owner {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly userId: number;
  readonly createdAt: number;
}

/** The portal that exists from the start. */
export const firstPortalId = 4_242_001;

const firstOwnerId = 7001;

/** The super admin who installs apps and works in HubSpot's own screens. */
export const adminUserId = 1;

export const adminEmail = (portalId: number): string => `admin@portal-${portalId}.example`;

export const portalExists = (store: Store, id: number): boolean =>
  store.get('SELECT 1 FROM portals WHERE id = ?', id) !== undefined;

export function portalOf(store: Store, id: number): Portal {
  const row = store.get<PortalRow>('SELECT * FROM portals WHERE id = ?', id);
  if (row === undefined) throw notFound(`There is no portal ${id}.`);
  return fromRow(row);
}

export const portals = (store: Store): Portal[] =>
  store.all<PortalRow>('SELECT * FROM portals ORDER BY id').map(fromRow);

const fromRow = (row: PortalRow): Portal => ({
  id: row.id,
  currency: row.currency,
  additionalCurrencies: row.additional_currencies.split(' ').filter(Boolean),
  timeZone: row.time_zone,
});

/** Whether a number is or was a portal's. HubSpot never gives one out twice; owners stay when a portal is deleted. */
export const portalIdIsSpent = (store: Store, id: number): boolean =>
  store.get('SELECT 1 FROM owners WHERE portal_id = ?', id) !== undefined;

/** The number of a portal made without one: the next after the highest there ever was. */
export const nextPortalId = (store: Store): number =>
  store.require<{ id: number }>(
    'SELECT max(coalesce(max(portal_id), 0) + 1, ?) AS id FROM owners',
    firstPortalId,
  ).id;

export function insertPortal(store: Store, portal: Portal, now: number): void {
  store.run(
    'INSERT INTO portals (id, currency, additional_currencies, time_zone, created_at) VALUES (?, ?, ?, ?, ?)',
    portal.id,
    portal.currency,
    portal.additionalCurrencies.join(' '),
    portal.timeZone,
    now,
  );
  const host = `portal-${portal.id}.example`;
  for (const owner of [
    { email: adminEmail(portal.id), firstName: 'Admin', lastName: 'User' },
    { email: `sales@${host}`, firstName: 'Sales', lastName: 'User' },
    { email: `success@${host}`, firstName: 'Success', lastName: 'User' },
  ]) {
    insertOwner(store, portal.id, { ...owner, createdAt: now });
  }
}

/** Adds a colleague, whose owner id and user id differ, as in HubSpot. */
export function insertOwner(
  store: Store,
  portalId: number,
  { email, firstName, lastName, createdAt }: Omit<Owner, 'id' | 'userId'>,
): Owner {
  const index = store.next(portalId, 'owner', -1);
  const owner = {
    id: firstOwnerId + index,
    userId: adminUserId + index,
    email: email.toLowerCase(),
    firstName,
    lastName,
    createdAt,
  };
  store.run(
    'INSERT INTO owners VALUES (?, ?, ?, ?, ?, ?, ?)',
    portalId,
    owner.id,
    owner.email,
    firstName,
    lastName,
    owner.userId,
    createdAt,
  );
  return owner;
}

export const owners = (store: Store, portalId: number): Owner[] =>
  store
    .all<{
      id: number;
      email: string;
      first_name: string;
      last_name: string;
      user_id: number;
      created_at: number;
    }>('SELECT * FROM owners WHERE portal_id = ? ORDER BY id', portalId)
    .map((row) => ({
      id: row.id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      userId: row.user_id,
      createdAt: row.created_at,
    }));
