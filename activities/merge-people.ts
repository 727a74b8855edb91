import type { Tx } from '../db/client.ts';
import { alignReferrals } from '../db/queries/identity/addresses.ts';
import { referralsOfPerson } from '../db/queries/identity/ended-referrals.ts';
import {
  fillPerson,
  lockReferrals,
  lockReferrers,
  mergeReferrers,
  movePeople,
  outdateDecisions,
  type ReferrerRow,
} from '../db/queries/identity/merge.ts';
import { recordEvents } from '../db/queries/identity/story.ts';
import type { Person } from '../db/queries/people.ts';
import type { Referral } from '../db/queries/referrals.ts';
import { toPublicId } from '../domain/id.ts';
import { earliestOf, endedByMerge } from '../domain/merge.ts';
import { endReferral } from './ended-referral.ts';

interface Merge {
  readonly survivor: Person;
  readonly merged: readonly Person[];
  /** The contact that all of them have turned out to be; null when HubSpot has it no more. */
  readonly crmId: string | null;
  readonly at: string;
}

/** Whom a merge concerned: referrals that waited for something, and referrers whose figures or contact are other ones. */
interface Merged {
  readonly referrals: readonly Referral[];
  readonly referrers: readonly Pick<ReferrerRow, 'id' | 'campaignId'>[];
}

/**
 * Makes several people one, all or nothing: their contacts, memberships, referrals and unpaid rewards are the
 * survivor's, and what cannot be any more ends: who turned out to have referred themselves, or to have been referred
 * twice. The people are locked by the caller; here follow referrals and referrers, which is everybody's order.
 */
export async function mergePeople(tx: Tx, { survivor, merged, crmId, at }: Merge): Promise<Merged> {
  const from = merged.map(({ id }) => id);
  const all = [survivor.id, ...from];
  const referrals = await lockReferrals(tx, all);
  const memberships = await lockReferrers(tx, all);
  await outdateDecisions(
    tx,
    referrals.map(({ id }) => id),
  );
  await movePeople(tx, { into: survivor.id, from });
  const keepers = await mergeMemberships(tx, memberships, { survivor, formerPersonId: from[0] ?? '' });
  await fillPerson(tx, survivor.id, blanksOf(survivor, merged));
  await recordEvents(tx, referrals, {
    kind: 'people-merged',
    facts: {
      contactId: crmId,
      personId: toPublicId('person', survivor.id),
      mergedPersonIds: from.map((id) => toPublicId('person', id)),
    },
    at,
  });
  const ended = endedByMerge(await referralsOfPerson(tx, survivor.id), at);
  const concerned: Pick<ReferrerRow, 'id' | 'campaignId'>[] = [...keepers];
  for (const end of ended) {
    const { referrerId, campaignId } = await endReferral(tx, end, at);
    concerned.push({ id: referrerId, campaignId });
  }
  if (survivor.emailKey !== null)
    await alignReferrals(tx, { personId: survivor.id, emailKey: survivor.emailKey });
  return { referrals: referrals.filter(({ settledAt }) => settledAt === null), referrers: concerned };
}

/** Of several memberships of one campaign the earliest stays; all of them are the survivor's. */
async function mergeMemberships(
  tx: Tx,
  memberships: readonly ReferrerRow[],
  { survivor, formerPersonId }: { readonly survivor: Person; readonly formerPersonId: string },
): Promise<readonly ReferrerRow[]> {
  const living = memberships.filter(({ mergedInto }) => mergedInto === null);
  const keepers: ReferrerRow[] = [];
  for (const theirs of Map.groupBy(living, ({ campaignId }) => campaignId).values()) {
    const [first, ...rest] = theirs.map((row) => ({ ...row, at: row.joinedAt }));
    if (first === undefined) continue;
    const keeper = earliestOf([first, ...rest]);
    const others = theirs.filter(({ id }) => id !== keeper.id).map(({ id }) => id);
    await mergeReferrers(tx, { keeper: keeper.id, personId: survivor.id, others, formerPersonId });
    keepers.push(keeper);
  }
  return keepers;
}

/** What the survivor does not have and one of the others has; the earlier one's first. */
function blanksOf(survivor: Person, merged: readonly Person[]) {
  const fields = ['firstName', 'lastName', 'phone', 'language'] as const;
  const others = merged.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const blanks = fields.flatMap((field) => {
    const value = survivor[field] === null ? others.find((other) => other[field] !== null)?.[field] : null;
    return value == null ? [] : [[field, value] as const];
  });
  return Object.fromEntries(blanks);
}
