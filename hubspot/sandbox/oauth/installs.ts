/** Which apps are in which portals. Webhooks are told to those, and an uninstall ends every token of one. */
import type { World } from '../world.ts';

/** One app in one portal. */
export interface InstallKey {
  readonly appId: string;
  readonly portalId: number;
}

export function noteInstall({ store, now }: World, { appId, portalId }: InstallKey): void {
  store.run('INSERT OR REPLACE INTO installs VALUES (?, ?, ?)', portalId, appId, now());
}

/** Takes an app that is no more out of every portal, with all that it was ever given. */
export function forgetApp({ store }: World, appId: string): void {
  for (const table of ['installs', 'codes', 'grants', 'access_tokens'])
    store.run(`DELETE FROM ${table} WHERE app_id = ?`, appId);
}

export const isInstalled = ({ store }: Pick<World, 'store'>, { appId, portalId }: InstallKey): boolean =>
  store.get('SELECT 1 FROM installs WHERE portal_id = ? AND app_id = ?', portalId, appId) !== undefined;

/** Takes the app out of a portal: every token of it is refused from now on. */
export function uninstall({ store }: World, { appId, portalId }: InstallKey): void {
  store.transaction(() => {
    store.run('DELETE FROM installs WHERE portal_id = ? AND app_id = ?', portalId, appId);
    store.run('UPDATE grants SET revoked = 1 WHERE portal_id = ? AND app_id = ?', portalId, appId);
    store.run('DELETE FROM access_tokens WHERE portal_id = ? AND app_id = ?', portalId, appId);
  });
}
