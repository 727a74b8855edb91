import { findFraud, fraudActionsOf } from '../../domain/fraud.ts';
import { toPublicId } from '../../domain/id.ts';
import type { Tx } from '../client.ts';
import type { Campaign } from './campaigns.ts';
import { type FraudFinding, storeFindings } from './fraud.ts';
import { fraudFactsOf } from './fraud-facts.ts';
import { type Referral, recordEvent } from './referrals.ts';

export interface FraudCheck {
  readonly referral: Pick<Referral, 'id' | 'workspaceId' | 'campaignId'>;
  readonly campaign: Pick<Campaign, 'fraud' | 'velocitySignUps' | 'velocityMinutes'>;
  readonly disposableDomains: ReadonlySet<string>;
  readonly at: string;
  /** Hashes of the sign-up's address and browser under older keys. */
  readonly alsoSeen?: readonly string[];
}

/**
 * Looks at one referral by every rule that its campaign has on, and stores and tells what is new. Repeating it finds
 * nothing twice. What follows for rewards is the caller's, by `fraudStand`.
 */
export async function checkFraud(tx: Tx, check: FraudCheck): Promise<FraudFinding[]> {
  const { referral, campaign, at } = check;
  const { velocitySignUps: signUps, velocityMinutes: minutes } = campaign;
  const facts = await fraudFactsOf(tx, referral.id, { ...check, velocityMinutes: minutes });
  const found = findFraud(facts, {
    actions: fraudActionsOf(campaign.fraud),
    velocity: { signUps, minutes },
  });
  return tell(
    tx,
    check,
    found.map((finding) => ({ ...finding, referralId: referral.id })),
    at,
  );
}

/**
 * The same at a sign-up, which may close a ring: the referral on its other side is part of it, and is told even where its
 * reward was issued before.
 */
export async function checkSignUp(tx: Tx, check: FraudCheck): Promise<FraudFinding[]> {
  const found = await checkFraud(tx, check);
  const ring = found.find(({ rule, referralId }) => rule === 'ring' && referralId === check.referral.id);
  const others = (ring?.evidence['referralIds'] ?? []) as readonly string[];
  if (!ring || others.length === 0) return found;
  const late = others.map((referralId) => ({
    rule: ring.rule,
    severity: ring.severity,
    evidence: { referralIds: [check.referral.id] },
    referralId,
  }));
  return [...found, ...(await tell(tx, check, late, check.at))];
}

async function tell(
  tx: Tx,
  { referral: { workspaceId, campaignId } }: FraudCheck,
  found: Parameters<typeof storeFindings>[2],
  at: string,
): Promise<FraudFinding[]> {
  const stored = await storeFindings(tx, { workspaceId, campaignId, foundAt: at }, found);
  for (const { id, referralId, rule, severity } of stored) {
    const findingId = toPublicId('fraudFinding', id);
    await recordEvent(
      tx,
      { id: referralId, workspaceId },
      { kind: 'fraud-found', facts: { findingId, rule, severity }, at },
    );
  }
  return stored;
}
