import type { Tx } from '../../db/client.ts';
import { personIdByEmail, type Rejection, touchesOf } from '../../db/queries/attribution.ts';
import { type Campaign, loadCampaign } from '../../db/queries/campaigns.ts';
import {
  type Attribution,
  type AttributionWay,
  attribute,
  type RejectionReason,
  rejectionSentences,
  windowStart,
} from '../../domain/attribution.ts';
import { acceptsSignUps, type CampaignStatus } from '../../domain/campaign.ts';
import { emailKey } from '../../domain/email.ts';
import { notFound, Problem } from '../problem.ts';
import type { Visitor } from '../visitor.ts';
import { notOpen } from './join-campaign.ts';

/** How a sign-up names its referrer: the code of a link's form, one that was typed, or none but the visitor's visits. */
export type SignUpVia =
  | { readonly kind: 'link' | 'code'; readonly code: string }
  | { readonly kind: 'cookie' };

export interface Claim {
  readonly campaignId: string;
  readonly via: SignUpVia;
  readonly visitor: Visitor;
  readonly email: string;
  readonly now: string;
}

export type RejectionRow = Omit<Rejection, 'id'>;

export type Claimed =
  | {
      readonly kind: 'attributed';
      readonly campaign: Campaign;
      readonly attribution: Extract<Attribution, { kind: 'attributed' }>;
    }
  | { readonly kind: 'refused'; readonly rejection: RejectionRow; readonly campaignStatus: CampaignStatus };

/**
 * Whose credit the sign-up would be. Nobody is stored for one that is refused; the row of the refusal is the caller's to
 * store, since one that ends in an error must outlive it.
 */
export async function attributeSignUp(tx: Tx, claim: Claim): Promise<Claimed> {
  const { campaignId, via, visitor, now } = claim;
  const campaign = await loadCampaign(tx, campaignId);
  if (!campaign) throw notFound('campaign');
  const { attributionWindowDays, attribution: model, workspaceId } = campaign;
  // A code that somebody typed may have capitals; codes have none.
  const code = via.kind === 'cookie' ? null : via.kind === 'code' ? via.code.toLowerCase() : via.code;
  const since = windowStart(attributionWindowDays, now);
  const known = await touchesOf(tx, { campaignId, code, visitHashes: visitor.visitHashes, since });
  const personId = await personIdByEmail(tx, workspaceId, emailKey(claim.email) ?? '');
  const attribution = attribute({ via: via.kind, ...known, personId, model, now });
  if (acceptsSignUps(campaign.status) && attribution.kind === 'attributed')
    return { kind: 'attributed', campaign, attribution };
  const open = acceptsSignUps(campaign.status);
  const reason = open && attribution.kind === 'rejected' ? attribution.reason : 'campaign-not-open';
  return {
    kind: 'refused',
    campaignStatus: campaign.status,
    rejection: {
      ...rejectionOf(campaign, claim, attribution.touch),
      reason,
      personId,
      referralId: null,
    },
  };
}

/** What every rejection says of its sign-up. */
export const rejectionOf = (
  { workspaceId, id: campaignId }: Campaign,
  { via, now: at }: Pick<Claim, 'via' | 'now'>,
  touch: Attribution['touch'],
): Omit<RejectionRow, 'reason' | 'personId' | 'referralId'> => ({
  workspaceId,
  campaignId,
  via: via.kind satisfies AttributionWay,
  code: via.kind !== 'cookie' && codePattern.test(via.code) ? via.code : null,
  linkId: touch?.linkId ?? null,
  referrerId: touch?.referrerId ?? null,
  at,
});

/** As `domain/link-code.ts` makes them. */
const codePattern = /^[a-z2-9]{10}$/;

/** A refusal as an error; the row that tells it to the operator is to be stored after the transaction that it ends. */
export class RefusedSignUp extends Problem {
  readonly rejection: RejectionRow;

  constructor(rejection: RejectionRow, campaignStatus: CampaignStatus) {
    const { status, detail } = refusalOf(rejection.reason, campaignStatus);
    super(status, detail);
    this.rejection = rejection;
  }
}

/** The same for a code that nobody has and one that was retired: so does a link that is followed. */
export const unknownCode = 'There is no such referral code.';

function refusalOf(
  reason: RejectionReason,
  campaignStatus: CampaignStatus,
): { status: number; detail: string } {
  switch (reason) {
    case 'campaign-not-open':
      return { status: 409, detail: notOpen(campaignStatus) };
    case 'unknown-code':
    case 'retired-link':
      return { status: 404, detail: unknownCode };
    default:
      return { status: 409, detail: rejectionSentences[reason] };
  }
}
