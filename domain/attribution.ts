import { addMs, DAY_MS, type Instant, isAfter, isBefore } from './time.ts';

export const touchModels = ['first-touch', 'last-touch'] as const;
/** Which of several visits of one visitor counts. */
export type TouchModel = (typeof touchModels)[number];

/**
 * Who has the credit for a person who is referred again by somebody else. `last-referrer` moves it while the referral
 * is `registered`; once it has qualified, somebody has earned something, and it stays.
 */
export const creditKeepers = ['first-referrer', 'last-referrer'] as const;

/** By what a sign-up names its referrer: a link's form · a code that somebody typed · nothing but earlier visits. */
export const attributionWays = ['link', 'code', 'cookie'] as const;
export type AttributionWay = (typeof attributionWays)[number];

export const rejectionReasons = [
  'unknown-code',
  'retired-link',
  'outside-window',
  'no-visit',
  'campaign-not-open',
  'already-referred',
  'self-referral',
  'own-code',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/** Browsers keep no cookie for longer, so no visit can be answered later either. */
export const longestVisitDays = 400;

/** A link of the campaign, and what is known of this visitor's visits through it. */
export interface Touch {
  readonly linkId: string;
  readonly referrerId: string;
  /** The referrer. */
  readonly personId: string;
  /** A link that was replaced brings nobody any more. */
  readonly live: boolean;
  /** The earliest visit inside the window; null when all were before it, or none is known. */
  readonly firstAt: Instant | null;
  /** The latest one, wherever it lies; null when none is known. */
  readonly lastAt: Instant | null;
}

export interface AttributionInput {
  readonly via: AttributionWay;
  /** The link whose form or code came with the sign-up; null when none did, or when nobody has that code. */
  readonly given: Touch | null;
  readonly visits: readonly Touch[];
  /** The person who signs up, where we know them already. */
  readonly personId: string | null;
  readonly model: TouchModel;
  readonly now: Instant;
}

export type Attribution =
  | { readonly kind: 'attributed'; readonly via: AttributionWay; readonly touch: Touch; readonly at: Instant }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason; readonly touch: Touch | null };

/** The instant before which visits do not count; null for no bound. */
export const windowStart = (windowDays: number | null, now: Instant): Instant | null =>
  windowDays === null ? null : addMs(now, -windowDays * DAY_MS);

/**
 * Whose credit a sign-up is. A typed code says who sent the person, and is believed. The link of a form is a visit: now
 * when nothing else is known of it, else when it was visited, so that a page that was left open for months is outside
 * the window; it is the last touch, as the sign-up happens through it. A visitor's own link counts only when there is
 * no other.
 */
export function attribute({ via, given, visits, personId, model, now }: AttributionInput): Attribution {
  if (via === 'code') return given === null ? rejected('unknown-code') : alone(given, now);
  const touches = [...(given ? [asVisit(given, now)] : []), ...visits.filter(isNot(given))];
  const valid = touches.filter(({ live, firstAt }) => live && firstAt !== null);
  const others = valid.filter((touch) => touch.personId !== personId);
  const pool = others.length > 0 ? others : valid;
  const last = pool.find((touch) => touch.linkId === given?.linkId) ?? latest(pool);
  const touch = model === 'first-touch' ? earliest(pool) : last;
  if (touch) {
    const at = (model === 'first-touch' ? touch.firstAt : touch.lastAt) ?? now;
    return { kind: 'attributed', via: touch.linkId === given?.linkId ? via : 'cookie', touch, at };
  }
  const late = touches.find(({ live }) => live);
  if (late) return rejected('outside-window', late);
  const [retired] = touches;
  if (retired) return rejected('retired-link', retired);
  return rejected(via === 'link' ? 'unknown-code' : 'no-visit');
}

const rejected = (reason: RejectionReason, touch: Touch | null = null): Attribution => ({
  kind: 'rejected',
  reason,
  touch,
});

const alone = (touch: Touch, now: Instant): Attribution =>
  touch.live ? { kind: 'attributed', via: 'code', touch, at: now } : rejected('retired-link', touch);

const asVisit = (given: Touch, now: Instant): Touch =>
  given.lastAt === null ? { ...given, firstAt: now, lastAt: now } : given;

const isNot =
  (given: Touch | null) =>
  ({ linkId }: Touch): boolean =>
    linkId !== given?.linkId;

const earliest = (touches: readonly Touch[]): Touch | undefined =>
  touches.reduce<Touch | undefined>(
    (first, touch) => (first && !isBefore(touch.firstAt ?? '', first.firstAt ?? '') ? first : touch),
    undefined,
  );

const latest = (touches: readonly Touch[]): Touch | undefined =>
  touches.reduce<Touch | undefined>(
    (last, touch) => (last && !isAfter(touch.lastAt ?? '', last.lastAt ?? '') ? last : touch),
    undefined,
  );

/** Why a sign-up gave no credit, as one sentence for the operator. */
export const rejectionSentences: Readonly<Record<RejectionReason, string>> = {
  'unknown-code': 'Nobody in this campaign has the code that was given.',
  'retired-link': 'The link was replaced by a newer one of the same referrer.',
  'outside-window': 'The last visit through the link was longer ago than the campaign’s attribution window.',
  'no-visit': 'The sign-up named no referrer, and no visit through a link of this campaign is known.',
  'campaign-not-open': 'The campaign was not open when the sign-up came.',
  'already-referred': 'The person has a referral in this campaign, and it keeps its referrer.',
  'self-referral': 'The person signed up through their own link.',
  'own-code': 'The person typed their own code.',
};
