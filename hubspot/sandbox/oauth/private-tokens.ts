/** Static bearer tokens of one portal, as private apps and service keys have them: no OAuth, no end, no webhooks. */
import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';

export interface PrivateToken {
  readonly token: string;
  readonly appId: string;
  readonly portalId: number;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Requests in ten seconds: 100 on Free and Starter, 190 above, 250 with the add-on. */
  readonly maximum: number;
}

interface PrivateTokenRow {
  token: string;
  app_id: string;
  portal_id: number;
  name: string;
  scopes: string;
  maximum: number;
}

/** Private apps are counted apart from the registered ones. */
const firstPrivateAppId = 900_000;

export function createPrivateToken(
  { store, now }: World,
  { portalId, name, scopes, maximum }: Omit<PrivateToken, 'token' | 'appId'>,
): PrivateToken {
  const token = `pat-na1-${randomUUID()}`;
  const appId = String(store.next(0, 'private-app', firstPrivateAppId));
  const granted = [...new Set(['oauth', ...scopes])];
  store.run(
    'INSERT INTO private_tokens VALUES (?, ?, ?, ?, ?, ?, ?)',
    token,
    appId,
    portalId,
    name,
    granted.join(' '),
    maximum,
    now(),
  );
  return { token, appId, portalId, name, scopes: granted, maximum };
}

export function findPrivateToken({ store }: World, token: string): PrivateToken | undefined {
  const row = store.get<PrivateTokenRow>('SELECT * FROM private_tokens WHERE token = ?', token);
  return row && fromRow(row);
}

export const privateTokens = ({ store }: World, portalId: number): PrivateToken[] =>
  store
    .all<PrivateTokenRow>('SELECT * FROM private_tokens WHERE portal_id = ? ORDER BY app_id', portalId)
    .map(fromRow);

/** Answers whether there was one. */
export const deletePrivateToken = ({ store }: World, portalId: number, appId: string): boolean =>
  store.run('DELETE FROM private_tokens WHERE portal_id = ? AND app_id = ?', portalId, appId) > 0;

const fromRow = (row: PrivateTokenRow): PrivateToken => ({
  token: row.token,
  appId: row.app_id,
  portalId: row.portal_id,
  name: row.name,
  scopes: row.scopes.split(' '),
  maximum: row.maximum,
});
