/** Several people who have turned out to be one: what was theirs becomes the survivor's. Each statement may be repeated. */
import { asc, eq, inArray, or, sql } from 'drizzle-orm';
import type { Tx } from '../../client.ts';
import { people, personCrmIds, referrers } from '../../schema/people.ts';
import { referrals } from '../../schema/referrals.ts';
import type { Person } from '../people.ts';
import type { Referral } from '../referrals.ts';
import { listOf } from './list-of.ts';

/**
 * These people and those who were merged into them, held until the transaction ends. Locked by id order, as everybody
 * does who locks more than one: two merges at once wait for each other and never for ever.
 */
export const lockPeople = (tx: Tx, personIds: readonly string[]): Promise<Person[]> =>
  tx
    .select()
    .from(people)
    .where(or(inArray(people.id, [...personIds]), inArray(people.mergedInto, [...personIds])))
    .orderBy(asc(people.id))
    .for('update');

/**
 * Every referral that these people are the friend in, and every unsettled one that they refer in, held likewise:
 * decisions lock a referral before all else.
 */
export const lockReferrals = (tx: Tx, personIds: readonly string[]): Promise<Referral[]> =>
  tx
    .select()
    .from(referrals)
    .where(
      sql`${referrals.id} in (
        select id from referrals where person_id in ${listOf(personIds)}
        union select f.id from referrals f join referrers r on r.id = f.referrer_id
        where r.person_id in ${listOf(personIds)} and f.settled_at is null)`,
    )
    .orderBy(asc(referrals.id))
    .for('update');

export type ReferrerRow = typeof referrers.$inferSelect;

/** Memberships of these people, those that were merged away included, held likewise. */
export const lockReferrers = (tx: Tx, personIds: readonly string[]): Promise<ReferrerRow[]> =>
  tx
    .select()
    .from(referrers)
    .where(inArray(referrers.personId, [...personIds]))
    .orderBy(asc(referrers.id))
    .for('update');

/** The merged people's ids, referrals as a friend and rewards that are not ordered yet become the survivor's. */
export async function movePeople(
  tx: Tx,
  { into, from }: { readonly into: string; readonly from: readonly string[] },
): Promise<void> {
  const losers = listOf(from);
  await tx
    .update(personCrmIds)
    .set({ personId: into })
    .where(inArray(personCrmIds.personId, [...from]));
  await tx.execute(sql`
    update rewards set payee_person_id = ${into}
    where payee_person_id in ${losers} and first_attempt_at is null
      and status in ('pending', 'held', 'approved', 'needs_review') and id in (
        select w.id from rewards w join referrals f on f.id = w.referral_id where f.person_id in ${losers}
        union select w.id from rewards w join referrers r on r.id = w.referrer_id where r.person_id in ${losers})`);
  await tx
    .update(referrals)
    .set({ personId: into })
    .where(inArray(referrals.personId, [...from]));
  await tx
    .update(people)
    .set({ mergedInto: into })
    .where(or(inArray(people.id, [...from]), inArray(people.mergedInto, [...from])));
}

/**
 * One membership of a campaign stays; the others lead to it with their links, and what was referred through them is
 * its now. `formerPersonId` keeps the others out of every look-up by a living person.
 */
export async function mergeReferrers(
  tx: Tx,
  merge: {
    readonly keeper: string;
    readonly personId: string;
    readonly others: readonly string[];
    readonly formerPersonId: string;
  },
): Promise<void> {
  const { keeper, personId, formerPersonId } = merge;
  const others = [...merge.others];
  if (others.length > 0) {
    await tx
      .update(referrers)
      .set({ mergedInto: keeper, personId: formerPersonId })
      .where(or(inArray(referrers.id, others), inArray(referrers.mergedInto, others)));
    await tx.update(referrals).set({ referrerId: keeper }).where(inArray(referrals.referrerId, others));
    await tx.execute(sql`update rewards set referrer_id = ${keeper} where referrer_id in ${listOf(others)}`);
  }
  await tx.update(referrers).set({ personId }).where(eq(referrers.id, keeper));
}

/** Merged people who have got something since, a membership, a referral or a contact, with whom they turned out to be. */
export async function strayPeople(
  tx: Tx,
  workspaceId: string,
): Promise<readonly { readonly id: string; readonly mergedInto: string }[]> {
  const rows = await tx.execute<{ id: string; merged_into: string }>(sql`
    select p.id, p.merged_into from people p
    where p.workspace_id = ${workspaceId} and p.merged_into is not null and (
      exists (select 1 from referrers r where r.person_id = p.id and r.merged_into is null)
      or exists (select 1 from referrals f where f.person_id = p.id)
      or exists (select 1 from person_crm_ids k where k.person_id = p.id))
    order by p.id`);
  return rows.map((row) => ({ id: row.id, mergedInto: row.merged_into }));
}

/** Rows of one statement, far below the 65,534 parameters that the driver takes. */
const rowsPerStatement = 10_000;

/** Decisions that read before the merge are made again. */
export async function outdateDecisions(tx: Tx, referralIds: readonly string[]): Promise<void> {
  for (let first = 0; first < referralIds.length; first += rowsPerStatement) {
    await tx
      .update(referrals)
      .set({ decisionSeq: sql`${referrals.decisionSeq} + 1` })
      .where(inArray(referrals.id, referralIds.slice(first, first + rowsPerStatement)));
  }
}

export async function fillPerson(
  tx: Tx,
  personId: string,
  blanks: Partial<Pick<Person, 'email' | 'emailKey' | 'firstName' | 'lastName' | 'phone' | 'language'>>,
): Promise<void> {
  if (Object.keys(blanks).length === 0) return;
  await tx.update(people).set(blanks).where(eq(people.id, personId));
}
