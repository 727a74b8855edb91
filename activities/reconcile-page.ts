import type { Tx } from '../db/client.ts';
import type { Connection } from '../db/queries/connections.ts';
import type { OngoingSync } from '../db/queries/ongoing-contacts.ts';
import { enqueueNudges } from '../db/queries/outbox.ts';
import { type Holder, referralsHolding } from '../db/queries/reconcile.ts';
import type { CrmObjectType, CrmRecord } from '../hubspot/gateway.ts';
import { referralWorkflow } from '../workflows/contract.ts';
import { identityProperties } from './identity.ts';
import { hintOngoing } from './ongoing-hints.ts';

/** What a contact tells to all who care: who it is, and the links that ongoing syncs have put there. */
export const contactProperties = (syncs: readonly OngoingSync[]): readonly string[] => [
  ...new Set([...identityProperties, ...syncs.flatMap(({ linkProperty }) => linkProperty ?? [])]),
];

/** Hands a page to whom it concerns, in one transaction; how many of its records webhooks had missed. */
export async function handOn(
  tx: Tx,
  connection: Connection,
  {
    objectType,
    records,
    syncs,
  }: {
    readonly objectType: CrmObjectType;
    readonly records: readonly CrmRecord[];
    readonly syncs: readonly OngoingSync[];
  },
): Promise<number> {
  const holders = await holdersBehind(tx, connection, objectType, records);
  const ongoing = await hintOngoing(tx, connection, objectType === 'contact' ? syncs : [], records);
  await enqueueNudges(tx, [
    ...ongoing.nudges,
    ...holders.map((row) => ({
      workspaceId: connection.workspaceId,
      address: referralWorkflow({ ...row, workspaceId: connection.workspaceId }),
      nudge: { kind: 'reconcile', objectId: row.crmId },
    })),
  ]);
  return new Set([...ongoing.late, ...holders.map(({ crmId }) => crmId)]).size;
}

/** Referrals that hold a record which was modified after our last committed read of it. */
async function holdersBehind(
  tx: Tx,
  connection: Connection,
  objectType: CrmObjectType,
  records: readonly CrmRecord[],
): Promise<readonly Holder[]> {
  const modified = new Map(records.map(({ id, updatedAt }) => [id, updatedAt]));
  const holders = await referralsHolding(tx, connection.id, objectType, [...modified.keys()]);
  return holders.filter(({ crmId, readModifiedAt }) => {
    const updatedAt = modified.get(crmId);
    return (
      updatedAt !== undefined &&
      (readModifiedAt === null || Date.parse(updatedAt) > Date.parse(readModifiedAt))
    );
  });
}
