import { installDefaultPipeline } from './crm/pipelines.ts';
import { alreadyExists } from './http/errors.ts';
import {
  firstPortalId,
  insertPortal,
  nextPortalId,
  type Portal,
  portalExists,
  portalIdIsSpent,
} from './portals.ts';
import type { World } from './world.ts';

/** A new portal with its owners, standard properties and sales pipeline. Throws when the number is taken. */
export function createPortal(
  world: World,
  { id, currency = 'USD', additionalCurrencies = [], timeZone = 'UTC' }: Partial<Portal>,
): Portal {
  const portal: Portal = {
    id: id ?? nextPortalId(world.store),
    currency,
    additionalCurrencies: [...new Set(additionalCurrencies)].filter((each) => each !== currency),
    timeZone,
  };
  if (portalExists(world.store, portal.id)) throw alreadyExists(`There is a portal ${portal.id} already.`);
  if (portalIdIsSpent(world.store, portal.id))
    throw alreadyExists(`Portal ${portal.id} was deleted; HubSpot never gives a number out twice.`);
  world.store.transaction(() => {
    const now = world.now();
    insertPortal(world.store, portal, now);
    installDefaultPipeline(world.store, portal.id, now);
    world.catalog.install(portal, now);
  });
  return portal;
}

export function ensureFirstPortal(world: World): void {
  if (!portalIdIsSpent(world.store, firstPortalId)) createPortal(world, { id: firstPortalId });
}

/** The portal is gone: its tokens answer 401, a refresh BAD_HUB. Its records stay in the file, out of reach. */
export const deletePortal = (world: World, portalId: number): boolean =>
  world.store.run('DELETE FROM portals WHERE id = ?', portalId) > 0;
