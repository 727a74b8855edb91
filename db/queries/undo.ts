/** What an undo reads and leaves behind; see `activities/undo-pass.ts`. */
import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { UndoOutcome } from '../../domain/sync-undo.ts';
import type { Tx } from '../client.ts';
import { type RecordedValue, syncChanges, syncRuns } from '../schema/campaigns.ts';
import { referrers } from '../schema/people.ts';
import type { SyncChange } from './sync-change-views.ts';
import type { SyncRun } from './sync-runs.ts';

/** Refused ones are tried again by the next undo of the same run. */
const leftToUndo = or(isNull(syncChanges.undo), eq(syncChanges.undo, 'left-refused'));

export async function countLeftToUndo(tx: Tx, runId: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(syncChanges)
    .where(and(eq(syncChanges.runId, runId), leftToUndo));
  return row?.count ?? 0;
}

/** Upwards by HubSpot's id, as text, after this one. */
export async function changesToUndo(
  tx: Tx,
  { runId, afterCrmId }: { readonly runId: string; readonly afterCrmId: string | null },
  limit: number,
): Promise<SyncChange[]> {
  return tx
    .select()
    .from(syncChanges)
    .where(
      and(
        eq(syncChanges.runId, runId),
        leftToUndo,
        afterCrmId === null ? undefined : gt(syncChanges.crmId, afterCrmId),
      ),
    )
    .orderBy(asc(syncChanges.crmId))
    .limit(limit);
}

/** A run of the campaign that wrote to the same account, ended after this one, and was not undone to its end. */
export async function laterRunToUndo(
  tx: Tx,
  { campaignId, connectionId, finishedAt }: SyncRun,
): Promise<SyncRun | null> {
  if (finishedAt === null) return null;
  const [run] = await tx
    .select()
    .from(syncRuns)
    .where(
      and(
        eq(syncRuns.campaignId, campaignId),
        eq(syncRuns.connectionId, connectionId),
        inArray(syncRuns.kind, ['sync', 'retry', 'ongoing']),
        gt(syncRuns.finishedAt, finishedAt),
        sql`exists (select from sync_changes c where c.run_id = ${syncRuns.id})`,
        sql`not exists (select from sync_runs u where u.of_run_id = ${syncRuns.id} and u.kind = 'undo' and u.state = 'completed')`,
      ),
    )
    .orderBy(sql`${syncRuns.finishedAt} desc`)
    .limit(1);
  return run ?? null;
}

interface ContactsOfCampaign {
  readonly campaignId: string;
  readonly connectionId: string;
  readonly crmIds: readonly string[];
}

/**
 * From now on HubSpot is not kept current for the referrers that these contacts are, until a sync runs again. Waits for
 * changes of their figures that have seen nothing of it.
 */
export async function withholdReferrers(
  tx: Tx,
  { campaignId, connectionId, crmIds }: ContactsOfCampaign,
): Promise<void> {
  await tx
    .update(referrers)
    .set({ withheldAt: new Date().toISOString() })
    .where(
      and(
        eq(referrers.campaignId, campaignId),
        isNull(referrers.withheldAt),
        sql`${referrers.personId} in (select person_id from person_crm_ids
          where connection_id = ${connectionId} and object_type = 'contact' and ${inArray(sql`crm_id`, [...crmIds])})`,
      ),
    );
}

interface ContactProperties {
  readonly crmId: string;
  readonly properties: readonly string[];
}

const pairsOf = (contacts: readonly ContactProperties[]): string =>
  JSON.stringify(
    contacts.flatMap(({ crmId, properties }) => properties.map((property) => ({ crm_id: crmId, property }))),
  );

/**
 * Waits for the drain to finish what it is sending; until this transaction ends it sends nothing more of this connection.
 * Comes before all other locks, since that may take as long as HubSpot does.
 */
export async function holdDrain(tx: Tx, connectionId: string): Promise<void> {
  // The same lock as `takeDrainLock`.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${connectionId}, 2))`);
}

/**
 * Takes back what the drain would send next of these properties. The caller holds the drain, and has withheld the
 * referrers, so that nothing is wanted behind it. Resolves with the values of ours that HubSpot may hold through it, by contact and property as `crmId/property`. They
 * stay known until `forgetWrites`, so that a repeated page sees them again.
 */
export async function holdWrites(
  tx: Tx,
  connectionId: string,
  contacts: readonly ContactProperties[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.execute<{ object_id: string; property: string; values: string[] }>(sql`
    with held as (${lockedWrites(connectionId, contacts)})
    update crm_writes w set sent_version = w.version from held
    where w.connection_id = ${connectionId} and w.object_type = 'contact'
      and w.object_id = held.object_id and w.property = held.property
    returning w.object_id, w.property, to_jsonb(w.sent_values || w.value) as values`);
  return new Map(rows.map((row) => [`${row.object_id}/${row.property}`, row.values]));
}

/** The drain's rows of these properties, locked in the one order that everybody takes. */
const lockedWrites = (connectionId: string, contacts: readonly ContactProperties[]) => sql`
  select w.object_id, w.property from crm_writes w
  join jsonb_to_recordset(${pairsOf(contacts)}::text::jsonb) as v (crm_id text, property text)
    on v.crm_id = w.object_id and v.property = w.property
  where w.connection_id = ${connectionId} and w.object_type = 'contact'
  order by w.object_id, w.property for update of w`;

/** These values are not in HubSpot any more, nor shall they be: the next sync writes them as if for the first time. */
export async function forgetWrites(
  tx: Tx,
  connectionId: string,
  contacts: readonly ContactProperties[],
): Promise<void> {
  await tx.execute(sql`
    with held as (${lockedWrites(connectionId, contacts)})
    delete from crm_writes w using held
    where w.connection_id = ${connectionId} and w.object_type = 'contact'
      and w.object_id = held.object_id and w.property = held.property`);
}

/** HubSpot is known to hold none of these values any more; a referrer's link among them is written anew by a sync. */
export async function clearWrittenLinks(
  tx: Tx,
  { campaignId, connectionId }: Omit<ContactsOfCampaign, 'crmIds'>,
  contacts: readonly { readonly crmId: string; readonly values: readonly string[] }[],
): Promise<void> {
  const rows = JSON.stringify(contacts.map(({ crmId, values }) => ({ crm_id: crmId, gone: values })));
  await tx.execute(sql`
    update referrers r set crm_link_written = null
    from jsonb_to_recordset(${rows}::text::jsonb) as v (crm_id text, gone jsonb)
    join person_crm_ids p on p.crm_id = v.crm_id and p.object_type = 'contact' and p.connection_id = ${connectionId}
    where r.campaign_id = ${campaignId} and r.person_id = p.person_id
      and v.gone @> to_jsonb(r.crm_link_written)`);
}

export interface UndoneContact {
  readonly crmId: string;
  readonly undo: UndoOutcome;
  /** With `undone` on those that hold what they held before. */
  readonly properties: Readonly<Record<string, RecordedValue>>;
}

export async function recordUndo(tx: Tx, runId: string, contacts: readonly UndoneContact[]): Promise<void> {
  const rows = JSON.stringify(
    contacts.map(({ crmId, undo, properties }) => ({ crm_id: crmId, undo, properties })),
  );
  await tx.execute(sql`
    update sync_changes c set undo = v.undo, properties = v.properties
    from jsonb_to_recordset(${rows}::text::jsonb) as v (crm_id text, undo text, properties jsonb)
    where c.run_id = ${runId} and c.crm_id = v.crm_id`);
}
