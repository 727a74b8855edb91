/** Creating, changing, archiving and restoring one record, with all that follows: history, claims, events, journals. */
import { invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import { type Actor, sourceOf } from './actor.ts';
import { noteCreate, noteWrites } from './app-journal.ts';
import { type AssociationRequest, associate, resolveAssociations } from './associations.ts';
import { type ChangedValue, tell, tellAssociation, tellChanges } from './change-events.ts';
import { assertDealComplete, withDealValues } from './deal-values.ts';
import { appendVersion, comesLast } from './history.ts';
import type { ObjectType } from './object-types.ts';
import { type CrmRecord, insertRecord, type Place, saveRecord, type Values } from './record.ts';
import { assertFree, claim, release, touchesUnique } from './unique-values.ts';
import { type GivenValues, type NewValues, newValues } from './validation.ts';
import { assertRules } from './write-rules.ts';

export interface NewRecord {
  readonly properties: GivenValues;
  readonly associations?: readonly AssociationRequest[];
  /** The instant of creation, for a record that is put into the past. */
  readonly at?: number | undefined;
}

const firstRecordId = 1000;

/** Everything is checked before anything is written, so that a refused record leaves no trace. */
export function createRecord(world: World, actor: Actor, type: ObjectType, input: NewRecord): CrmRecord {
  const place: Place = { portalId: actor.portalId, type };
  const at = input.at ?? world.now();
  const given = newValues(place.portalId, world.catalog.properties(place.portalId, type), {
    given: input.properties,
  });
  const values = type === 'deals' ? newDeal(world, place, given, at) : newContact(actor, given);
  const source = sourceOf(actor);
  const stored = withoutEmpty({
    ...Object.fromEntries(values),
    hs_object_source: source.type,
    hs_object_source_id: source.id,
  });
  assertRules(world, actor, { place, before: null, after: stored });
  assertFree(world, place, stored);
  const links = resolveAssociations(world, place, input.associations ?? []);
  const id = world.store.next(place.portalId, type, firstRecordId);
  const record: CrmRecord = { ...place, id, values: stored, createdAt: at, updatedAt: at, archivedAt: null };
  insertRecord(world, record);
  claim(world, record);
  tell(world, actor, { ...place, kind: 'creation', id, at, details: { changeFlag: 'NEW' } });
  const changes = Object.entries(stored).map(([name, value]) => ({ name, value, at }));
  tellChanges(world, actor, { ...place, id, changes });
  for (const link of links) {
    associate(world, place.portalId, { from: { type, id }, ...link });
    tellAssociation(world, actor, {
      portalId: place.portalId,
      from: { type, id },
      to: link.to,
      at,
      removed: false,
    });
  }
  noteCreate(world, actor, record);
  noteWrites(world, actor, record, given);
  return record;
}

/**
 * Only people may move a contact's lifecycle back; what an app sends to that end is taken and left undone. With an
 * `at` before the newest version of a property, its past is completed and its value stays.
 */
export function updateRecord(
  world: World,
  actor: Actor,
  before: CrmRecord,
  { properties, at }: { properties: GivenValues; at?: number | undefined },
): CrmRecord {
  const definitions = world.catalog.properties(before.portalId, before.type);
  const given = newValues(before.portalId, definitions, { given: properties, current: before.values });
  if (actor.kind === 'app' && goesBack(world, before, given)) given.delete('lifecyclestage');
  const effective: NewValues = new Map([...given].filter(([name]) => comesLast(world, before, name, at)));
  const values =
    before.type === 'deals'
      ? withDealValues(world, before.portalId, {
          current: before.values,
          given: effective,
          at: at ?? world.now(),
        })
      : effective;
  const wanted = withoutEmpty({ ...before.values, ...Object.fromEntries(values) });
  assertRules(world, actor, { place: before, before: before.values, after: wanted });
  const claimsChange = touchesUnique(world, before, values.keys());
  if (claimsChange) assertFree(world, before, wanted, [before.id]);
  const changes = changedValues(world, actor, before, { values: new Map([...given, ...values]), at });
  const changed = Object.fromEntries(changes.map(({ name, value }) => [name, value]));
  const instants = [before.updatedAt, at ?? world.now(), ...changes.map((change) => change.at)];
  const after = {
    ...before,
    values: withoutEmpty({ ...before.values, ...changed }),
    updatedAt: Math.max(...instants),
  };
  saveRecord(world, before, after);
  if (claimsChange) {
    release(world, before);
    claim(world, after);
  }
  tellChanges(world, actor, { ...before, changes });
  noteWrites(world, actor, after, given);
  return after;
}

export function archiveRecord(world: World, actor: Actor, record: CrmRecord): void {
  const now = world.now();
  saveRecord(world, record, { ...record, archivedAt: now, updatedAt: Math.max(record.updatedAt, now) });
  release(world, record);
  tell(world, actor, { ...record, kind: 'deletion', at: now });
}

/** Throws when one of its unique values was taken meanwhile. */
export function restoreRecord(world: World, actor: Actor, record: CrmRecord): CrmRecord {
  assertFree(world, record, record.values);
  const now = world.now();
  const restored = { ...record, archivedAt: null, updatedAt: Math.max(record.updatedAt, now) };
  saveRecord(world, record, restored);
  claim(world, restored);
  tell(world, actor, { ...record, kind: 'restore', at: now });
  return restored;
}

function newContact(actor: Actor, given: NewValues): NewValues {
  const named = ['email', 'firstname', 'lastname'].some((name) => (given.get(name) ?? '') !== '');
  if (!named && actor.kind !== 'import') {
    throw invalid('Error creating CONTACT. At least one of email, firstname or lastname must be set.');
  }
  const values = new Map(given);
  if (actor.kind === 'app' && (values.get('lifecyclestage') ?? '') === '')
    values.set('lifecyclestage', 'lead');
  return values.set('hs_pipeline', 'contacts-lifecycle-pipeline');
}

function newDeal(world: World, { portalId }: Place, given: NewValues, at: number): NewValues {
  assertDealComplete(given);
  return withDealValues(world, portalId, { current: {}, given, at });
}

function changedValues(
  world: World,
  actor: Actor,
  record: CrmRecord,
  { values, at }: { values: NewValues; at: number | undefined },
): ChangedValue[] {
  const source = sourceOf(actor);
  const changes: ChangedValue[] = [];
  for (const [name, value] of values) {
    if (value === (record.values[name] ?? '')) continue;
    const version = appendVersion(world, record, { property: name, value, source, at });
    if (version.current) changes.push({ name, value, at: version.at });
  }
  return changes;
}

function goesBack(world: World, record: CrmRecord, given: NewValues): boolean {
  const stages = world.catalog.properties(record.portalId, record.type).get('lifecyclestage')?.options ?? [];
  const place = (value: string | undefined) => stages.findIndex((stage) => stage.value === value);
  const target = given.get('lifecyclestage') ?? '';
  return target !== '' && place(target) < place(record.values['lifecyclestage']);
}

function withoutEmpty(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}
