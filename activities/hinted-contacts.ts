import type { Connection } from '../db/queries/connections.ts';
import { dropHints, takeHints } from '../db/queries/identity/contact-hints.ts';
import { holdFence, openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { followContacts, identityProperties } from './identity.ts';

/** HubSpot's largest batch read. */
const batchSize = 100;
/** Well below the 45 s of an activity, with a batch of which every contact must be read by itself (10 s). */
const longestMs = 15_000;

/**
 * Reads the contacts that notices have named and follows what became of them. Safe to repeat: a hint leaves after its
 * contact was followed, and only as it stood before the read. `more` when the time was over before the hints were.
 */
export async function followHinted(
  deps: ActivityDependencies,
  connection: Connection,
): Promise<{ readonly read: number; readonly more: boolean }> {
  const { hubspot } = openFor(deps, connection, 'bulk');
  const { id, workspaceId } = connection;
  const end = Date.now() + longestMs;
  let read = 0;
  while (Date.now() < end) {
    const hints = await deps.db.inWorkspace(workspaceId, (tx) => takeHints(tx, id, batchSize));
    if (hints.length === 0) return { read, more: false };
    const ids = hints.map(({ crmId }) => crmId);
    const contacts = await hubspot.contacts.readMany(ids, { properties: identityProperties });
    await followContacts(deps, connection, contacts);
    await deps.db.inWorkspace(workspaceId, async (tx) => {
      await holdFence(tx, connection);
      await dropHints(tx, id, hints);
    });
    read += hints.length;
  }
  return { read, more: true };
}
