import { firstPortalId, portalExists } from '../portals.ts';
import type { World } from '../world.ts';
import { readRecords } from './record-reading.ts';
import { seedContacts } from './seed.ts';

/** Fills the portal that is there from the start, unless it has people already or is gone. */
export async function seedFirstPortal(world: World, contacts: number): Promise<void> {
  const place = { portalId: firstPortalId, type: 'contacts' } as const;
  if (contacts === 0 || !portalExists(world.store, firstPortalId)) return;
  if (readRecords(world, place, { limit: 1, after: 0 }).length > 0) return;
  await seedContacts(world, firstPortalId, { contacts, seed: 1 });
}
