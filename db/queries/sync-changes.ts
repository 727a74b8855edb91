import type { ValueChange } from '../../domain/value-change.ts';
import { driverOf, type Tx } from '../client.ts';
import type { syncChanges } from '../schema/campaigns.ts';
import type { SyncRun } from './sync-runs.ts';

type SyncChange = typeof syncChanges.$inferSelect;

/** What a run did, or would do, to one contact. */
export interface RecordedChange extends Pick<SyncChange, 'crmId' | 'outcome'> {
  readonly reason?: string | null;
  readonly emailKey?: string | null;
  /** HubSpot properties that change, by name. */
  readonly properties: Readonly<Record<string, ValueChange>>;
  /** Fields of ours that change; only previews tell. */
  readonly fields?: Readonly<Record<string, ValueChange>> | null;
}

/**
 * One row per run and contact, in one statement. Safe to repeat: of a property that is recorded already the first
 * `before` stays, since it is what an undo gives back; outcome, reason and `after` are the newest told, but a contact
 * that was a `create` stays one.
 */
export async function recordChanges(
  tx: Tx,
  run: Pick<SyncRun, 'id' | 'workspaceId'>,
  rows: readonly RecordedChange[],
): Promise<void> {
  if (rows.length === 0) return;
  await driverOf(tx)`
    insert into sync_changes as known (run_id, crm_id, workspace_id, outcome, reason, email_key, properties, fields, created_at)
    select ${run.id}, "crmId", ${run.workspaceId}, outcome, reason, "emailKey", properties, fields, now()
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as told ("crmId" text, outcome text, reason text,
      "emailKey" text, properties jsonb, fields jsonb)
    on conflict (run_id, crm_id) do update set
      outcome = case known.outcome when 'create' then 'create' else excluded.outcome end,
      reason = excluded.reason,
      email_key = excluded.email_key,
      fields = excluded.fields,
      properties = known.properties || (
        select coalesce(jsonb_object_agg(name, case when known.properties ? name
          then change || jsonb_build_object('before', known.properties -> name -> 'before') else change end), '{}')
        from jsonb_each(excluded.properties) as told (name, change))`;
}
