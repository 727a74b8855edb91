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
  world.store.run('DELETE FROM list_members WHERE portal_id = ? AND record_id = ?', portalId, id);
  world.store.run(
    'DELETE FROM associations WHERE portal_id = ? AND from_type = ? AND from_id = ?',
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
