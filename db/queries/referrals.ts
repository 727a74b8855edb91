import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { type ReferralFacts, settlesNow } from '../../domain/standing.ts';
import { isAfter, toInstant } from '../../domain/time.ts';
import type { Tx } from '../client.ts';
import { rewardRules } from '../schema/campaigns.ts';
import { referrers } from '../schema/people.ts';
import { referrals, timelineEvents } from '../schema/referrals.ts';
import { rewards } from '../schema/rewards.ts';

export type Referral = typeof referrals.$inferSelect;

export type SignUp =
  | { readonly kind: 'registered'; readonly referral: Referral }
  /** The person has a live referral in this campaign: the first referrer keeps the credit. */
  | { readonly kind: 'already-referred'; readonly referral: Referral };

/**
 * The partial unique index decides who was first; nothing is checked before it. A referrer who is merged at this very
 * moment is waited for: the credit is whose they turn out to be.
 */
export async function insertReferral(
  tx: Tx,
  row: Omit<typeof referrals.$inferInsert, 'id'>,
): Promise<SignUp> {
  const [stays] = await tx
    .select({ id: sql<string>`coalesce(${referrers.mergedInto}, ${referrers.id})` })
    .from(referrers)
    .where(eq(referrers.id, row.referrerId))
    .for('key share');
  const [referral] = await tx
    .insert(referrals)
    .values({ id: newId(), ...row, referrerId: stays?.id ?? row.referrerId })
    .onConflictDoNothing()
    .returning();
  if (referral) return { kind: 'registered', referral };
  const [live] = await tx
    .select()
    .from(referrals)
    .where(
      and(
        eq(referrals.campaignId, row.campaignId),
        eq(referrals.emailKey, row.emailKey ?? ''),
        sql`status not in ('rejected', 'expired', 'erased')`,
      ),
    );
  if (!live) throw new Error('A referral met a conflict that is gone; the request may be repeated');
  return { kind: 'already-referred', referral: live };
}

export async function loadReferral(tx: Tx, referralId: string): Promise<Referral | null> {
  const [row] = await tx.select().from(referrals).where(eq(referrals.id, referralId));
  return row ?? null;
}

export async function updateReferral(
  tx: Tx,
  referralId: string,
  changes: Partial<Omit<typeof referrals.$inferInsert, 'id' | 'workspaceId'>>,
): Promise<void> {
  await tx.update(referrals).set(changes).where(eq(referrals.id, referralId));
}

/**
 * Takes the next decision number if nobody decided since `seen` was read; the row stays locked until the transaction
 * ends. False means that a newer decision was first: read again.
 */
export async function takeDecision(tx: Tx, referralId: string, seen: number): Promise<boolean> {
  const taken = await tx
    .update(referrals)
    .set({ decisionSeq: seen + 1 })
    .where(and(eq(referrals.id, referralId), eq(referrals.decisionSeq, seen)))
    .returning({ id: referrals.id });
  return taken.length > 0;
}

/**
 * Holds the row until the transaction ends, if no decision was committed since `seen` was read. Whoever acts on an
 * answer of HubSpot outside a decision asks this first, and locks the referral before its rewards as decisions do.
 */
export async function holdDecision(tx: Tx, referralId: string, seen: number): Promise<boolean> {
  const row = await lockReferral(tx, referralId);
  return row?.decisionSeq === seen && row.settledAt === null;
}

/** The row as it is now, held until the transaction ends. */
export async function lockReferral(tx: Tx, referralId: string): Promise<Referral | null> {
  const [row] = await tx.select().from(referrals).where(eq(referrals.id, referralId)).for('update');
  return row ?? null;
}

/** What the row waits for, for `standingOf`. */
export async function referralFacts(tx: Tx, referralId: string): Promise<ReferralFacts | null> {
  const row = await loadReferral(tx, referralId);
  if (!row) return null;
  const theirs = await tx
    .select({
      id: rewards.id,
      status: rewards.status,
      holdUntil: rewards.holdUntil,
      approval: rewardRules.approval,
    })
    .from(rewards)
    .innerJoin(rewardRules, eq(rewardRules.id, rewards.rewardRuleId))
    .where(eq(rewards.referralId, referralId))
    .orderBy(rewards.createdAt, rewards.id);
  return {
    status: row.status,
    enteredAt: row.enteredAt,
    settledAt: row.settledAt,
    parkedReason: row.parkedReason as ReferralFacts['parkedReason'],
    parkedRetryAt: row.parkedRetryAt,
    expiresAt: row.expiresAt,
    reversibleUntil: row.reversibleUntil,
    alreadyQualified: row.alreadyQualified,
    rewards: theirs,
  };
}

/** The lifecycle ends once nothing can happen any more; asked at the end of each transaction that changes something. */
export async function settleIfOver(tx: Tx, referralId: string, asOf: string): Promise<void> {
  const facts = await referralFacts(tx, referralId);
  if (facts && facts.settledAt === null && settlesNow(facts, asOf))
    await updateReferral(tx, referralId, { settledAt: asOf });
}

/** Outage pauses grow: 1, 5, 15 minutes, then an hour. */
const parkedPausesMs = [60_000, 300_000, 900_000, 3_600_000];

/**
 * What stops the referral for now, said once; `retry` sets when to look again by itself (after `retryAfterMs`, where
 * HubSpot told), without it a nudge must come.
 */
export async function parkReferral(
  tx: Tx,
  referral: Referral,
  parked: {
    readonly reason: string;
    readonly retry: boolean;
    readonly retryAfterMs?: number;
    readonly asOf: string;
    readonly facts?: object;
  },
): Promise<void> {
  const times = referral.parkedReason === parked.reason ? referral.parkedTimes + 1 : 1;
  const pauseMs =
    parked.retryAfterMs ?? parkedPausesMs[Math.min(times, parkedPausesMs.length) - 1] ?? 3_600_000;
  await updateReferral(tx, referral.id, {
    parkedReason: parked.reason,
    parkedTimes: times,
    parkedRetryAt: parked.retry ? new Date(Date.parse(parked.asOf) + pauseMs).toISOString() : null,
  });
  if (times === 1) {
    await recordEvent(tx, referral, {
      kind: 'parked',
      facts: { reason: parked.reason, ...parked.facts },
      at: parked.asOf,
    });
  }
}

export async function unparkReferral(tx: Tx, referral: Referral): Promise<void> {
  if (referral.parkedReason === null) return;
  await updateReferral(tx, referral.id, { parkedReason: null, parkedRetryAt: null, parkedTimes: 0 });
}

/**
 * One line of a referral's story; facts are ids, codes and amounts. Told at `at`, the workflow's now, or at the time of
 * the write when that is later: an activity may have waited for its turn with HubSpot.
 */
export async function recordEvent(
  tx: Tx,
  referral: Pick<Referral, 'id' | 'workspaceId'>,
  { kind, facts, at }: { readonly kind: string; readonly facts: object; readonly at: string },
): Promise<void> {
  const { id: referralId, workspaceId } = referral;
  const now = toInstant(Date.now());
  await tx
    .insert(timelineEvents)
    .values({ id: newId(), workspaceId, referralId, kind, facts, at: isAfter(at, now) ? at : now });
}

/** Unsettled referrals that wait for their connection to be made again. */
export async function parkedReferrals(
  tx: Tx,
  connectionId: string,
): Promise<Pick<Referral, 'id' | 'campaignId' | 'workspaceId'>[]> {
  return tx
    .select({ id: referrals.id, campaignId: referrals.campaignId, workspaceId: referrals.workspaceId })
    .from(referrals)
    .where(
      and(
        eq(referrals.connectionId, connectionId),
        isNull(referrals.settledAt),
        inArray(referrals.parkedReason, ['not-connected', 'reconnect-needed']),
      ),
    )
    .orderBy(desc(referrals.id));
}
