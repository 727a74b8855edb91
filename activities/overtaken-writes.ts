import type { Tx } from '../db/client.ts';
import { overtakeWrites, wantValues } from '../db/queries/crm-writes.ts';
import { referrerFigures } from '../db/queries/referrers.ts';
import { wantedProperties } from '../db/queries/reflection.ts';
import type { RecordedChange } from '../db/queries/sync-changes.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { PageContext } from './page-context.ts';
import type { PlannedContact } from './planned-contact.ts';

/**
 * S23: a page writes what held when it was enrolled, past the drain. Where the drain knows another value, HubSpot holds
 * an older or a newer one than it believes: it is told which, and sends what holds now if that is another one again.
 * Contacts that were enrolled by this page have nothing there, so that a first backfill pays nothing for it.
 */
export async function overtakeDrain(
  deps: Pick<ActivityDependencies, 'publicUrl'>,
  tx: Tx,
  { run, connection, mappings }: PageContext,
  {
    contacts,
    changes,
  }: { readonly contacts: readonly PlannedContact[]; readonly changes: readonly RecordedChange[] },
): Promise<void> {
  const written = changes.flatMap(({ crmId, outcome, properties }) =>
    outcome === 'create'
      ? []
      : Object.entries(properties).map(([property, { after }]) => ({ crmId, property, value: after ?? '' })),
  );
  const overtaken = await overtakeWrites(tx, connection.id, written);
  if (overtaken.length === 0) return;
  const referrers = new Map(contacts.map(({ crmId, referrerId }) => [crmId, referrerId]));
  const figures = await referrerFigures(tx, [
    ...new Set(overtaken.flatMap(({ crmId }) => referrers.get(crmId) ?? [])),
  ]);
  const wanted = new Map(
    figures.map((each) => [each.referrerId, wantedProperties(each, mappings, deps.publicUrl)]),
  );
  const values = overtaken.flatMap(({ crmId: objectId, property }) => {
    const value = wanted.get(referrers.get(objectId) ?? '')?.[property];
    return value === undefined ? [] : [{ objectType: 'contact' as const, objectId, property, value }];
  });
  await wantValues(tx, { workspaceId: run.workspaceId, connectionId: connection.id }, values);
}
