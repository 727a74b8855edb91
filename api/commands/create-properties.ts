import { type Campaign, loadCampaign } from '../../db/queries/campaigns.ts';
import type { Connection } from '../../db/queries/connections.ts';
import { foreignMappings } from '../../db/queries/property-claims.ts';
import type { MappableField } from '../../domain/mappable-field.ts';
import { campaignPropertyName, newPropertyFor } from '../../domain/new-property.ts';
import { holdProblem } from '../../domain/property-fit.ts';
import { isHubSpotError } from '../../hubspot/failures.ts';
import type { NewProperty, PropertyDefinition } from '../../hubspot/gateway.ts';
import { lacksScope } from '../../hubspot/scopes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type FieldProblem, notFound, Problem, unprocessable } from '../problem.ts';
import { findProperty } from './portal-properties.ts';
import { activeConnection, keepPortal, openInteractive, readPortal } from './portal-schema.ts';

const neededScope = 'crm.schemas.contacts.write';

export interface FieldProperty {
  readonly field: MappableField;
  readonly property: PropertyDefinition;
  readonly created: boolean;
}

interface Wish {
  readonly field: MappableField;
  readonly wanted: NewProperty;
  /** Where the field stands in the request. */
  readonly path: string;
}

/**
 * One click instead of HubSpot's settings: our property group, and a contact property for each field that has none.
 * Safe to repeat and to race: what is there is taken as it is. Nothing is made when one of them cannot be; a failure
 * half-way leaves what was made, and the next try goes on from there.
 */
export async function createProperties(
  deps: ApiDependencies,
  input: {
    readonly workspaceId: string;
    readonly fields: readonly MappableField[];
    readonly campaignId: string | null;
  },
): Promise<readonly FieldProperty[]> {
  const connection = await activeConnection(deps, input.workspaceId);
  const wishes = await wishesOf(deps, connection, input);
  const { content: known } = await readPortal(deps, connection, {
    part: 'contact-properties',
    refresh: true,
  });
  refuseUnfit(wishes, known);
  const missing = wishes.filter(({ wanted }) => !findProperty(known, wanted.name));
  if (missing.length > 0 && lacksScope(connection.scopes, neededScope)) throw scopeMissing();
  const made: Made[] = [];
  for (const wish of missing) made.push(await makeProperty(deps, connection, wish));
  const now = [...known, ...made.map(({ property }) => property)];
  if (made.length > 0) await keepPortal(deps, connection, { part: 'contact-properties', content: now });
  refuseUnfit(wishes, now);
  return wishes.flatMap(({ field, wanted: { name } }) => {
    const property = findProperty(now, name);
    const created = made.some((each) => each.created && each.property === property);
    return property ? [{ field, property, created }] : [];
  });
}

interface Made {
  readonly property: PropertyDefinition;
  /** False when somebody else was quicker. */
  readonly created: boolean;
}

async function wishesOf(
  deps: ApiDependencies,
  connection: Connection,
  { workspaceId, fields, campaignId }: Parameters<typeof createProperties>[1],
): Promise<readonly Wish[]> {
  const plain = [...new Set(fields)].map((field) => ({
    field,
    wanted: newPropertyFor(field),
    path: `fields.${fields.indexOf(field)}`,
  }));
  const unmakeable = plain.filter(({ wanted }) => wanted === null);
  if (unmakeable.length > 0) {
    throw unprocessable(
      unmakeable.map(({ field, path }) => ({
        field: path,
        message: `"${field}" gets no property of ours: map it to the one that HubSpot has for it, or to one that you made.`,
      })),
    );
  }
  const shared = plain.flatMap(({ wanted, ...wish }) => (wanted ? [{ ...wish, wanted }] : []));
  return campaignId === null ? shared : ofCampaign(deps, connection, { workspaceId, campaignId, shared });
}

/** Names with the campaign's slug; where another campaign writes there, since slugs can be changed, with its id too. */
async function ofCampaign(
  { database }: ApiDependencies,
  connection: Connection,
  { workspaceId, campaignId, shared }: { workspaceId: string; campaignId: string; shared: readonly Wish[] },
): Promise<readonly Wish[]> {
  return database.app.inWorkspace(workspaceId, async (tx) => {
    const campaign = await loadCampaign(tx, campaignId);
    if (!campaign) throw notFound('campaign');
    const names = shared.map(({ wanted }) => campaignPropertyName(wanted.name, campaign));
    const foreign = await foreignMappings(tx, {
      campaignId,
      connectionId: connection.id,
      properties: names,
    });
    const taken = new Set(
      foreign.filter((theirs) => !theirs.campaign.ended).map(({ mapping }) => mapping.property),
    );
    return shared.map((wish) => ({ ...wish, wanted: forCampaign(wish.wanted, campaign, taken) }));
  });
}

function forCampaign(wanted: NewProperty, campaign: Campaign, taken: ReadonlySet<string>): NewProperty {
  const bySlug = campaignPropertyName(wanted.name, campaign);
  const name = taken.has(bySlug) ? campaignPropertyName(wanted.name, campaign, { withId: true }) : bySlug;
  return { ...wanted, name, label: `${wanted.label} (${campaign.name})` };
}

/** What has the name already must be able to hold the field. */
function refuseUnfit(wishes: readonly Wish[], known: readonly PropertyDefinition[]): void {
  const problems = wishes.flatMap(({ field, wanted: { name }, path }): FieldProblem[] => {
    const property = findProperty(known, name);
    const problem = property ? holdProblem(field, property) : null;
    if (problem === null) return [];
    const message = `"${name}" is in HubSpot already and ${problem} Map another property, or archive this one in HubSpot and try again.`;
    return [{ field: path, message }];
  });
  if (problems.length > 0) throw unprocessable(problems);
}

async function makeProperty(
  deps: ApiDependencies,
  connection: Connection,
  { wanted, path }: Wish,
): Promise<Made> {
  const { properties } = openInteractive(deps, connection);
  try {
    return { property: await properties.create('contact', { property: wanted }), created: true };
  } catch (error) {
    if (isHubSpotError(error, 'missing-scope')) throw scopeMissing();
    if (isHubSpotError(error, 'invalid')) {
      const code = error.detail.code ? ` (${error.detail.code})` : '';
      const message = `HubSpot refused to make the property "${wanted.name}"${code}. Make one in HubSpot and map it.`;
      throw unprocessable([{ field: path, message }]);
    }
    if (!isHubSpotError(error, 'conflict', 'outcome-unknown')) throw error;
    // Somebody was quicker, or the answer got lost: the list tells.
    const found = findProperty(await properties.list('contact'), wanted.name);
    if (found) return { property: found, created: error.kind === 'outcome-unknown' };
    if (error.kind !== 'conflict') throw error;
    const message = `HubSpot keeps the name "${wanted.name}" of an archived property. Restore it in HubSpot, then try again.`;
    throw unprocessable([{ field: path, message }]);
  }
}

const scopeMissing = () =>
  new Problem(
    409,
    `The HubSpot account did not grant ${neededScope}, which making properties needs. Connect HubSpot again and grant it, or make the properties in HubSpot.`,
  );
