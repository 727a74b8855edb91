/** What a run is about to write, kept until it is known to be written; see `db/schema/campaigns.ts`. */
import type { ValueChange } from '../../domain/value-change.ts';
import { driverOf, type Tx } from '../client.ts';
import type { SyncRun } from './sync-runs.ts';

/** The changes of one page, by contact and property. */
export type PageChanges = Readonly<Record<string, Readonly<Record<string, ValueChange>>>>;

/** What an attempt that died was about to write for one contact: HubSpot may hold it or not. */
export interface LeftOver {
  readonly page: string;
  readonly changes: Readonly<Record<string, ValueChange>>;
}

type RunOwner = Pick<SyncRun, 'id' | 'workspaceId'>;

/**
 * Stored in the transaction that enrols a page, before HubSpot is asked to write it; so is how many it enrolled, which
 * a repeated page could not tell any more. Safe to repeat.
 */
export async function storeIntent(
  tx: Tx,
  run: RunOwner,
  page: { readonly key: string; readonly changes: PageChanges; readonly enrolled: number },
): Promise<void> {
  const raw = driverOf(tx);
  const { key, changes, enrolled } = page;
  if (Object.keys(changes).length > 0) {
    await raw`
      with intent as (
        insert into sync_intents (run_id, page, workspace_id, changes)
        values (${run.id}, ${key}, ${run.workspaceId}, ${JSON.stringify(changes)}::text::jsonb)
        on conflict (run_id, page) do update set changes = excluded.changes
      )
      update sync_runs set enrolled = enrolled + ${enrolled}::int where id = ${run.id} and ${enrolled}::int > 0`;
  } else if (enrolled > 0) {
    await raw`update sync_runs set enrolled = enrolled + ${enrolled}::int where id = ${run.id}`;
  }
}

/** By contact; empty unless an attempt died. */
export async function leftOverIntents(tx: Tx, runId: string): Promise<ReadonlyMap<string, LeftOver>> {
  const rows = await driverOf(tx)<{ readonly page: string; readonly changes: PageChanges }[]>`
    select page, changes from sync_intents where run_id = ${runId}`;
  return new Map(
    rows.flatMap(({ page, changes }) =>
      Object.entries(changes).map(([crmId, change]) => [crmId, { page, changes: change }] as const),
    ),
  );
}

/** These pages are recorded, or will certainly not be written. */
export async function forgetIntents(tx: Tx, runId: string, pages: readonly string[]): Promise<void> {
  if (pages.length === 0) return;
  await driverOf(tx)`
    delete from sync_intents i using json_array_elements_text(${JSON.stringify(pages)}::text::json) as told (page)
    where i.run_id = ${runId} and i.page = told.page`;
}

/**
 * A run ends while pages of it are in doubt: their changes are recorded as `unconfirmed`, so that an undo looks at
 * them. A contact may be in several, where pages were cut otherwise between two attempts. Nothing is asked of HubSpot
 * any more.
 */
export async function settleIntents(tx: Tx, runId: string): Promise<void> {
  await driverOf(tx)`
    with doubtful as (delete from sync_intents where run_id = ${runId} returning run_id, workspace_id, changes)
    insert into sync_changes as known (run_id, crm_id, workspace_id, outcome, properties, created_at)
    select d.run_id, told.crm_id, d.workspace_id, 'update',
      jsonb_object_agg(each.property, each.change || '{"unconfirmed": true}'), now()
    from doubtful d
    cross join lateral jsonb_each(d.changes) as told (crm_id, properties)
    cross join lateral jsonb_each(told.properties) as each (property, change)
    group by d.run_id, told.crm_id, d.workspace_id
    on conflict (run_id, crm_id) do update set properties = excluded.properties || known.properties`;
}
