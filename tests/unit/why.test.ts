import { describe, expect, test } from 'vitest';
import { fraudReason } from '../../domain/fraud.ts';
import { parkedReasons, referralStatuses } from '../../domain/referral.ts';
import { rewardStatuses } from '../../domain/reward.ts';
import { rewardSentence } from '../../domain/reward-story.ts';
import { standingOf } from '../../domain/standing.ts';
import { endSentence, standingSentence } from '../../domain/standing-story.ts';
import { day } from '../factories/qualification.ts';
import { aReferral } from '../factories/standing.ts';

const oneSentence = /^[A-Z].*[^.]\.$/;
const story = (facts: Parameters<typeof standingOf>[0]) =>
  standingSentence({
    standing: standingOf(facts, day(10)),
    rejectedReason: null,
    refusedProperty: null,
    heldBy: null,
  });

describe('E1: sentences for people', () => {
  test.each(referralStatuses)('a referral that is %s has one, open and settled', (status) => {
    expect(story(aReferral({ status }))).toMatch(oneSentence);
    expect(story(aReferral({ status, settledAt: day(9) }))).toMatch(oneSentence);
  });

  test.each(parkedReasons)('parked by %s has one of its own, with when it is tried again', (parkedReason) => {
    const forever = story(aReferral({ parkedReason }));
    expect(forever).toMatch(oneSentence);
    expect(forever).not.toBe(story(aReferral()));
    expect(story(aReferral({ parkedReason, parkedRetryAt: day(11) }))).toBe(
      `${forever} It is tried again at 12 May 2026, 10:00 UTC.`,
    );
  });

  test('P7: a rejection for fraud names the check', () => {
    expect(endSentence('rejected', fraudReason('ring'))).toContain('fraud check "ring"');
  });

  test.each(rewardStatuses)('a reward that is %s has one', (status) => {
    const reward = {
      status,
      reason: null,
      beneficiary: 'referred',
      amountMinor: null,
      currency: null,
      holdUntil: null,
      issuedAt: null,
    } as const;
    expect(rewardSentence(reward, day(10))).toMatch(/^The reward for the friend: [a-z].*\.$/);
  });

  test('a reward whose hold is over is not said to be held until a day that has passed', () => {
    const held = {
      status: 'held',
      reason: null,
      beneficiary: 'referrer',
      amountMinor: 2_500,
      currency: 'EUR',
      holdUntil: day(10),
      issuedAt: null,
    } as const;
    expect(rewardSentence(held, day(9))).toContain('held until 11 May 2026');
    expect(rewardSentence(held, day(10))).toContain('its hold is over');
  });
});
