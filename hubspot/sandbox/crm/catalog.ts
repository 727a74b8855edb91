/** The property definitions of each portal, kept in memory between changes: every write of a record needs them. */
import { owners, type Portal } from '../portals.ts';
import type { Store } from '../store.ts';
import { type ObjectType, objectTypes } from './object-types.ts';
import { allStages, pipelinesOf } from './pipelines.ts';
import type { PropertyDefinition, PropertyOption, StoredProperty } from './property.ts';
import { standardGroups, standardProperties } from './standard-properties.ts';

type Properties = ReadonlyMap<string, StoredProperty>;

export class PropertyCatalog {
  readonly #store: Store;
  readonly #known = new Map<string, Properties>();
  readonly #unique = new Map<string, readonly string[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The live properties by name. */
  properties(portalId: number, type: ObjectType): Properties {
    const key = `${portalId}/${type}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const loaded = new Map(this.#load(portalId, type).map((property) => [property.name, property]));
    this.#known.set(key, loaded);
    return loaded;
  }

  /** Names of the custom properties whose values are unique. */
  uniqueNames(portalId: number, type: ObjectType): readonly string[] {
    const key = `${portalId}/${type}`;
    const known = this.#unique.get(key);
    if (known !== undefined) return known;
    const names = [...this.properties(portalId, type).values()]
      .filter((p) => p.hasUniqueValue)
      .map((p) => p.name);
    this.#unique.set(key, names);
    return names;
  }

  archived(portalId: number, type: ObjectType): StoredProperty[] {
    return this.#rows(portalId, type, 'archived_at IS NOT NULL');
  }

  save(portalId: number, type: ObjectType, property: StoredProperty): void {
    const { createdAt, updatedAt, archivedAt, ...definition } = property;
    this.#store.run(
      'INSERT OR REPLACE INTO properties VALUES (?, ?, ?, ?, ?, ?, ?)',
      portalId,
      type,
      property.name,
      JSON.stringify(definition),
      createdAt,
      updatedAt,
      archivedAt,
    );
    this.forget(portalId);
  }

  /** Gives a new portal HubSpot's own groups and properties. */
  install({ id, currency, additionalCurrencies }: Portal, now: number): void {
    for (const type of objectTypes) {
      const { name, label } = standardGroups[type];
      this.#store.run('INSERT INTO property_groups VALUES (?, ?, ?, ?, 0)', id, type, name, label);
      for (const property of propertiesOf(type, [currency, ...additionalCurrencies])) {
        this.save(id, type, { ...property, createdAt: now, updatedAt: now, archivedAt: null });
      }
    }
  }

  /** To be called after anything that options depend on has changed. */
  forget(portalId: number): void {
    for (const type of objectTypes) {
      this.#known.delete(`${portalId}/${type}`);
      this.#unique.delete(`${portalId}/${type}`);
    }
  }

  forgetAll(): void {
    this.#known.clear();
    this.#unique.clear();
  }

  #load(portalId: number, type: ObjectType): StoredProperty[] {
    return this.#rows(portalId, type, 'archived_at IS NULL').map((property) =>
      property.external === undefined
        ? property
        : { ...property, options: this.#externalOptions(portalId, property.external) },
    );
  }

  #rows(portalId: number, type: ObjectType, condition: string): StoredProperty[] {
    return this.#store
      .all<{ definition: string; created_at: number; updated_at: number; archived_at: number | null }>(
        `SELECT * FROM properties WHERE portal_id = ? AND type = ? AND ${condition} ORDER BY name`,
        portalId,
        type,
      )
      .map((row) => ({
        ...(JSON.parse(row.definition) as PropertyDefinition),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        archivedAt: row.archived_at,
      }));
  }

  #externalOptions(portalId: number, source: 'OWNER' | 'PIPELINE' | 'STAGE'): PropertyOption[] {
    const choices: Readonly<Record<typeof source, () => { value: string; label: string }[]>> = {
      OWNER: () =>
        owners(this.#store, portalId).map(({ id, firstName, lastName }) => ({
          value: String(id),
          label: `${firstName} ${lastName}`,
        })),
      PIPELINE: () => pipelinesOf(this.#store, portalId).map(({ id, label }) => ({ value: id, label })),
      STAGE: () => allStages(this.#store, portalId).map(({ id, label }) => ({ value: id, label })),
    };
    return choices[source]().map((choice, displayOrder) => ({ ...choice, displayOrder, hidden: false }));
  }
}

/** A deal has a currency of its own only where the portal has more than one. */
function propertiesOf(type: ObjectType, currencies: readonly string[]): PropertyDefinition[] {
  const isCurrency = ({ name }: PropertyDefinition): boolean => name === 'deal_currency_code';
  return standardProperties[type].flatMap((property) => {
    if (!isCurrency(property)) return property;
    const options = property.options.filter(({ value }) => currencies.includes(value));
    return currencies.length > 1 ? { ...property, options } : [];
  });
}
