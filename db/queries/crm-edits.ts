/** Values of ours that people changed in HubSpot, and what we sent there, by which they are told apart. */
import { driverOf, type Tx } from '../client.ts';
import type { SyncRun } from './sync-runs.ts';

/** One property of one contact. */
export interface ContactProperty {
  readonly crmId: string;
  readonly property: string;
}

/** The key of a `ContactProperty` in a map. */
export const contactPropertyKey = ({ crmId, property }: ContactProperty): string => `${crmId}/${property}`;

/**
 * What we are known to have put into these properties of these contacts, by `contactPropertyKey`; absent where nothing.
 * Known are the drain's last values and the changes of the campaign's runs, without those that were undone or
 * of which nobody knows whether they were sent. The links of the referrers count as values, not as proof of a write:
 * they do not tell which property they went into.
 */
export async function sentValues(
  tx: Tx,
  run: Pick<SyncRun, 'campaignId' | 'connectionId'>,
  asked: readonly ContactProperty[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (asked.length === 0) return new Map();
  const rows = await driverOf(tx)<(ContactProperty & { readonly values: string[] })[]>`
    with asked as materialized (
      select * from json_to_recordset(${JSON.stringify(asked)}::text::json) as told ("crmId" text, property text)
    ), contact as materialized (select distinct "crmId" from asked),
    drained as (
      select a."crmId", a.property, unnest(w.sent_values) as value
      from asked a
      cross join lateral (
        select sent_values from crm_writes
        where connection_id = ${run.connectionId} and object_type = 'contact' and object_id = a."crmId"
          and property = a.property and sent_version > 0 limit 1) w
    ), changed as (
      select a."crmId", a.property, s.properties -> a.property ->> 'after' as value
      from sync_runs r
      cross join contact c
      cross join lateral (
        select properties from sync_changes where run_id = r.id and crm_id = c."crmId" limit 1) s
      join asked a on a."crmId" = c."crmId" and s.properties ? a.property
      where r.campaign_id = ${run.campaignId} and r.connection_id = ${run.connectionId}
        and r.kind in ('sync', 'retry', 'ongoing')
        and not s.properties -> a.property ?| array['undone', 'unconfirmed']
    ), proven as (select * from drained union select * from changed),
    linked as (
      select distinct p."crmId", p.property, r.crm_link_written as value
      from proven p
      cross join lateral (
        select person_id from person_crm_ids
        where connection_id = ${run.connectionId} and object_type = 'contact' and crm_id = p."crmId" limit 1) k
      cross join lateral (
        select crm_link_written from referrers
        where campaign_id = ${run.campaignId} and person_id = k.person_id and merged_into is null limit 1) r
      where r.crm_link_written is not null
    )
    select "crmId", property, json_agg(coalesce(value, '')) as values
    from (select * from proven union select * from linked) known
    group by "crmId", property`;
  return new Map(rows.map((row) => [contactPropertyKey(row), row.values]));
}

export interface CrmEdit extends ContactProperty {
  /** What we keep there. */
  readonly ours: string | null;
  /** What the person put there; null is empty. */
  readonly theirs: string | null;
  /** Written again in this very page. */
  readonly restored: boolean;
}

/**
 * Safe to repeat: one row per contact and property; while the person's value stays the same, so does the instant at
 * which it was first noticed.
 */
export async function recordEdits(
  tx: Tx,
  run: Pick<SyncRun, 'workspaceId' | 'campaignId' | 'connectionId'>,
  edits: readonly CrmEdit[],
): Promise<void> {
  if (edits.length === 0) return;
  await driverOf(tx)`
    insert into crm_edits as e (connection_id, object_type, object_id, property, workspace_id, campaign_id, ours,
      theirs, noticed_at, restored_at)
    select ${run.connectionId}, 'contact', "crmId", property, ${run.workspaceId}, ${run.campaignId}, ours, theirs, now(),
      case when restored then now() end
    from json_to_recordset(${JSON.stringify(edits)}::text::json) as told ("crmId" text, property text, ours text,
      theirs text, restored boolean)
    on conflict (connection_id, object_type, object_id, property) do update set
      campaign_id = excluded.campaign_id, ours = excluded.ours, theirs = excluded.theirs,
      restored_at = excluded.restored_at,
      noticed_at = case when e.theirs is not distinct from excluded.theirs and e.restored_at is null
        then e.noticed_at else excluded.noticed_at end`;
}

/** Whether a person's edit of a property of this campaign stands; asked once, so that nobody asks for every page. */
export async function hasStandingEdits(tx: Tx, campaignId: string): Promise<boolean> {
  const rows = await driverOf(tx)`
    select 1 from crm_edits where campaign_id = ${campaignId} and restored_at is null limit 1`;
  return rows.length > 0;
}

/** Edits that people took back: the value is ours again. Those that we restored stay, as a report. */
export async function forgetEdits(
  tx: Tx,
  connectionId: string,
  ended: readonly ContactProperty[],
): Promise<void> {
  if (ended.length === 0) return;
  await driverOf(tx)`
    delete from crm_edits e
    using json_to_recordset(${JSON.stringify(ended)}::text::json) as told ("crmId" text, property text)
    where e.connection_id = ${connectionId} and e.object_type = 'contact' and e.object_id = told."crmId"
      and e.property = told.property and e.restored_at is null`;
}

/** The properties of one contact in which a person's value stands, and that their campaigns do not restore. */
export async function standingEdits(
  tx: Tx,
  connectionId: string,
  objectId: string,
): Promise<ReadonlySet<string>> {
  const rows = await driverOf(tx)<{ property: string }[]>`
    select e.property from crm_edits e
    left join sync_settings s on s.campaign_id = e.campaign_id
    where e.connection_id = ${connectionId} and e.object_type = 'contact' and e.object_id = ${objectId}
      and e.restored_at is null and s.restore_edits is not true`;
  return new Set(rows.map(({ property }) => property));
}
