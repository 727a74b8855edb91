import type { Tx } from '../../db/client.ts';
import type { Campaign } from '../../db/queries/campaigns.ts';
import { dropMapping, foreignMappings, lockPropertyClaims } from '../../db/queries/property-claims.ts';
import { toPublicId } from '../../domain/id.ts';
import type { MappableField } from '../../domain/mappable-field.ts';
import { newPropertyFor } from '../../domain/new-property.ts';
import { clashesAcross, ownValue } from '../../domain/property-claim.ts';
import { type FieldProblem, type Suggestion, unprocessable } from '../problem.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';
import { type WrittenMapping, writtenMappings } from './written-mappings.ts';

/**
 * C9: two campaigns that wrote their own link or figures into one property would overwrite each other for ever: the
 * second one to be saved is refused, with the request that makes a property of its own. A campaign that has ended loses
 * such a property to the one that is saved. Holds a lock to the end of the transaction, so the caller stores in it.
 */
export async function claimProperties(
  tx: Tx,
  { campaign, connectionId, setup }: { campaign: Campaign; connectionId: string; setup: HubSpotSetup },
): Promise<void> {
  await lockPropertyClaims(tx, campaign.workspaceId);
  const mine = writtenMappings(setup).filter(({ mapping }) => mapping.objectType === 'contact');
  const properties = [...new Set(mine.map(({ mapping }) => mapping.property))];
  const foreign = await foreignMappings(tx, { campaignId: campaign.id, connectionId, properties });
  const clashes = mine.flatMap((each) =>
    foreign.filter((theirs) => clashesAcross(each, theirs)).map((theirs) => ({ each, theirs })),
  );
  const problems = clashes.flatMap(({ each, theirs }) =>
    theirs.campaign.ended ? [] : [takenProblem(each, theirs.campaign.name, campaign.id)],
  );
  // One problem per mapping, however many campaigns are in its way.
  const first = new Map(problems.toReversed().map((problem) => [problem.field, problem]));
  if (first.size > 0) throw unprocessable([...first.values()].toReversed());
  for (const { theirs } of clashes) await dropMapping(tx, connectionId, theirs);
}

function takenProblem(
  { section, mapping, path }: WrittenMapping,
  other: string,
  campaignId: string,
): FieldProblem {
  const { property, source } = mapping;
  const field = ownValue(section, mapping) ?? (source.kind === 'dynamic' ? source.field : null);
  const suggestion = field && newPropertyFor(field) ? { suggestion: ownProperty(field, campaignId) } : {};
  return {
    field: `${path}.property`,
    message: `The campaign "${other}" writes into "${property}" already, and the two would overwrite each other. Create a property of its own for this campaign.`,
    ...suggestion,
  };
}

const ownProperty = (field: MappableField, campaignId: string): Suggestion => ({
  method: 'POST',
  path: '/api/v1/hubspot/properties',
  body: { fields: [field], campaignId: toPublicId('campaign', campaignId) },
});
