import type { Tx } from '../../db/client.ts';
import { campaignWithLinkProperty } from '../../db/queries/campaign-edits.ts';
import { type Campaign, loadCampaign, lockCampaign } from '../../db/queries/campaigns.ts';
import { type Connection, holdEpoch } from '../../db/queries/connections.ts';
import { referralKeyProperty } from '../../domain/referral.ts';
import { lacksScope } from '../../hubspot/scopes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { refuseStale } from '../etag.ts';
import { connectFirst, type FieldProblem, notFound, Problem, unprocessable } from '../problem.ts';
import type { HubSpotSetup, HubSpotSetupEdit } from '../schemas/hubspot-setup.ts';
import { readSetup } from './campaign-setup.ts';
import { labelled, readSchema } from './labelled-rule.ts';
import { portalProblems } from './portal-problems.ts';
import { activeConnection, openInteractive } from './portal-schema.ts';
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
    await refuseSharedLinkProperty(tx, campaign, setup);
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
  refuse(portalProblems(setup, portal));
  return { ...setup, qualification: labelled(setup.qualification, portal) };
}

/** Two campaigns that write their link into one property would overwrite each other for ever. */
async function refuseSharedLinkProperty(
  tx: Tx,
  campaign: Campaign,
  { sync, personReferring }: HubSpotSetup,
): Promise<void> {
  const parts = [
    ['sync.mappingsOut', sync.mappingsOut],
    ['personReferring.mappings', personReferring.mappings],
  ] as const;
  for (const [path, mappings] of parts) {
    const index = mappings.findIndex(
      ({ source }) => source.kind === 'dynamic' && source.field === 'referral_link',
    );
    const property = mappings[index]?.property;
    if (property === undefined) continue;
    const { workspaceId, id: campaignId } = campaign;
    const other = await campaignWithLinkProperty(tx, { workspaceId, campaignId, property });
    if (!other) continue;
    const message = `The campaign "${other.name}" writes its referral link into "${property}". Create another property in HubSpot for this one.`;
    refuse([{ field: `${path}.${index}.property`, message }]);
  }
}
