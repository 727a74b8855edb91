import type { Tx } from '../../db/client.ts';
import { type Campaign, loadCampaign, lockCampaign } from '../../db/queries/campaigns.ts';
import { type Connection, holdEpoch } from '../../db/queries/connections.ts';
import { referralKeyProperty } from '../../domain/referral.ts';
import { isHubSpotError } from '../../hubspot/failures.ts';
import { lacksScope } from '../../hubspot/scopes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { refuseStale } from '../etag.ts';
import { connectFirst, type FieldProblem, notFound, Problem, unprocessable } from '../problem.ts';
import type { HubSpotSetup, HubSpotSetupEdit } from '../schemas/hubspot-setup.ts';
import { readSetup } from './campaign-setup.ts';
import { invitedOwnerProblems } from './hubspot-owners.ts';
import { labelled, readSchema } from './labelled-rule.ts';
import { portalProblems } from './portal-problems.ts';
import { type PortalSchema, withPropertyTypes } from './portal-properties.ts';
import { activeConnection, openInteractive } from './portal-schema.ts';
import { claimProperties } from './property-claims.ts';
import { setupProblems } from './setup-problems.ts';
import { storeSetup } from './store-setup.ts';

const dealKey = {
  name: referralKeyProperty,
  label: 'Vouchflow referral id',
  type: 'string',
  fieldType: 'text',
  hasUniqueValue: true,
} as const;

/**
 * Saves a campaign's HubSpot configuration as a whole: what is left out stays as it was, and the result must hold
 * together and fit the connected account (S62, S73, S54, S60, S81–S83), else nothing is saved.
 */
export async function configureCampaign(
  deps: ApiDependencies,
  input: {
    readonly workspaceId: string;
    readonly campaignId: string;
    readonly edit: HubSpotSetupEdit;
    readonly expectedVersion: number | null;
  },
): Promise<{ readonly campaign: Campaign; readonly setup: HubSpotSetup }> {
  const { workspaceId, campaignId, edit, expectedVersion } = input;
  const inWorkspace = <T>(work: (tx: Tx) => Promise<T>) => deps.database.app.inWorkspace(workspaceId, work);
  const before = await inWorkspace(async (tx) => {
    const campaign = await loadCampaign(tx, campaignId);
    if (!campaign) throw notFound('campaign');
    return { campaign, setup: await readSetup(tx, campaign) };
  });
  refuseStale(before.campaign, expectedVersion);
  const wanted: HubSpotSetup = { ...before.setup, ...present(edit) };
  const connection = await activeConnection(deps, workspaceId);
  refuse(setupProblems(wanted));
  const setup = await fitted(deps, connection, wanted);
  if (setup.qualification.kind === 'deal-stage') {
    await openInteractive(deps, connection).properties.ensure('deal', [dealKey]);
  }
  return inWorkspace(async (tx) => {
    const campaign = await lockCampaign(tx, campaignId);
    if (!campaign) throw notFound('campaign');
    // What was checked is what was read above: an edit since then must be checked anew.
    refuseStale(campaign, before.campaign.version);
    if (!(await holdEpoch(tx, connection.id, connection.epoch))) throw connectFirst();
    await claimProperties(tx, { campaign, connectionId: connection.id, setup });
    const saved = await storeSetup(tx, { campaign, connection, setup, before: before.setup });
    return { campaign: saved, setup: await readSetup(tx, saved) };
  });
}

const present = (edit: HubSpotSetupEdit) =>
  Object.fromEntries(Object.entries(edit).filter(([, part]) => part !== undefined)) as Partial<HubSpotSetup>;

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw unprocessable(problems);
}

/** Checked against the cache first; what it says against the configuration is believed only when freshly read. */
async function fitted(
  deps: ApiDependencies,
  connection: Connection,
  setup: HubSpotSetup,
): Promise<HubSpotSetup> {
  if (setup.qualification.kind === 'deal-stage' && lacksScope(connection.scopes, 'crm.objects.deals.write')) {
    throw new Problem(
      409,
      'The HubSpot account did not grant deals, which the deal stage method needs. Connect HubSpot again and grant them.',
    );
  }
  const cached = await readSchema(deps, connection, { refresh: false });
  const portal =
    portalProblems(setup, cached).length > 0 ? await readSchema(deps, connection, { refresh: true }) : cached;
  refuse([
    ...portalProblems(setup, portal),
    ...(await listProblems(deps, connection, setup.sync.scope)),
    ...(await invitedOwnerProblems(deps, connection, setup.personInvited)),
  ]);
  return {
    ...setup,
    ...typed(setup, portal),
    qualification: labelled(setup.qualification, portal),
  };
}

/** The sections with the type of each mapped property beside it, for whoever writes the values. */
const typed = (
  { personInvited, personReferring, sync }: HubSpotSetup,
  portal: PortalSchema,
): Pick<HubSpotSetup, 'personInvited' | 'personReferring' | 'sync'> => ({
  personInvited: { ...personInvited, mappings: withPropertyTypes(personInvited.mappings, portal) },
  personReferring: { ...personReferring, mappings: withPropertyTypes(personReferring.mappings, portal) },
  sync: {
    ...sync,
    mappingsIn: withPropertyTypes(sync.mappingsIn, portal),
    mappingsOut: withPropertyTypes(sync.mappingsOut, portal),
  },
});

/** S29: a list may be gone since it was chosen; HubSpot is asked, since nothing else would tell before the run. */
async function listProblems(
  deps: ApiDependencies,
  connection: Connection,
  scope: HubSpotSetup['sync']['scope'],
): Promise<readonly FieldProblem[]> {
  if (scope.kind === 'all') return [];
  const field = 'sync.scope.listId';
  if (lacksScope(connection.scopes, 'crm.lists.read')) {
    const message =
      'The HubSpot account did not grant lists (crm.lists.read). Connect HubSpot again and grant them, or sync all contacts.';
    return [{ field, message }];
  }
  try {
    await openInteractive(deps, connection).lists.read(scope.listId);
    return [];
  } catch (error) {
    if (!isHubSpotError(error, 'not-found', 'invalid')) throw error;
    return [
      { field, message: `HubSpot has no list of contacts "${scope.listId}" any more. Choose another one.` },
    ];
  }
}
