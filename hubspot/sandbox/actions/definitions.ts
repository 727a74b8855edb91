/** Workflow actions as their developers defined them. */
import { z } from 'zod';
import { notFound } from '../http/errors.ts';
import type { Store } from '../store.ts';

const fields = z.array(z.looseObject({ typeDefinition: z.looseObject({ name: z.string() }) }));

export const newDefinition = z.object({
  actionUrl: z.url(),
  published: z.boolean().default(false),
  labels: z.record(z.string(), z.looseObject({ actionName: z.string() })),
  objectTypes: z.array(z.string()).default([]),
  inputFields: fields.default([]),
  outputFields: fields.nullish(),
  objectRequestOptions: z.object({ properties: z.array(z.string()) }).nullish(),
});
export const definitionChange = newDefinition.partial();

type NewDefinition = z.output<typeof newDefinition>;

export interface ActionDefinition extends NewDefinition {
  readonly id: number;
  readonly appId: string;
  /** Counts up with each change. */
  readonly revision: number;
}

interface DefinitionRow {
  id: number;
  app_id: string;
  revision: number;
  definition: string;
}

export const definitionsOf = (store: Store, appId: string): ActionDefinition[] =>
  store
    .all<DefinitionRow>(
      'SELECT * FROM action_definitions WHERE app_id = ? AND archived_at IS NULL ORDER BY id',
      appId,
    )
    .map(fromRow);

/** Throws HubSpot's 404, also for another app's. */
export function requireDefinition(store: Store, appId: string, id: string): ActionDefinition {
  const found = definitionsOf(store, appId).find((each) => String(each.id) === id);
  if (found === undefined) throw notFound(`The action definition ${id} does not exist.`);
  return found;
}

export function addDefinition(store: Store, appId: string, given: NewDefinition): ActionDefinition {
  const id = store.next(0, 'action-definition', 1000);
  store.run('INSERT INTO action_definitions VALUES (?, ?, 1, ?, NULL)', id, appId, JSON.stringify(given));
  return { ...given, id, appId, revision: 1 };
}

export function changeDefinition(
  store: Store,
  before: ActionDefinition,
  change: Partial<NewDefinition>,
): ActionDefinition {
  const { id, appId, revision, ...definition } = before;
  const changed = { ...definition, ...change };
  store.run(
    'UPDATE action_definitions SET revision = revision + 1, definition = ? WHERE id = ?',
    JSON.stringify(changed),
    id,
  );
  return { ...changed, id, appId, revision: revision + 1 };
}

export const archiveDefinition = (store: Store, { id }: ActionDefinition, now: number): void =>
  void store.run('UPDATE action_definitions SET archived_at = ? WHERE id = ?', now, id);

const fromRow = (row: DefinitionRow): ActionDefinition => ({
  ...(JSON.parse(row.definition) as NewDefinition),
  id: row.id,
  appId: row.app_id,
  revision: row.revision,
});
