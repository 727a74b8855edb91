import { and, asc, eq, isNull } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../../client.ts';
import { referrals, timelineEvents } from '../../schema/referrals.ts';
import type { Referral } from '../referrals.ts';

/** Rows of one statement, far below the 65,534 parameters that the driver takes. */
const rowsPerStatement = 1_000;

/** The same line in the story of each of these referrals; facts are ids and codes. */
export async function recordEvents(
  tx: Tx,
  rows: readonly Pick<Referral, 'id' | 'workspaceId'>[],
  { kind, facts, at }: { readonly kind: string; readonly facts: object; readonly at: string },
): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsPerStatement) {
    const part = rows.slice(first, first + rowsPerStatement);
    await tx.insert(timelineEvents).values(
      part.map(({ id: referralId, workspaceId }) => ({
        id: newId(),
        workspaceId,
        referralId,
        kind,
        facts,
        at,
      })),
    );
  }
}

/** Referrals that wait for something and that this person is the friend in. */
export const unsettledOf = (tx: Tx, personId: string): Promise<Referral[]> =>
  tx
    .select()
    .from(referrals)
    .where(and(eq(referrals.personId, personId), isNull(referrals.settledAt)))
    .orderBy(asc(referrals.id));
