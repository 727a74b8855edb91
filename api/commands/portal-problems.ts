/** What the connected account says against a configuration: missing or read-only properties, wrong types, stages, options. */
import { ruleProblems } from '../../domain/qualification-rule.ts';
import type { PropertyDefinition } from '../../hubspot/gateway.ts';
import type { FieldProblem } from '../problem.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';
import {
  findProperty,
  optionProblems,
  type PortalSchema,
  readProblems,
  unknownProperty,
  writtenProblems,
} from './portal-properties.ts';

type Rule<K> = Extract<HubSpotSetup['qualification'], { readonly kind: K }>;

export function portalProblems(setup: HubSpotSetup, portal: PortalSchema): readonly FieldProblem[] {
  const { personInvited, personReferring, sync, qualification, saleValue } = setup;
  return [
    ...writtenProblems('personInvited.mappings', personInvited.mappings, portal),
    ...writtenProblems('personReferring.mappings', personReferring.mappings, portal),
    ...writtenProblems('sync.mappingsOut', sync.mappingsOut, portal),
    ...readProblems('sync.mappingsIn', sync.mappingsIn, portal),
    ...(qualification.kind === 'contact-property' ? propertyRuleProblems(qualification, portal) : []),
    ...(qualification.kind === 'deal-stage' ? stageProblems(qualification, portal) : []),
    ...(saleValue ? saleValueProblems(saleValue, portal) : []),
  ];
}

/** S54: which way a property's values are compared; null for a type that cannot be watched. */
export function watchedType({ type, fieldType }: PropertyDefinition): 'text' | 'dropdown' | null {
  if (type === 'string' && fieldType === 'text') return 'text';
  return type === 'enumeration' && (fieldType === 'select' || fieldType === 'radio') ? 'dropdown' : null;
}

function propertyRuleProblems(rule: Rule<'contact-property'>, { contact }: PortalSchema): FieldProblem[] {
  const definition = findProperty(contact, rule.property);
  const field = 'qualification.property';
  if (!definition) return [unknownProperty(field, 'contact', rule.property)];
  const propertyType = watchedType(definition);
  if (propertyType === null) {
    return [
      {
        field,
        message: `"${rule.property}" is neither a single-line text nor a dropdown select. Choose a property of one of these types.`,
      },
    ];
  }
  if (definition.readOnly && rule.initialValue !== null) {
    return [
      {
        field,
        message: `HubSpot does not let anyone write "${rule.property}". Choose another property, or leave out the value at creation.`,
      },
    ];
  }
  const { property, initialValue, qualifyingValues } = rule;
  const asText =
    propertyType === 'text'
      ? ruleProblems({ kind: 'contact-property', property, propertyType, initialValue, qualifyingValues })
      : [];
  return [
    ...optionProblems('qualification.qualifyingValues', definition, rule.qualifyingValues),
    ...(rule.initialValue === null
      ? []
      : optionProblems('qualification.initialValue', definition, [rule.initialValue])),
    ...asText.map((problem) => ({ field: `qualification.${problem.field}`, message: problem.message })),
  ];
}

/** S60: the stages must be of the chosen pipeline. */
function stageProblems(rule: Rule<'deal-stage'>, { pipelines }: PortalSchema): FieldProblem[] {
  const pipeline = pipelines.find(({ id }) => id === rule.pipelineId);
  if (!pipeline) {
    return [
      {
        field: 'qualification.pipelineId',
        message: `HubSpot has no deal pipeline "${rule.pipelineId}". Choose one of the connected account.`,
      },
    ];
  }
  const belongs = (stage: string) => pipeline.stages.some(({ id }) => id === stage);
  const problem = (field: string, stage: string) => ({
    field: `qualification.${field}`,
    message: `"${stage}" is not a stage of the pipeline "${pipeline.label}". Choose one of its own stages.`,
  });
  return [
    ...(belongs(rule.initialStageId) ? [] : [problem('initialStageId', rule.initialStageId)]),
    ...rule.qualifyingStageIds.flatMap((stage, index) =>
      belongs(stage) ? [] : [problem(`qualifyingStageIds.${index}`, stage)],
    ),
  ];
}

function saleValueProblems(
  { object, property }: NonNullable<HubSpotSetup['saleValue']>,
  portal: PortalSchema,
): FieldProblem[] {
  const definition = findProperty(portal[object], property);
  const field = 'saleValue.property';
  if (!definition) return [unknownProperty(field, object, property)];
  return definition.type === 'number' || definition.type === 'string'
    ? []
    : [{ field, message: `"${property}" holds no amount. Choose a number or text property.` }];
}
