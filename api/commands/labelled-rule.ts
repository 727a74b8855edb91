import type { Connection } from '../../db/queries/connections.ts';
import { lacksScope } from '../../hubspot/scopes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';
import { watchedType } from './portal-problems.ts';
import type { PortalSchema } from './portal-properties.ts';
import { readPortal } from './portal-schema.ts';

export async function readSchema(
  deps: ApiDependencies,
  connection: Connection,
  { refresh }: { readonly refresh: boolean },
): Promise<PortalSchema> {
  const contact = await readPortal(deps, connection, { part: 'contact-properties', refresh });
  // An account that did not grant deals can still use everything that needs contacts only.
  if (lacksScope(connection.scopes, 'crm.objects.deals.read'))
    return { contact: contact.content, deal: [], pipelines: [] };
  const deal = await readPortal(deps, connection, { part: 'deal-properties', refresh });
  const pipelines = await readPortal(deps, connection, { part: 'pipelines', refresh });
  return { contact: contact.content, deal: deal.content, pipelines: pipelines.content };
}

/** The rule with its type, and what HubSpot's screens call the things it names: sentences are made from the row alone. */
export function labelled(
  rule: HubSpotSetup['qualification'],
  portal: PortalSchema,
): HubSpotSetup['qualification'] {
  if (rule.kind === 'contact-property') {
    const definition = portal.contact.find(({ name }) => name === rule.property);
    const { property, initialValue, qualifyingValues } = rule;
    const propertyType = (definition && watchedType(definition)) ?? 'text';
    const options = definition?.options.map(({ value, label }) => [value, label]) ?? [];
    return {
      kind: 'contact-property',
      property,
      initialValue,
      qualifyingValues,
      propertyType,
      ...(definition && { propertyLabel: definition.label }),
      ...(propertyType === 'dropdown' && { valueLabels: Object.fromEntries(options) }),
    };
  }
  if (rule.kind === 'deal-stage') {
    const pipeline = portal.pipelines.find(({ id }) => id === rule.pipelineId);
    const { pipelineId, initialStageId, qualifyingStageIds } = rule;
    const stageLabels = Object.fromEntries(pipeline?.stages.map(({ id, label }) => [id, label]) ?? []);
    return { kind: 'deal-stage', pipelineId, initialStageId, qualifyingStageIds, stageLabels };
  }
  return rule;
}
