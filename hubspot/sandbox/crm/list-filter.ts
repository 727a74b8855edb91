/** Translates a list's filter branches into SQL: an OR of ANDs of conditions on contact or deal properties. */
import { z } from 'zod';
import { invalid } from '../http/errors.ts';
import type { PropertyDefinition } from './property.ts';
import type { Condition } from './search-filter.ts';

const text = z.coerce.string();

const filterSchema = z.object({
  filterType: z.literal('PROPERTY', { error: 'only PROPERTY filters are understood here' }),
  property: z.string(),
  operation: z.object({
    operator: z.string(),
    operationType: z.string().optional(),
    value: text.optional(),
    values: z.array(text).optional(),
    includeObjectsWithNoValueSet: z.boolean().default(false),
  }),
});

export interface FilterBranch {
  readonly filterBranchType: 'OR' | 'AND';
  readonly filterBranches: readonly FilterBranch[];
  readonly filters: readonly z.output<typeof filterSchema>[];
}

export const filterBranchSchema: z.ZodType<FilterBranch> = z.lazy(() =>
  z.object({
    filterBranchType: z.enum(['OR', 'AND']),
    filterBranches: z.array(filterBranchSchema).default([]),
    filters: z.array(filterSchema).default([]),
  }),
);

/** A branch without any condition holds no record. */
export function branchCondition(
  definitions: ReadonlyMap<string, PropertyDefinition>,
  branch: FilterBranch,
): Condition {
  const parts = [
    ...branch.filters.map((filter) => filterCondition(definitions, filter)),
    ...branch.filterBranches.map((inner) => branchCondition(definitions, inner)),
  ];
  if (parts.length === 0) return { sql: '0', values: [] };
  return {
    sql: `(${parts.map(({ sql }) => sql).join(` ${branch.filterBranchType} `)})`,
    values: parts.flatMap(({ values }) => values),
  };
}

type Filter = z.output<typeof filterSchema>;

function filterCondition(
  definitions: ReadonlyMap<string, PropertyDefinition>,
  { property, operation }: Filter,
): Condition {
  if (!definitions.has(property))
    throw invalid(`The list filters on a property that does not exist: ${property}`);
  const subject = `json_extract(properties, '$.${property}')`;
  const build = operators[operation.operator];
  if (build === undefined) throw invalid(`The list operator ${operation.operator} is not understood here.`);
  const condition = build(
    subject,
    operation.values ?? (operation.value === undefined ? [] : [operation.value]),
  );
  return operation.includeObjectsWithNoValueSet
    ? { ...condition, sql: `(${subject} IS NULL OR ${condition.sql})` }
    : condition;
}

const anyOf = (subject: string, values: readonly string[]): Condition => ({
  sql: `coalesce(lower(${subject}) IN (${values.map(() => '?').join(', ')}), 0)`,
  values: values.map((value) => value.toLowerCase()),
});

const noneOf = (subject: string, values: readonly string[]): Condition => ({
  sql: `(${subject} IS NOT NULL AND lower(${subject}) NOT IN (${values.map(() => '?').join(', ')}))`,
  values: values.map((value) => value.toLowerCase()),
});

const operators: Readonly<Record<string, (subject: string, values: readonly string[]) => Condition>> = {
  IS_ANY_OF: anyOf,
  IS_EQUAL_TO: anyOf,
  IS_EXACTLY: anyOf,
  IS: anyOf,
  IS_NONE_OF: noneOf,
  IS_NOT_EQUAL_TO: noneOf,
  IS_NOT: noneOf,
  CONTAINS: (subject, values) => ({
    sql: `(${values.map(() => `coalesce(instr(lower(${subject}), ?), 0) > 0`).join(' OR ') || '0'})`,
    values: values.map((value) => value.toLowerCase()),
  }),
  IS_KNOWN: (subject) => ({ sql: `${subject} IS NOT NULL`, values: [] }),
  HAS_PROPERTY: (subject) => ({ sql: `${subject} IS NOT NULL`, values: [] }),
  IS_UNKNOWN: (subject) => ({ sql: `${subject} IS NULL`, values: [] }),
};
