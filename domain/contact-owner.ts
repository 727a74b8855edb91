import { type Problem, problem } from './problem.ts';

/** Who in HubSpot is put in charge of a person invited: HubSpot's owner ids, never user ids. */
export type InvitedOwner =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly ownerId: string }
  /** Whoever is in charge of the referrer's own contact; nobody where nobody is. */
  | { readonly kind: 'of-referrer' }
  /** One after the other, over all referrals of the campaign. */
  | { readonly kind: 'round-robin'; readonly ownerIds: readonly string[] };

/** Where HubSpot keeps who is in charge of a contact or a deal. */
export const ownerProperty = 'hubspot_owner_id';

/** The owners that a choice names, with where it names them. */
export function namedOwners(
  owner: InvitedOwner,
): readonly { readonly field: string; readonly ownerId: string }[] {
  if (owner.kind === 'fixed') return [{ field: 'ownerId', ownerId: owner.ownerId }];
  if (owner.kind !== 'round-robin') return [];
  return owner.ownerIds.map((ownerId, index) => ({ field: `ownerIds.${index}`, ownerId }));
}

/** What is wrong with a choice in itself, beside the mappings of its section. */
export function ownerProblems(
  owner: InvitedOwner,
  mappings: readonly { readonly property: string }[],
): readonly Problem[] {
  if (owner.kind === 'none') return [];
  const named = namedOwners(owner);
  const repeated = named.filter(
    ({ ownerId }, index) => named.findIndex((other) => other.ownerId === ownerId) < index,
  );
  return [
    ...repeated.map(({ field, ownerId }) =>
      problem(`owner.${field}`, 'repeated-owner', `The owner ${ownerId} is named twice. Name each one once.`),
    ),
    ...mappings.flatMap(({ property }, index) =>
      property === ownerProperty
        ? [
            problem(
              `mappings.${index}.property`,
              'owner-twice',
              `"${ownerProperty}" is filled by the owner that you chose. Remove this mapping, or choose no owner.`,
            ),
          ]
        : [],
    ),
  ];
}
