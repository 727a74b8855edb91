/** Turning a campaign's ongoing sync on and off, and what else of a campaign it follows. */
import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../db/client.ts';
import { type Campaign, loadMappings } from '../../db/queries/campaigns.ts';
import type { Connection } from '../../db/queries/connections.ts';
import { interruptLook } from '../../db/queries/list-looks.ts';
import {
  finishOngoingRun,
  insertOngoingRun,
  oweCatchUp,
  wantOngoing,
} from '../../db/queries/ongoing-syncs.ts';
import { enqueueNudges, enqueueStarts } from '../../db/queries/outbox.ts';
import { forgetHints } from '../../db/queries/sync-hints.ts';
import { settleIntents } from '../../db/queries/sync-intents.ts';
import { wantRun } from '../../db/queries/sync-run-views.ts';
import { openRuns, openSyncRun, type SyncRun } from '../../db/queries/sync-runs.ts';
import { acceptsSync } from '../../domain/campaign.ts';
import { mappingProblems } from '../../domain/field-mapping.ts';
import { contactSyncWorkflow } from '../../workflows/contract.ts';
import { Problem, unprocessable } from '../problem.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';

/**
 * S39: the campaign follows its contacts from this commit on, and a sync catches up with what came before. False, and
 * nothing changes, where it is on already. The caller holds the campaign's lock.
 */
export async function turnOn(tx: Tx, campaign: Campaign, connection: Connection): Promise<boolean> {
  const { workspaceId, id: campaignId } = campaign;
  await refuseUnmapped(tx, campaignId);
  const open = await openRuns(tx, campaignId);
  if (open.ongoing) return false;
  if (campaign.status === 'ended')
    throw new Problem(409, 'The campaign is ended; its contacts are not synced any more.');
  if (open.run?.kind === 'undo')
    throw new Problem(
      409,
      'An undo of this campaign is open. Wait until it is done, or stop it first: POST …/sync/stop.',
    );
  const owner = { workspaceId, campaignId, connectionId: connection.id, epoch: connection.epoch };
  const ongoing = await insertOngoingRun(tx, owner);
  await wantOngoing(tx, campaignId, 'on');
  await interruptLook(tx, campaignId);
  await catchUp(tx, campaign, ongoing);
  const address = contactSyncWorkflow({ ...owner, syncRunId: ongoing.id });
  await enqueueStarts(tx, [{ workspaceId, address }]);
  return true;
}

/**
 * S39: from this commit on no page is begun; who is a referrer stays one. False, and nothing changes, where it is off
 * already. The caller holds the campaign's lock.
 */
export async function turnOff(tx: Tx, { id: campaignId }: Pick<Campaign, 'id'>): Promise<boolean> {
  const { run: beside, ongoing } = await openRuns(tx, campaignId);
  // Nobody asked for the sync that catches up but the one who turned it on.
  if (ongoing && isCatchUpOf(ongoing, beside)) await wantRun(tx, campaignId, 'stopped');
  // Before the run, in the order in which a page stores them.
  if (ongoing) await settleIntents(tx, ongoing.id);
  const run = await finishOngoingRun(tx, campaignId);
  await wantOngoing(tx, campaignId, 'off');
  if (!run) return false;
  await interruptLook(tx, campaignId);
  await forgetHints(tx, campaignId);
  await nudge(tx, run);
  return true;
}

/** What a saved configuration means for the ongoing sync. `before` and `after` differ where it was edited. */
export async function followSetup(
  tx: Tx,
  {
    campaign,
    connection,
    before,
    after,
  }: {
    /** As it was before the save. */
    readonly campaign: Campaign;
    readonly connection: Connection;
    readonly before: HubSpotSetup['sync'];
    readonly after: HubSpotSetup['sync'];
  },
): Promise<void> {
  const movedHere = campaign.connectionId !== null && campaign.connectionId !== connection.id;
  if (!after.ongoing || movedHere) await turnOff(tx, campaign);
  if (movedHere || !isDeepStrictEqual(followed(before), followed(after))) await followAnew(tx, campaign);
  if (after.ongoing) await turnOn(tx, campaign, connection);
}

const followed = ({ scope, mappingsIn, mappingsOut }: HubSpotSetup['sync']) => ({
  scope,
  mappingsIn: byProperty(mappingsIn),
  mappingsOut: byProperty(mappingsOut),
});
const byProperty = (mappings: HubSpotSetup['sync']['mappingsIn']) =>
  Object.fromEntries(
    mappings.map(({ objectType, property, source }) => [`${objectType}.${property}`, source]),
  );

/** The scope or the mapping is another one now: what was hinted at is asked anew, by a sync. */
async function followAnew(tx: Tx, campaign: Campaign): Promise<void> {
  const { id: campaignId } = campaign;
  const { run, ongoing } = await openRuns(tx, campaignId);
  // Its cursor is a place in the scope that was.
  const isStale = run?.kind === 'sync' || run?.kind === 'preview';
  if (isStale) await wantRun(tx, campaignId, 'stopped');
  if (ongoing) {
    await interruptLook(tx, campaignId);
    await forgetHints(tx, campaignId);
    await catchUp(tx, campaign, ongoing);
  }
  if (ongoing || isStale) await nudge(tx, ongoing ?? (run as SyncRun));
}

/** A paused campaign rests, a published one goes on with what came meanwhile, an ended one is over. */
export async function followStatus(tx: Tx, campaign: Campaign): Promise<void> {
  const { ongoing } = await openRuns(tx, campaign.id);
  if (!ongoing) return;
  if (campaign.status === 'ended') await turnOff(tx, campaign);
  else await nudge(tx, ongoing);
}

/**
 * A sync now; or, where another run is open, once that is done: it may have passed what changed meanwhile. Of a campaign
 * that is paused the ongoing run begins it by itself, once the campaign is published again.
 */
async function catchUp(tx: Tx, campaign: Pick<Campaign, 'status'>, ongoing: SyncRun): Promise<void> {
  if (!acceptsSync(campaign.status)) return oweCatchUp(tx, ongoing.id, ongoing.id);
  const { workspaceId, campaignId, connectionId, epoch } = ongoing;
  const order = { workspaceId, campaignId, connectionId, epoch, ofRunId: ongoing.id };
  const { run, started } = await openSyncRun(tx, order);
  await oweCatchUp(tx, ongoing.id, started ? null : run.id);
}

const isCatchUpOf = (ongoing: SyncRun, run: SyncRun | null): boolean =>
  run?.kind === 'sync' && run.ofRunId === ongoing.id;

/** S34: without the link mapped nothing would be written. */
async function refuseUnmapped(tx: Tx, campaignId: string): Promise<void> {
  const problems = mappingProblems('sync', await loadMappings(tx, campaignId, 'sync-out'));
  if (problems.length > 0)
    throw unprocessable(problems.map(({ message }) => ({ field: 'sync.mappingsOut', message })));
}

async function nudge(tx: Tx, run: SyncRun): Promise<void> {
  const { workspaceId, campaignId, connectionId } = run;
  const address = contactSyncWorkflow({ workspaceId, campaignId, connectionId, syncRunId: run.id });
  await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'order' } }]);
}
