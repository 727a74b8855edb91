/** Who was chosen to be in charge of a person invited: a row of the contact's entry, before HubSpot is told. */
import { and, eq, isNull } from 'drizzle-orm';
import { driverOf, type Tx } from '../client.ts';
import { crmEntries } from '../schema/referrals.ts';

interface Choice {
  readonly ownerId: string | null;
}

/** The first choice stays: whoever chooses second, or again, gets what the first one chose. */
export async function chooseOwner(
  tx: Tx,
  entryId: string,
  ownerId: string | null,
): Promise<Choice['ownerId']> {
  const [chosen] = await tx
    .update(crmEntries)
    .set({ ownerId, ownerChosenAt: new Date().toISOString() })
    .where(and(eq(crmEntries.id, entryId), isNull(crmEntries.ownerChosenAt)))
    .returning({ ownerId: crmEntries.ownerId });
  return (chosen ?? (await choiceOf(tx, entryId))).ownerId;
}

/**
 * The next one of these in the campaign's turn, which is taken in the same statement as the choice: an entry that has a
 * choice already takes no turn, however many attempts run at once.
 */
export async function chooseNextOwner(
  tx: Tx,
  {
    entryId,
    campaignId,
    ownerIds,
  }: { readonly entryId: string; readonly campaignId: string; readonly ownerIds: readonly string[] },
): Promise<Choice['ownerId']> {
  const [chosen] = await driverOf(tx)<Choice[]>`
    with entry as materialized (
      select id from crm_entries where id = ${entryId} and owner_chosen_at is null for update
    ), turn as (
      update campaigns set owner_turn = owner_turn + 1
      where id = ${campaignId} and exists (select from entry)
      returning owner_turn
    )
    update crm_entries
    set owner_id = (string_to_array(${ownerIds.join(',')}, ','))[1 + (turn.owner_turn - 1) % ${ownerIds.length}::int], owner_chosen_at = now()
    from turn
    where crm_entries.id = ${entryId}
    returning owner_id as "ownerId"`;
  return (chosen ?? (await choiceOf(tx, entryId))).ownerId;
}

/** The contact was there and keeps its own owner, who is in charge of the deal as well. */
export async function keepOwner(tx: Tx, entryId: string, ownerId: string): Promise<void> {
  await tx
    .update(crmEntries)
    .set({ ownerId, ownerChosenAt: new Date().toISOString() })
    .where(eq(crmEntries.id, entryId));
}

/** HubSpot does not have this owner: the next attempt chooses anew. */
export async function forgetOwner(tx: Tx, entryId: string, ownerId: string): Promise<void> {
  await tx
    .update(crmEntries)
    .set({ ownerId: null, ownerChosenAt: null })
    .where(and(eq(crmEntries.id, entryId), eq(crmEntries.ownerId, ownerId)));
}

async function choiceOf(tx: Tx, entryId: string): Promise<Choice> {
  const [entry] = await tx
    .select({ ownerId: crmEntries.ownerId })
    .from(crmEntries)
    .where(eq(crmEntries.id, entryId));
  if (!entry) throw new Error('An entry for which an owner is chosen is not found');
  return entry;
}
