import { sql } from 'drizzle-orm';
import type { Tx } from '../../client.ts';

/** A contact that an ongoing sync must look at because of a notice. */
export interface OngoingMatch {
  readonly inboxId: string;
  readonly crmId: string;
  readonly campaignId: string;
  readonly syncRunId: string;
  readonly connectionId: string;
  readonly workspaceId: string;
}

/**
 * Whom notices about contacts concern among the ongoing syncs of their connections. What a sync can answer with
 * something new is asked of it, and nothing else: a contact that came, came back or was merged, and a change of the
 * address or of a property that the campaign maps. Of all contacts whoever it is; of a list its members and whoever is
 * enrolled. A change that our app made is its own echo, and so is one of a property that we write by an application
 * that HubSpot does not name: without that, each write would cause a read for ever.
 */
export async function matchOngoing(
  tx: Tx,
  inboxIds: readonly string[],
  appId: string,
): Promise<OngoingMatch[]> {
  const rows = await tx.execute<{
    inbox_id: string;
    crm_id: string;
    campaign_id: string;
    sync_run_id: string;
    connection_id: string;
    workspace_id: string;
  }>(sql`
    with notice as (
      select i.id, i.kind, i.object_ids, i.property_name, i.change_source, i.source_id,
        s.id as sync_run_id, s.campaign_id, s.connection_id, s.workspace_id, t.scope_kind
      from webhook_inbox i
      join connections c on c.portal_id = i.portal_id and c.status <> 'disconnected'
      join sync_runs s on s.connection_id = c.id and s.kind = 'ongoing' and s.finished_at is null
      join sync_settings t on t.campaign_id = s.campaign_id
      where i.object_type = 'contact' and i.kind in ('created', 'changed', 'restored', 'merged')
        and i.id in (${sql.join(
          inboxIds.map((id) => sql`${id}`),
          sql`, `,
        )})
    ), telling as (
      select n.*, unnest(n.object_ids) as crm_id from notice n
      where n.kind <> 'changed' or (
        (n.property_name = 'email' or exists (
          select 1 from field_mappings m where m.campaign_id = n.campaign_id and m.section in ('sync-in', 'sync-out')
            and m.object_type = 'contact' and m.property = n.property_name))
        and not (coalesce(n.change_source, '') in ('INTEGRATION', 'API') and (
          coalesce(n.source_id, '') = ${appId} or (n.source_id is null and exists (
            select 1 from field_mappings m where m.campaign_id = n.campaign_id and m.section = 'sync-out'
              and m.object_type = 'contact' and m.property = n.property_name)))))
    )
    select distinct t.id as inbox_id, t.crm_id, t.campaign_id, t.sync_run_id, t.connection_id, t.workspace_id
    from telling t
    where t.scope_kind = 'all'
      or exists (select 1 from sync_members m where m.campaign_id = t.campaign_id and m.crm_id = t.crm_id)
      or exists (
        select 1 from person_crm_ids p
        join referrers r on r.person_id = p.person_id and r.campaign_id = t.campaign_id and r.merged_into is null
        where p.connection_id = t.connection_id and p.object_type = 'contact' and p.crm_id = t.crm_id)`);
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    crmId: row.crm_id,
    campaignId: row.campaign_id,
    syncRunId: row.sync_run_id,
    connectionId: row.connection_id,
    workspaceId: row.workspace_id,
  }));
}
