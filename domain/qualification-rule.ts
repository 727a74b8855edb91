import { type Problem, problem } from './problem.ts';

/** A value of a contact property means "converted". */
export interface ContactPropertyRule {
  readonly kind: 'contact-property';
  /** HubSpot's internal name. */
  readonly property: string;
  /** S54: single-line text is compared as people would, a dropdown by its options' internal values. */
  readonly propertyType: 'text' | 'dropdown';
  /** Written when we create the contact (S51), never to one that was found; null writes nothing. */
  readonly initialValue: string | null;
  readonly qualifyingValues: readonly string[];
  /** What HubSpot's screens call the property and its options, for sentences. */
  readonly propertyLabel?: string | undefined;
  readonly valueLabels?: Readonly<Record<string, string>> | undefined;
}

/** A stage of the deal that we make for each referral means "converted". Stages are internal ids. */
export interface DealStageRule {
  readonly kind: 'deal-stage';
  readonly pipelineId: string;
  /** Written in the create and never again. */
  readonly initialStageId: string;
  readonly qualifyingStageIds: readonly string[];
  readonly stageLabels?: Readonly<Record<string, string>> | undefined;
}

/** The API or a person says that somebody converted. */
export interface ManualRule {
  readonly kind: 'manual';
}

/** What "converted" means, without the row that stores it. */
export type QualificationCondition = ContactPropertyRule | DealStageRule | ManualRule;

/** One stored version; a referral keeps the one in force at its sign-up. */
export type QualificationRule = { readonly id: string; readonly version: number } & QualificationCondition;

/** More values than this is a rule that means something else; it bounds the work of a decision. */
export const mostQualifyingValues = 50;

/**
 * S55. Text: the whole value, after trimming and ignoring case. Dropdowns and stages: the internal value, exactly. An
 * empty value never matches.
 */
export function matches(rule: QualificationCondition, value: string | null): boolean {
  if (value === null || value.trim() === '') return false;
  const normal = normalizer(rule);
  return qualifyingValues(rule).some((wanted) => normal(wanted) === normal(value));
}

/** Whether two values are one and the same to this rule. */
export function sameValue(rule: QualificationCondition, a: string | null, b: string | null): boolean {
  const normal = normalizer(rule);
  return normal(a ?? '') === normal(b ?? '');
}

export function qualifyingValues(rule: QualificationCondition): readonly string[] {
  if (rule.kind === 'manual') return [];
  return rule.kind === 'deal-stage' ? rule.qualifyingStageIds : rule.qualifyingValues;
}

export function initialValue(rule: QualificationCondition): string | null {
  if (rule.kind === 'manual') return null;
  return rule.kind === 'deal-stage' ? rule.initialStageId : rule.initialValue;
}

function normalizer(rule: QualificationCondition): (value: string) => string {
  if (rule.kind !== 'contact-property' || rule.propertyType !== 'text') return (value) => value;
  return (value) => value.normalize('NFC').trim().toLowerCase();
}

/** Why a rule cannot be saved; empty when it can. Whether HubSpot has these properties and stages is not asked here. */
export function ruleProblems(rule: QualificationCondition): readonly Problem[] {
  if (rule.kind === 'manual') return [];
  const missing =
    rule.kind === 'deal-stage'
      ? [
          ...required('pipelineId', rule.pipelineId, 'Choose the pipeline in which the deal is made.'),
          ...required('initialStageId', rule.initialStageId, 'Choose the stage that a new deal starts in.'),
        ]
      : [
          ...required('property', rule.property, 'Choose the contact property that will change.'),
          // Null is a choice: nothing is written at creation. Blank text is a slip.
          ...required(
            'initialValue',
            rule.initialValue ?? 'none',
            'Choose the value at creation, or leave it out.',
          ),
        ];
  return [...missing, ...valueProblems(rule), ...initialProblems(rule)];
}

const required = (field: string, text: string, message: string): readonly Problem[] =>
  text.trim() === '' ? [problem(field, 'required', message)] : [];

function valueProblems(rule: ContactPropertyRule | DealStageRule): readonly Problem[] {
  const { field, noun } = wording(rule).qualifying;
  const values = qualifyingValues(rule);
  if (values.length === 0)
    return [problem(field, 'required', `Choose at least one ${noun} that means "converted".`)];
  if (values.length > mostQualifyingValues) {
    return [problem(field, 'too-many', `Choose at most ${mostQualifyingValues} ${noun}s.`)];
  }
  return values.flatMap((value, index) => {
    const place = `${field}.${index}`;
    if (value.trim() === '') return [problem(place, 'blank', `A qualifying ${noun} cannot be empty.`)];
    const twice = values.slice(0, index).some((earlier) => sameValue(rule, earlier, value));
    return twice ? [problem(place, 'duplicate', `"${value}" is in the list twice.`)] : [];
  });
}

/** S68: a person would qualify by signing up. */
function initialProblems(rule: ContactPropertyRule | DealStageRule): readonly Problem[] {
  if (!matches(rule, initialValue(rule))) return [];
  const { field, noun } = wording(rule).initial;
  const message = `The ${noun} at creation is also a qualifying one: everybody would qualify at sign-up. Remove it from one of the two.`;
  return [problem(field, 'initial-qualifies', message)];
}

const wording = ({ kind }: ContactPropertyRule | DealStageRule) =>
  kind === 'deal-stage'
    ? {
        qualifying: { field: 'qualifyingStageIds', noun: 'stage' },
        initial: { field: 'initialStageId', noun: 'stage' },
      }
    : {
        qualifying: { field: 'qualifyingValues', noun: 'value' },
        initial: { field: 'initialValue', noun: 'value' },
      };
