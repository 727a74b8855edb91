import type { Connection } from '../db/queries/connections.ts';
import { lockPeople, strayPeople } from '../db/queries/identity/merge.ts';
import { contactIdOf } from '../db/queries/people.ts';
import { toInstant } from '../domain/time.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { mergePeople } from './merge-people.ts';

/**
 * Gathers what came to somebody who was merged at that very moment: whoever enrolled or referred them had read them
 * before. Seldom, so it is enough to look once a day. Safe to repeat.
 */
export async function gatherStrays(
  deps: Pick<ActivityDependencies, 'db'>,
  connection: Connection,
): Promise<void> {
  const { workspaceId, id: connectionId } = connection;
  const strays = await deps.db.inWorkspace(workspaceId, (tx) => strayPeople(tx, workspaceId));
  for (const { id, mergedInto } of strays) {
    await deps.db.inWorkspace(workspaceId, async (tx) => {
      await holdFence(tx, connection);
      const locked = await lockPeople(tx, [id, mergedInto]);
      const survivor = locked.find((person) => person.id === mergedInto && person.mergedInto === null);
      const merged = locked.filter((person) => person.id === id);
      // Merged further meanwhile: the next look finds it there.
      if (!survivor) return;
      const crmId = await contactIdOf(tx, survivor.id, connectionId);
      await mergePeople(tx, { survivor, merged, crmId, at: toInstant(Date.now()) });
    });
  }
}
