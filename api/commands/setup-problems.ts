/** What is wrong with a campaign's HubSpot configuration in itself, before HubSpot is asked anything. */
import { type MappingSection, mappingProblems } from '../../domain/field-mapping.ts';
import { clashesWithin } from '../../domain/property-claim.ts';
import { type QualificationCondition, ruleProblems } from '../../domain/qualification-rule.ts';
import { rewardProblems } from '../../domain/reward-rule.ts';
import { saleValueProblem } from '../../domain/sale-value.ts';
import type { FieldProblem } from '../problem.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';
import { writtenMappings } from './written-mappings.ts';

export function setupProblems(setup: HubSpotSetup): readonly FieldProblem[] {
  return [
    ...methodProblems(setup),
    ...under('qualification', ruleProblems(condition(setup.qualification))),
    ...saleValueProblems(setup),
    ...rewardProblems(setup.rewards, { hasSaleValue: setup.saleValue !== null }),
    ...sectionProblems(setup),
    ...claimProblems(setup),
  ].map(({ field, message }) => ({ field, message }));
}

/** Until HubSpot is asked, values are compared exactly; the portal check compares text as text. */
const condition = (rule: HubSpotSetup['qualification']): QualificationCondition => {
  if (rule.kind !== 'contact-property') return rule;
  const { property, initialValue, qualifyingValues, propertyType = 'dropdown' } = rule;
  return { kind: 'contact-property', property, initialValue, qualifyingValues, propertyType };
};

/** S49, S56: a deal is made exactly when the rule watches its stage; a contact property needs the contact. */
function methodProblems({
  personInvited: { action },
  qualification: { kind },
}: HubSpotSetup): FieldProblem[] {
  const field = 'personInvited.action';
  if (kind === 'deal-stage' && action !== 'create-contact-and-deal') {
    return [
      {
        field,
        message:
          'The deal stage method creates a deal for each person invited: set the action to create-contact-and-deal.',
      },
    ];
  }
  if (kind !== 'deal-stage' && action === 'create-contact-and-deal') {
    return [
      {
        field,
        message:
          'A deal needs the stage that it starts in: choose the deal stage method, or set the action to create-contact.',
      },
    ];
  }
  if (kind === 'contact-property' && action === 'none') {
    return [
      {
        field,
        message:
          'The contact property method watches the contact of the person invited: set the action to create-contact.',
      },
    ];
  }
  return [];
}

function saleValueProblems({ saleValue, qualification }: HubSpotSetup): readonly FieldProblem[] {
  const problem = saleValue && saleValueProblem(qualification.kind, saleValue.object);
  return problem ? [problem] : [];
}

/** A section that is off needs no mapping; what is mapped there is still looked at. */
function sectionProblems({ personInvited, personReferring, sync }: HubSpotSetup): FieldProblem[] {
  const of = (section: MappingSection, mappings: HubSpotSetup['sync']['mappingsOut'], on: boolean) =>
    mappingProblems(section, mappings).filter(({ field }) => on || field !== 'mappings');
  return [
    ...under('personInvited', of('person-invited', personInvited.mappings, personInvited.action !== 'none')),
    ...dealMappings(personInvited),
    ...under(
      'personReferring',
      of('person-referring', personReferring.mappings, personReferring.action !== 'none'),
    ),
    ...renamed('sync.mappingsIn', of('sync-in', sync.mappingsIn, true)),
    ...renamed('sync.mappingsOut', of('sync', sync.mappingsOut, sync.mappingsOut.length > 0)),
  ];
}

/** Within a campaign too, a property that holds the link or a figure holds nothing else. */
function claimProblems(setup: HubSpotSetup): FieldProblem[] {
  const written = writtenMappings(setup);
  return written.flatMap((each, index) => {
    const earlier = written.slice(0, index).find((other) => clashesWithin(other, each));
    if (!earlier) return [];
    const message = `"${each.mapping.property}" is filled with another value by ${earlier.path}. Choose another property.`;
    return [{ field: `${each.path}.property`, message }];
  });
}

const dealMappings = ({ action, mappings }: HubSpotSetup['personInvited']): FieldProblem[] =>
  mappings.flatMap(({ objectType }, index) =>
    objectType === 'deal' && action !== 'create-contact-and-deal'
      ? [
          {
            field: `personInvited.mappings.${index}.objectType`,
            message:
              'No deal is made here: remove the deal property, or set the action to create-contact-and-deal.',
          },
        ]
      : [],
  );

const under = (part: string, problems: readonly FieldProblem[]): FieldProblem[] =>
  problems.map((problem) => ({ ...problem, field: `${part}.${problem.field}` }));

const renamed = (part: string, problems: readonly FieldProblem[]): FieldProblem[] =>
  problems.map((problem) => ({ ...problem, field: problem.field.replace(/^mappings/, part) }));
