import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Tx } from '../../client.ts';
import { people, personCrmIds } from '../../schema/people.ts';

interface Address {
  readonly workspaceId: string;
  readonly personId: string;
  readonly emailKey: string;
}

/** The other living person of the workspace who has this address. */
export async function holderOfEmail(
  tx: Tx,
  { workspaceId, emailKey, personId }: Address,
): Promise<string | null> {
  const [row] = await tx
    .select({ id: people.id })
    .from(people)
    .where(
      and(
        eq(people.workspaceId, workspaceId),
        eq(people.emailKey, emailKey),
        isNull(people.mergedInto),
        isNull(people.erasedAt),
        ne(people.id, personId),
      ),
    );
  return row?.id ?? null;
}

/**
 * The address of a person, and with it of the live referrals that they are the friend in. False when another person
 * has it; throws a unique violation when somebody takes it at this very moment.
 */
export async function setEmail(tx: Tx, address: Address & { readonly email: string }): Promise<boolean> {
  const { personId, email, emailKey } = address;
  if ((await holderOfEmail(tx, address)) !== null) return false;
  await tx.update(people).set({ email, emailKey }).where(eq(people.id, personId));
  await alignReferrals(tx, address);
  return true;
}

/** A person's live referral in each campaign stands under their address, so that whoever signs up under it is known there. */
export async function alignReferrals(
  tx: Tx,
  { personId, emailKey }: Pick<Address, 'personId' | 'emailKey'>,
): Promise<void> {
  await tx.execute(sql`
    update referrals f set email_key = ${emailKey}
    where f.email_key is distinct from ${emailKey} and f.id in (
      select distinct on (campaign_id) id from referrals
      where person_id = ${personId} and status not in ('rejected', 'expired', 'erased')
      order by campaign_id, signed_up_at, id)
    and not exists (
      select 1 from referrals taken
      where taken.campaign_id = f.campaign_id and taken.email_key = ${emailKey}
        and taken.status not in ('rejected', 'expired', 'erased'))`);
}

/** Who has the address that this contact has now; null once it is its own person's, or nobody's. */
export async function noteEmailHolder(
  tx: Tx,
  { connectionId, crmId, heldBy }: { connectionId: string; crmId: string; heldBy: string | null },
): Promise<void> {
  await tx
    .update(personCrmIds)
    .set({ emailHeldBy: heldBy })
    .where(
      and(
        eq(personCrmIds.connectionId, connectionId),
        eq(personCrmIds.objectType, 'contact'),
        eq(personCrmIds.crmId, crmId),
      ),
    );
}
