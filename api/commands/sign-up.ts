import { sql } from 'drizzle-orm';
import type { Tx } from '../../db/client.ts';
import { loadRules } from '../../db/queries/campaigns.ts';
import { enqueueStarts } from '../../db/queries/outbox.ts';
import { upsertPerson } from '../../db/queries/people.ts';
import { insertReferral, type Referral, recordEvent } from '../../db/queries/referrals.ts';
import { reflectReferrers } from '../../db/queries/reflection.ts';
import type { CampaignStatus } from '../../domain/campaign.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { PersonBody } from '../schemas/people.ts';
import type { Visitor } from '../visitor.ts';
import { attributeSignUp, type RejectionRow, type SignUpVia } from './attribute-sign-up.ts';
import { referAgain, referThemselves } from './lost-credit.ts';
import { personInput } from './person-input.ts';
import { lookForFraud, referralRow, type SignUpStep } from './sign-up-step.ts';

export type SignUpOutcome =
  | { readonly kind: 'registered'; readonly referral: Referral }
  /** The person has a live referral in this campaign: it keeps its referrer, or is this one's now. */
  | { readonly kind: 'already-referred' | 'credit-moved'; readonly referral: Referral }
  /** Stored as rejected, for the operator to see. */
  | { readonly kind: 'self-referral'; readonly referral: Referral }
  /** Nobody has the credit, and nobody is stored. The row that says why is the caller's to store. */
  | { readonly kind: 'refused'; readonly rejection: RejectionRow; readonly campaignStatus: CampaignStatus };

export interface SignUpInput {
  readonly campaignId: string;
  readonly via: SignUpVia;
  readonly visitor: Visitor;
  readonly person: PersonBody;
}

/**
 * A person signs up: whose credit it is, person, referral, its first timeline line, what fraud checks find, and the
 * start of its lifecycle, all or nothing. Whoever answers the public must not tell the outcomes apart.
 */
export async function signUp(
  deps: Pick<ApiDependencies, 'config' | 'now'>,
  tx: Tx,
  { campaignId, via, visitor, person: body }: SignUpInput,
): Promise<SignUpOutcome> {
  const claimed = await attributeSignUp(tx, { campaignId, via, visitor, email: body.email, now: deps.now() });
  if (claimed.kind === 'refused') return claimed;
  const { campaign, attribution } = claimed;
  const rules = await loadRules(tx, campaign.id);
  invariant(rules, 'a campaign is made with its first rules');
  const person = await upsertPerson(tx, campaign.workspaceId, personInput(body));
  const { referrerId, personId } = attribution.touch;
  // Sign-ups of one referrer come one after the other, so that each counts those before it; the clock is read then.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${referrerId}::text, 7))`);
  const step = { deps, via, visitor, campaign, attribution, rules, person, now: deps.now() };
  if (person.id === personId) return referThemselves(tx, step);
  const made = await insertReferral(tx, { ...referralRow(step), status: 'registered' });
  if (made.kind === 'already-referred') return referAgain(tx, step, made.referral);
  await begin(tx, step, made.referral);
  return made;
}

async function begin(tx: Tx, step: SignUpStep, referral: Referral): Promise<void> {
  const { attribution, deps, now: at } = step;
  const { id: referralId, workspaceId, campaignId, referrerId } = referral;
  await recordEvent(tx, referral, {
    kind: 'signed-up',
    facts: {
      referrerId: toPublicId('referrer', referrerId),
      via: attribution.via,
      visitedAt: attribution.at,
    },
    at,
  });
  await lookForFraud(tx, step, referral);
  const address = referralWorkflow({ workspaceId, referralId, campaignId });
  await enqueueStarts(tx, [{ workspaceId, address }]);
  const { PUBLIC_URL: publicUrl } = deps.config;
  await reflectReferrers(tx, { workspaceId, campaignId, referrerIds: [referrerId], publicUrl });
}
