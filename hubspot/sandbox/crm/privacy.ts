import type { World } from '../world.ts';
import type { Actor } from './actor.ts';
import { tell } from './change-events.ts';
import { deleteHistory } from './history.ts';
import { type CrmRecord, deleteRecord } from './record.ts';
import { additionalEmails, release } from './unique-values.ts';

/**
 * Deletes a contact for good and puts its addresses on the blocklist, so that it cannot be created again. Tells a
 * privacy deletion and a plain one.
 */
export function eraseContact(world: World, actor: Actor, record: CrmRecord): void {
  const { portalId, type, id } = record;
  const addresses = [record.values['email'] ?? '', ...additionalEmails(record.values)];
  for (const email of addresses.filter(Boolean)) blockEmail(world, portalId, email);
  if (record.archivedAt === null) release(world, record);
  // A deal may have the same number, and lists hold numbers only.
  world.store.run(
    `DELETE FROM list_members WHERE portal_id = ?1 AND record_id = ?2
       AND list_id IN (SELECT id FROM lists WHERE portal_id = ?1 AND type = ?3)`,
    portalId,
    id,
    type,
  );
  world.store.run(
    `DELETE FROM associations WHERE portal_id = ?1
       AND ((from_type = ?2 AND from_id = ?3) OR (to_type = ?2 AND to_id = ?3))`,
    portalId,
    type,
    id,
  );
  deleteHistory(world, record);
  deleteRecord(world, record);
  const at = world.now();
  tell(world, actor, { portalId, type, kind: 'privacyDeletion', id, at });
  tell(world, actor, { portalId, type, kind: 'deletion', id, at });
}

export function blockEmail(world: World, portalId: number, email: string): void {
  world.store.run('INSERT OR IGNORE INTO blocked_emails VALUES (?, ?)', portalId, email);
}
