import type { FieldProblem } from '../../../client/request.ts';
import { isHalf } from '../mapping/sections.ts';
import { texts } from '../texts.ts';
import type { Draft } from './draft.ts';

const t = texts.builder.problems;

/** What can be said without the API, so that a step is marked before anybody presses Save. */
export function localProblems({ details, setup }: Draft): readonly FieldProblem[] {
  const { personInvited, personReferring, qualification, saleValue, rewards } = setup;
  const problems: FieldProblem[] = [];
  const say = (field: string, message: string) => problems.push({ field, message });
  if (details.name.trim() === '') say('name', t.name);
  if (qualification.kind === 'contact-property') {
    if (qualification.property === '') say('qualification.property', t.property);
    if (qualification.qualifyingValues.length === 0) say('qualification.qualifyingValues', t.values);
  }
  if (qualification.kind === 'deal-stage') {
    if (qualification.pipelineId === '') say('qualification.pipelineId', t.pipeline);
    if (qualification.initialStageId === '') say('qualification.initialStageId', t.initialStage);
    if (qualification.qualifyingStageIds.length === 0) say('qualification.qualifyingStageIds', t.stages);
  }
  // S83: the other method reads the other object; the choice is kept, and said to be impossible.
  if (saleValue) {
    const wanted = { 'deal-stage': 'deal', 'contact-property': 'contact', manual: null }[qualification.kind];
    if (wanted !== saleValue.object) say('saleValue.object', t.saleValue[qualification.kind]);
    else if (saleValue.property === '') say('saleValue.property', t.saleProperty);
  }
  rewards.forEach((reward, index) => {
    if (reward.kind === 'percentage' && saleValue === null) say(`rewards.${index}.kind`, t.needsSaleValue);
    if (reward.kind === 'fixed' && !(reward.amountMinor > 0)) say(`rewards.${index}.amountMinor`, t.amount);
    if (reward.kind === 'percentage' && !(reward.rateBasisPoints > 0))
      say(`rewards.${index}.rateBasisPoints`, t.rate);
  });
  for (const [part, section] of [
    ['personInvited', personInvited],
    ['personReferring', personReferring],
  ] as const) {
    if (section.action !== 'none')
      section.mappings.forEach((row, index) => {
        if (isHalf(row)) say(`${part}.mappings.${index}.property`, texts.mapping.half);
      });
  }
  return problems;
}

export const steps = ['details', 'rewards', 'pages', 'integrations', 'promote'] as const;
export type Step = (typeof steps)[number];

const stepOfField: readonly (readonly [RegExp, Step])[] = [
  [/^(name|slug|expiryDays|reversalDays)/, 'details'],
  [/^(rewards|saleValue)/, 'rewards'],
  [/^landingUrl/, 'pages'],
  [/^(personInvited|personReferring|qualification)/, 'integrations'],
  [/^sync/, 'promote'],
];

/** Where a field is edited. */
export const stepOf = (field: string): Step =>
  stepOfField.find(([pattern]) => pattern.test(field))?.[1] ?? 'details';

/** The first thing wrong with this very field. */
export const problemOf = (problems: readonly FieldProblem[], field: string): string | undefined =>
  problems.find((problem) => problem.field === field)?.message;

/** Problems inside a part, with the part's name taken off. */
export const problemsIn = (problems: readonly FieldProblem[], part: string): readonly FieldProblem[] =>
  problems
    .filter(({ field }) => field === part || field.startsWith(`${part}.`))
    .map((problem) => ({ ...problem, field: problem.field.slice(part.length).replace(/^\./, '') }));
