/** The kinds of link between records: HubSpot's own, which have no label, and those that a portal named. */
import type { World } from '../world.ts';
import type { ObjectType } from './object-types.ts';

export type Category = 'HUBSPOT_DEFINED' | 'USER_DEFINED';

export interface AssociationType {
  readonly category: Category;
  readonly typeId: number;
}

export interface Label extends AssociationType {
  readonly fromType: ObjectType;
  readonly toType: ObjectType;
  readonly label: string | null;
  /** The same link as seen from its other end. */
  readonly inverse: AssociationType;
}

/** HubSpot's type id of a link without a label, by direction. */
const unlabelled: Readonly<Record<ObjectType, Readonly<Record<ObjectType, number>>>> = {
  contacts: { contacts: 449, deals: 4 },
  deals: { contacts: 3, deals: 451 },
};

export const defaultType = (from: ObjectType, to: ObjectType): AssociationType => ({
  category: 'HUBSPOT_DEFINED',
  typeId: unlabelled[from][to],
});

export function labelsBetween(
  world: World,
  portalId: number,
  { from, to }: { from: ObjectType; to: ObjectType },
): Label[] {
  const own = world.store.all<{ type_id: number; label: string; inverse_type_id: number }>(
    'SELECT * FROM association_labels WHERE portal_id = ? AND from_type = ? AND to_type = ? ORDER BY type_id',
    portalId,
    from,
    to,
  );
  const plain = {
    ...defaultType(from, to),
    fromType: from,
    toType: to,
    label: null,
    inverse: defaultType(to, from),
  };
  return [
    plain,
    ...own.map((row) => ({
      category: 'USER_DEFINED' as const,
      typeId: row.type_id,
      fromType: from,
      toType: to,
      label: row.label,
      inverse: { category: 'USER_DEFINED' as const, typeId: row.inverse_type_id },
    })),
  ];
}
