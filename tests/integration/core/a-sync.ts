/** Runs of a contact sync over `aPortal()`, without Temporal: slice after slice until the run is over. */
import { sql } from 'drizzle-orm';
import type { ActivityDependencies } from '../../../activities/dependencies.ts';
import { loadRunContext, type SliceOutcome } from '../../../activities/slice.ts';
import { syncPass } from '../../../activities/sync-pass.ts';
import { replaceMappings } from '../../../db/queries/campaigns.ts';
import { openSyncRun } from '../../../db/queries/sync-runs.ts';
import { campaigns, syncSettings } from '../../../db/schema/campaigns.ts';
import type { FieldMapping } from '../../../domain/field-mapping.ts';
import { aCampaign, type TestCampaign, type TestConnection } from './a-campaign.ts';
import type { Portal } from './a-portal.ts';
import { type Core, dependencies } from './core-under-test.ts';

type Field = Extract<FieldMapping['source'], { kind: 'dynamic' }>['field'];

const mapping = (property: string, field: Field): FieldMapping => ({
  objectType: 'contact',
  property,
  source: { kind: 'dynamic', field },
});

export interface SyncCampaign extends TestCampaign {
  readonly portal: Portal;
}

/** A campaign whose sync writes these properties; the link alone unless told. */
export async function aSyncCampaign(
  core: Core,
  portal: Portal,
  {
    out = { link: 'referral_link' },
    into = {},
    listId = null,
    connection,
  }: {
    readonly out?: Readonly<Record<string, Field>>;
    readonly into?: Readonly<Record<string, Field>>;
    readonly listId?: string | null;
    readonly connection?: TestConnection;
  } = {},
): Promise<SyncCampaign> {
  const campaign = await aCampaign(core, { ...(connection && { connection }) });
  const { workspaceId, campaignId } = campaign;
  await core.here.app.inWorkspace(workspaceId, async (tx) => {
    const [row] = await tx.select().from(campaigns).where(sql`id = ${campaignId}`);
    if (!row) throw new Error('No campaign');
    const mappings = (map: Readonly<Record<string, Field>>) =>
      Object.entries(map).map(([property, field]) => mapping(property, field));
    await replaceMappings(tx, row, 'sync-out', mappings(out));
    await replaceMappings(tx, row, 'sync-in', mappings(into));
    await tx.insert(syncSettings).values({
      campaignId,
      workspaceId,
      scopeKind: listId === null ? 'all' : 'list',
      listId,
      updatedAt: new Date().toISOString(),
    });
  });
  return { ...campaign, portal };
}

export const restoreEdits = (core: Core, { campaignId }: SyncCampaign, on: boolean) =>
  core.rows(sql`update sync_settings set restore_edits = ${on} where campaign_id = ${campaignId}`);

/** The campaign's open run, or a new one. */
export async function startRun(core: Core, campaign: SyncCampaign): Promise<string> {
  const { workspaceId, campaignId, connectionId, epoch } = campaign;
  const { run } = await core.here.app.inWorkspace(workspaceId, (tx) =>
    openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch }),
  );
  return run.id;
}

/** One slice, as one attempt of its activity. */
export async function runSlice(
  core: Core,
  { workspaceId, portal }: SyncCampaign,
  runId: string,
  changes: Partial<ActivityDependencies> = {},
): Promise<SliceOutcome> {
  const deps = dependencies(core, portal.open, changes);
  const context = await deps.db.inWorkspace(workspaceId, (tx) => loadRunContext(tx, runId));
  return syncPass(deps, context);
}

/** A whole run; its id. */
export async function sync(core: Core, campaign: SyncCampaign): Promise<string> {
  const runId = await startRun(core, campaign);
  for (let slice = await runSlice(core, campaign, runId); slice.kind === 'more'; )
    slice = await runSlice(core, campaign, runId);
  return runId;
}

export const exceptionsOf = (core: Core, runId: string) =>
  core.rows<{ crm_id: string; reason: string; detail: string | null }>(sql`
    select crm_id, reason, detail from sync_exceptions where run_id = ${runId} order by crm_id::bigint`);

export const changesOf = (core: Core, runId: string) =>
  core.rows<{ crm_id: string; outcome: string; properties: unknown }>(sql`
    select crm_id, outcome, properties from sync_changes where run_id = ${runId} order by crm_id::bigint`);

export const editsOf = (core: Core, { campaignId }: SyncCampaign) =>
  core.rows<{
    object_id: string;
    property: string;
    ours: string;
    theirs: string | null;
    restored: boolean;
  }>(sql`
    select object_id, property, ours, theirs, restored_at is not null as restored from crm_edits
    where campaign_id = ${campaignId} order by object_id::bigint, property`);

export async function runRow(core: Core, runId: string): Promise<Record<string, unknown>> {
  const [row] = await core.rows(sql`select * from sync_runs where id = ${runId}`);
  if (!row) throw new Error('No run');
  return row;
}
