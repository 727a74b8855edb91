import { and, asc, desc, eq, inArray, isNotNull, like, lt, or, type SQL, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { type Finding, type FraudRule, fraudReason } from '../../domain/fraud.ts';
import type { Tx } from '../client.ts';
import { fraudFindings, visitTraces } from '../schema/fraud.ts';
import { rewards } from '../schema/rewards.ts';
import type { Reward } from './rewards.ts';

export type FraudFinding = typeof fraudFindings.$inferSelect;

/**
 * Stores what is new: a rule is found once about a referral. A flag that holds by now is raised as long as nobody has
 * decided it. Answers the findings that were stored or raised.
 */
export async function storeFindings(
  tx: Tx,
  owner: { readonly workspaceId: string; readonly campaignId: string; readonly foundAt: string },
  found: readonly (Finding & { readonly referralId: string })[],
): Promise<FraudFinding[]> {
  if (found.length === 0) return [];
  // One order of rows for everybody who stores more than one.
  const ordered = found.toSorted((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));
  return tx
    .insert(fraudFindings)
    .values(ordered.map((finding) => ({ id: newId(), ...owner, ...finding })))
    .onConflictDoUpdate({
      target: [fraudFindings.referralId, fraudFindings.rule],
      set: { severity: 'hold', evidence: sql`excluded.evidence` },
      setWhere: sql`${fraudFindings.state} = 'open' and ${fraudFindings.severity} = 'flag' and excluded.severity = 'hold'`,
    })
    .returning();
}

const rowKey = ({ referralId, rule }: { readonly referralId: string; readonly rule: string }) =>
  `${referralId}/${rule}`;

/** What keeps the rewards of a referral back: a finding that nobody has decided yet, or one that was found true. */
export async function fraudStand(
  tx: Tx,
  referralId: string,
): Promise<{ readonly held: FraudRule | null; readonly rejected: FraudRule | null }> {
  const rows = await tx
    .select({ rule: fraudFindings.rule, state: fraudFindings.state })
    .from(fraudFindings)
    .where(
      and(
        eq(fraudFindings.referralId, referralId),
        or(
          eq(fraudFindings.state, 'rejected'),
          and(eq(fraudFindings.state, 'open'), eq(fraudFindings.severity, 'hold')),
        ),
      ),
    )
    .orderBy(asc(fraudFindings.foundAt), asc(fraudFindings.id));
  const first = (state: FraudFinding['state']) => rows.find((row) => row.state === state)?.rule ?? null;
  return { held: first('open'), rejected: first('rejected') };
}

/** Keeps back what is not ordered yet; each reward remembers from where. The caller holds the referral's lock. */
export async function holdBack(tx: Tx, referralId: string, rule: FraudRule): Promise<Reward[]> {
  return tx
    .update(rewards)
    .set({
      status: 'needs_review',
      reason: fraudReason(rule),
      heldBackFrom: sql`${rewards.status}`,
    })
    .where(and(eq(rewards.referralId, referralId), inArray(rewards.status, ['pending', 'held', 'approved'])))
    .returning();
}

const heldBack = (referralId: string) =>
  and(
    eq(rewards.referralId, referralId),
    eq(rewards.status, 'needs_review'),
    isNotNull(rewards.heldBackFrom),
    like(rewards.reason, 'fraud:%'),
  );

/** Returns what was kept back to where it would be. The caller holds the referral's lock. */
export async function giveBack(tx: Tx, referralId: string): Promise<Reward[]> {
  return tx
    .update(rewards)
    .set({ status: sql`${rewards.heldBackFrom}`, reason: null })
    .where(heldBack(referralId))
    .returning();
}

/** The rewards stay back, for another finding than before. */
export async function blame(tx: Tx, referralId: string, rule: FraudRule): Promise<void> {
  await tx
    .update(rewards)
    .set({ reason: fraudReason(rule) })
    .where(heldBack(referralId));
}

/** Compare-and-set: whoever decides second gets null. */
export async function decideFinding(
  tx: Tx,
  findingId: string,
  decision: {
    readonly state: 'released' | 'rejected';
    readonly note: string;
    readonly decidedBy: string;
    readonly decidedAt: string;
  },
): Promise<FraudFinding | null> {
  const [row] = await tx
    .update(fraudFindings)
    .set(decision)
    .where(and(eq(fraudFindings.id, findingId), eq(fraudFindings.state, 'open')))
    .returning();
  return row ?? null;
}

/** Another referrer has the credit: what was found about the former one says nothing of the new one. */
export async function forgetFindings(tx: Tx, referralId: string): Promise<void> {
  await tx.delete(fraudFindings).where(eq(fraudFindings.referralId, referralId));
}

export interface ShownFinding {
  readonly finding: FraudFinding;
  /** A reward of the referral was ordered already: taking it back is the operator's. */
  readonly ordered: boolean;
}

const ordered = sql<boolean>`exists (
  select 1 from rewards w where w.referral_id = fraud_findings.referral_id and w.status in ('issuing', 'issued', 'clawed_back'))`;

/** Newest first, by id. */
export const listFindings = (
  tx: Tx,
  filter: {
    readonly campaignId?: string | undefined;
    readonly referralId?: string | undefined;
    readonly state?: FraudFinding['state'] | undefined;
    readonly rule?: FraudRule | undefined;
    readonly afterId?: string | undefined;
  },
  limit: number,
): Promise<ShownFinding[]> =>
  shown(
    tx,
    and(
      filter.campaignId ? eq(fraudFindings.campaignId, filter.campaignId) : undefined,
      filter.referralId ? eq(fraudFindings.referralId, filter.referralId) : undefined,
      filter.state ? eq(fraudFindings.state, filter.state) : undefined,
      filter.rule ? eq(fraudFindings.rule, filter.rule) : undefined,
      filter.afterId ? lt(fraudFindings.id, filter.afterId) : undefined,
    ),
    limit,
  );

export async function loadFinding(tx: Tx, findingId: string): Promise<ShownFinding | null> {
  const [row] = await shown(tx, eq(fraudFindings.id, findingId), 1);
  return row ?? null;
}

const shown = (tx: Tx, where: SQL | undefined, limit: number): Promise<ShownFinding[]> =>
  tx
    .select({ finding: fraudFindings, ordered })
    .from(fraudFindings)
    .where(where)
    .orderBy(desc(fraudFindings.id))
    .limit(limit);

/** From where somebody joined or signed up; nothing is stored of a visitor who left no trace. */
export async function recordTrace(tx: Tx, row: Omit<typeof visitTraces.$inferInsert, 'id'>): Promise<void> {
  if (row.ipHash === null && row.deviceHash === null) return;
  await tx.insert(visitTraces).values({ id: newId(), ...row });
}
