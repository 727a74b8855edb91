/**
 * What a portal's administrator demands of writes. Since version 2026-09 HubSpot refuses an app's write that breaks
 * these rules; on older paths, in its screens and on imports they bind nobody here.
 */
import { z } from 'zod';
import { invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import type { Actor } from './actor.ts';
import type { Place, Values } from './record.ts';

export const writeRulesSchema = z.strictObject({
  /** Properties of the form on which a record is created. */
  requiredOnCreate: z.array(z.string()).max(100).default([]),
  /** Properties that must have a value once another one has one of these. */
  conditional: z
    .array(
      z.strictObject({
        property: z.string(),
        values: z.array(z.string()).min(1).max(100),
        requires: z.array(z.string()).min(1).max(100),
      }),
    )
    .max(100)
    .default([]),
});

export type WriteRules = z.output<typeof writeRulesSchema>;

export function writeRules({ store }: World, { portalId, type }: Place): WriteRules {
  const sql = 'SELECT rules FROM write_rules WHERE portal_id = ? AND type = ?';
  const row = store.get<{ rules: string }>(sql, portalId, type);
  return row === undefined
    ? { requiredOnCreate: [], conditional: [] }
    : (JSON.parse(row.rules) as WriteRules);
}

/** Throws when a rule names a property that the portal does not have. */
export function setWriteRules(world: World, { portalId, type }: Place, rules: WriteRules): void {
  const known = world.catalog.properties(portalId, type);
  const named = [
    ...rules.requiredOnCreate,
    ...rules.conditional.flatMap(({ property, requires }) => [property, ...requires]),
  ];
  const unknown = named.filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalid(`There is no property ${unknown.join(', ')}.`);
  world.store.run(
    'INSERT OR REPLACE INTO write_rules VALUES (?, ?, ?)',
    portalId,
    type,
    JSON.stringify(rules),
  );
}

/** Throws HubSpot's 400 for a write that would leave a demanded property empty; `before` is null for a create. */
export function assertRules(
  world: World,
  actor: Actor,
  { place, before, after }: { place: Place; before: Values | null; after: Values },
): void {
  if (actor.kind !== 'app' || !actor.bound) return;
  const { requiredOnCreate, conditional } = writeRules(world, place);
  const demanded = conditional
    .filter(({ property, values }) => values.includes(after[property] ?? ''))
    .filter(({ property, requires }) => touched(before, after, [property, ...requires]))
    .flatMap(({ requires }) => requires);
  const missing = [...new Set([...(before === null ? requiredOnCreate : []), ...demanded])].filter(
    (name) => (after[name] ?? '') === '',
  );
  if (missing.length === 0) return;
  throw invalid(`Required properties are missing: ${missing.join(', ')}`, {
    errors: missing.map((name) => ({
      message: `Property "${name}" is required.`,
      code: 'REQUIRED_FIELD',
      context: { propertyName: [name] },
    })),
  });
}

/** A write of something else does not fall over a record that was incomplete before it. */
const touched = (before: Values | null, after: Values, names: readonly string[]): boolean =>
  before === null || names.some((name) => (before[name] ?? '') !== (after[name] ?? ''));
