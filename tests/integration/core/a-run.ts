/** Runs of every kind through the activity itself, slice after slice until nothing of the campaign is open. */
import { sql } from 'drizzle-orm';
import { type CampaignSlice, contactSyncActivities } from '../../../activities/contact-sync.ts';
import type { ActivityDependencies } from '../../../activities/dependencies.ts';
import { openSyncRun } from '../../../db/queries/sync-runs.ts';
import type { SyncKind } from '../../../domain/sync.ts';
import type { SyncCampaign } from './a-sync.ts';
import { type Core, dependencies } from './core-under-test.ts';

export interface RunOrder {
  readonly kind: Exclude<SyncKind, 'ongoing'>;
  readonly ofRunId?: string;
  readonly onlyReason?: string;
}

export async function openRun(core: Core, campaign: SyncCampaign, order: RunOrder): Promise<string> {
  const { workspaceId, campaignId, connectionId, epoch } = campaign;
  const { run } = await core.here.app.inWorkspace(workspaceId, (tx) =>
    openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch, ...order }),
  );
  return run.id;
}

/** One slice, as one attempt of the activity. */
export const aSlice = (
  core: Core,
  { workspaceId, campaignId, portal }: SyncCampaign,
  changes: Partial<ActivityDependencies> = {},
): Promise<CampaignSlice> =>
  contactSyncActivities(dependencies(core, portal.open, changes)).syncSlice({
    workspaceId,
    campaignId,
    asOf: new Date().toISOString(),
  });

/** A whole run; its id. */
export async function runOf(core: Core, campaign: SyncCampaign, order: RunOrder): Promise<string> {
  const runId = await openRun(core, campaign, order);
  for (let slice = await aSlice(core, campaign); slice.kind === 'more'; )
    slice = await aSlice(core, campaign);
  return runId;
}

export interface ChangeRow extends Record<string, unknown> {
  readonly crm_id: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly properties: Record<string, { before: string | null; after: string | null; undone?: true }>;
  readonly fields: Record<string, { before: string | null; after: string | null }> | null;
  readonly undo: string | null;
}

/** What a run recorded of each contact, by its id. */
export async function findings(core: Core, runId: string): Promise<Readonly<Record<string, ChangeRow>>> {
  const rows = await core.rows<ChangeRow>(sql`
    select crm_id, outcome, reason, properties, fields, undo from sync_changes where run_id = ${runId}`);
  return Object.fromEntries(rows.map((row) => [row.crm_id, row]));
}

/** Everything that a preview must leave as it is, row by row. */
export const everythingOf = (core: Core, { workspaceId }: SyncCampaign) =>
  core.rows(sql`
    select 'person' as kind, to_jsonb(p) as held from people p where workspace_id = ${workspaceId}
    union all select 'contact', to_jsonb(c) from person_crm_ids c where workspace_id = ${workspaceId}
    union all select 'referrer', to_jsonb(r) from referrers r where workspace_id = ${workspaceId}
    union all select 'link', to_jsonb(l) from referral_links l where workspace_id = ${workspaceId}
    union all select 'write', to_jsonb(w) from crm_writes w where workspace_id = ${workspaceId}
    union all select 'edit', to_jsonb(e) from crm_edits e where workspace_id = ${workspaceId}
    union all select 'intent', to_jsonb(i) from sync_intents i where workspace_id = ${workspaceId}
    union all select 'exception', to_jsonb(x) from sync_exceptions x where workspace_id = ${workspaceId}
    order by 1, 2`);
