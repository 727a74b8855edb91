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
