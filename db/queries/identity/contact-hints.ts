import { asc, eq, sql } from 'drizzle-orm';
import type { Tx } from '../../client.ts';
import { contactHints } from '../../schema/identity.ts';

/** A connection that has contacts to look at because of a notice. */
export interface HintedConnection {
  readonly inboxId: string;
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly epoch: number;
}

/** What may have changed who somebody is; a notice of anything else leaves identities alone. */
const telling = sql`i.object_type = 'contact' and (
  i.kind in ('merged', 'deleted', 'restored', 'privacy-deleted')
  or (i.kind = 'changed' and i.property_name in ('email', 'hs_additional_emails', 'hs_merged_object_ids')))`;

/** We give a contact its address when we create it, and never again: what our app says about it is an echo. */
const echo = (appId: string) => sql`n.kind = 'changed' and n.change_source in ('INTEGRATION', 'API') and (
  n.source_id = ${appId} or (n.source_id is null and exists (
    select 1 from crm_entries e
    where e.connection_id = n.connection_id and e.object_type = 'contact' and e.crm_id = n.crm_id
      and e.outcome = 'created' and n.occurred_at between e.attempted_at and e.entered_at + interval '2 seconds')))`;

/**
 * Hints every contact that is known to us and named by these notices, under any id it ever had; one row each, however
 * often it is said, in one order for everybody.
 */
export async function hintKnownContacts(
  tx: Tx,
  inboxIds: readonly string[],
  appId: string,
): Promise<HintedConnection[]> {
  if (inboxIds.length === 0) return [];
  const rows = await tx.execute<{
    inbox_id: string;
    connection_id: string;
    workspace_id: string;
    epoch: number;
  }>(sql`
    with named as (
      select i.id as inbox_id, c.id as connection_id, c.workspace_id, c.epoch, unnest(i.object_ids) as crm_id,
        i.kind, i.change_source, i.source_id, i.occurred_at
      from webhook_inbox i
      join connections c on c.portal_id = i.portal_id and c.status <> 'disconnected'
      where ${telling} and i.id in (${sql.join(
        inboxIds.map((id) => sql`${id}`),
        sql`, `,
      )})
    ), held as (
      select n.* from named n
      join person_crm_ids k on k.connection_id = n.connection_id and k.object_type = 'contact' and k.crm_id = n.crm_id
      where not (${echo(appId)})
    ), hinted as (
      insert into contact_hints as h (connection_id, crm_id, workspace_id, hinted_at)
      select distinct connection_id, crm_id, workspace_id, now() from held order by connection_id, crm_id
      on conflict (connection_id, crm_id) do update set version = h.version + 1
    )
    select distinct inbox_id, connection_id, workspace_id, epoch from held`);
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    connectionId: row.connection_id,
    workspaceId: row.workspace_id,
    epoch: row.epoch,
  }));
}

/** The same for contacts that we have met ourselves. */
export async function hintContacts(
  tx: Tx,
  place: { readonly workspaceId: string; readonly connectionId: string },
  crmIds: readonly string[],
): Promise<void> {
  if (crmIds.length === 0) return;
  const hintedAt = new Date().toISOString();
  await tx
    .insert(contactHints)
    .values([...new Set(crmIds)].toSorted().map((crmId) => ({ ...place, crmId, hintedAt })))
    .onConflictDoUpdate({
      target: [contactHints.connectionId, contactHints.crmId],
      set: { version: sql`${contactHints.version} + 1` },
    });
}

/** One reading answers the hint as it stood before it, and none that came later. */
export interface TakenHint {
  readonly crmId: string;
  readonly version: number;
}

/** The oldest first, so that no stream of new ones keeps one waiting. */
export const takeHints = (tx: Tx, connectionId: string, limit: number): Promise<TakenHint[]> =>
  tx
    .select({ crmId: contactHints.crmId, version: contactHints.version })
    .from(contactHints)
    .where(eq(contactHints.connectionId, connectionId))
    .orderBy(asc(contactHints.hintedAt), asc(contactHints.crmId))
    .limit(limit);

/** These are done, but for those that were given again since they were taken. */
export async function dropHints(tx: Tx, connectionId: string, hints: readonly TakenHint[]): Promise<void> {
  if (hints.length === 0) return;
  await tx.execute(sql`
    with done as (
      select h.crm_id from contact_hints h
      join (values ${sql.join(
        hints.map(({ crmId, version }) => sql`(${crmId}::text, ${version}::int)`),
        sql`, `,
      )}) as t (crm_id, version) on t.crm_id = h.crm_id and t.version = h.version
      where h.connection_id = ${connectionId} order by h.crm_id for update of h
    )
    delete from contact_hints h using done where h.connection_id = ${connectionId} and h.crm_id = done.crm_id`);
}
