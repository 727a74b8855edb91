import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parkedReasons, referralStatuses } from '../../domain/referral.ts';
import { rewardStatuses } from '../../domain/reward.ts';
import {
  describeStanding,
  dueReward,
  type ReferralFacts,
  settlesNow,
  standingOf,
} from '../../domain/standing.ts';
import { isAfter } from '../../domain/time.ts';
import { day, signedUpAt } from '../factories/qualification.ts';
import { aReferral, aReward } from '../factories/standing.ts';

const now = day(10);

const qualified = (...rewards: ReferralFacts['rewards']) => aReferral({ status: 'qualified', rewards });
const rewarded = (reversibleUntil: string | null) =>
  aReferral({ status: 'rewarded', reversibleUntil, rewards: [aReward({ status: 'issued' })] });

describe('a registered referral', () => {
  test('S43: first waits to enter HubSpot, then for qualification', () => {
    expect(standingOf(aReferral({ enteredAt: null }), now)).toMatchObject({
      entered: false,
      waitingFor: 'crm-entry',
    });
    expect(standingOf(aReferral(), now)).toMatchObject({
      entered: true,
      settled: false,
      waitingFor: 'qualification',
      deadline: null,
    });
  });

  test('looks again when it expires', () => {
    expect(standingOf(aReferral({ expiresAt: day(60) }), now).deadline).toBe(day(60));
  });

  test('S68: waits for a person where it had qualified before the sign-up', () => {
    const standing = standingOf(aReferral({ alreadyQualified: 'pending' }), now);
    expect(standing.waitingFor).toBe('operator');
    expect(describeStanding(standing)).toContain('accept or reject');
  });

  test('an expiry that is over is looked at now', () => {
    expect(standingOf(aReferral({ expiresAt: day(9) }), now).deadline).toBe(day(9));
  });

  test('expiry counts only while registered', () => {
    const facts = aReferral({
      status: 'qualified',
      expiresAt: day(9),
      rewards: [aReward({ status: 'pending' })],
    });
    expect(standingOf(facts, now).deadline).toBeNull();
  });
});

describe('a qualified referral', () => {
  test('S5: a reward that is approved is due at once', () => {
    const standing = standingOf(qualified(aReward({ id: 'r' })), now);
    expect(standing).toMatchObject({ dueRewardIds: ['r'], waitingFor: 'issue' });
    expect(dueReward(standing, now)).toBe('r');
  });

  test('P3: a held reward falls due when its hold ends, by the standing made before', () => {
    const standing = standingOf(qualified(aReward({ id: 'r', status: 'held', holdUntil: day(20) })), now);
    expect(standing).toMatchObject({ dueRewardIds: [], deadline: day(20), waitingFor: 'hold' });
    expect(dueReward(standing, day(19.999))).toBeNull();
    expect(dueReward(standing, day(20))).toBe('r');
  });

  test('of several holds the first one is the deadline, and what is due is issued before', () => {
    const standing = standingOf(
      qualified(
        aReward({ id: 'late', status: 'held', holdUntil: day(40) }),
        aReward({ id: 'soon', status: 'held', holdUntil: day(20) }),
        aReward({ id: 'now' }),
      ),
      now,
    );
    expect(standing).toMatchObject({ dueRewardIds: ['now'], deadline: day(20), waitingFor: 'issue' });
    expect(dueReward(standing, now)).toBe('now');
  });

  test('P4: a reward that waits for approval is not due, and nothing wakes it but a person', () => {
    const standing = standingOf(qualified(aReward({ status: 'pending' })), now);
    expect(standing).toMatchObject({ dueRewardIds: [], deadline: null, waitingFor: 'approval' });
  });

  test('P4: the end of a hold does not stand in for an approval', () => {
    const held = aReward({ status: 'held', holdUntil: day(9), approval: 'manual' });
    expect(standingOf(qualified(held), now)).toMatchObject({ dueRewardIds: [], waitingFor: 'approval' });
  });

  test('P4: nor does an approval end the hold', () => {
    const standing = standingOf(
      qualified(aReward({ status: 'approved', holdUntil: day(20), approval: 'manual' })),
      now,
    );
    expect(standing).toMatchObject({ dueRewardIds: [], deadline: day(20), waitingFor: 'hold' });
  });

  test('S84: a reward under review waits for a person', () => {
    expect(standingOf(qualified(aReward({ status: 'needs_review' })), now)).toMatchObject({
      dueRewardIds: [],
      deadline: null,
      waitingFor: 'review',
    });
  });

  test('E5: a reward found half issued is taken up at once, before all others wait', () => {
    const half = aReward({ id: 'half', status: 'issuing', holdUntil: day(20) });
    expect(standingOf(qualified(half), now).dueRewardIds).toEqual(['half']);
  });

  test('S45: without rewards it settles, though a row must say so', () => {
    expect(settlesNow(qualified(), now)).toBe(true);
    expect(standingOf({ ...qualified(), settledAt: now }, now)).toMatchObject({
      settled: true,
      waitingFor: 'nothing',
    });
  });

  test('it settles when all its rewards are voided, and not while one is open', () => {
    expect(settlesNow(qualified(aReward({ status: 'voided' })), now)).toBe(true);
    expect(settlesNow(qualified(aReward({ status: 'voided' }), aReward({ status: 'pending' })), now)).toBe(
      false,
    );
  });
});

describe('a rewarded referral', () => {
  test('E7: stays open until its reversal window is over', () => {
    expect(standingOf(rewarded(day(40)), now)).toMatchObject({
      deadline: day(40),
      waitingFor: 'reversal-window',
    });
    expect(settlesNow(rewarded(day(40)), day(39))).toBe(false);
    expect(settlesNow(rewarded(day(40)), day(40))).toBe(true);
  });

  test('settles at once without a window', () => {
    expect(settlesNow(rewarded(null), now)).toBe(true);
  });
});

test.each(['reversed', 'rejected', 'expired'] as const)(
  'a %s referral settles once nothing is half issued',
  (status) => {
    expect(settlesNow(aReferral({ status, rewards: [aReward({ status: 'voided' })] }), now)).toBe(true);
    expect(settlesNow(aReferral({ status, rewards: [aReward({ status: 'issuing' })] }), now)).toBe(false);
  },
);

test('P20: an erased referral settles whatever its rewards are', () => {
  expect(
    settlesNow(aReferral({ status: 'erased', rewards: [aReward({ status: 'needs_review' })] }), now),
  ).toBe(true);
});

describe('a parked referral', () => {
  test('S86: does nothing and wakes by nothing but a nudge', () => {
    const facts = aReferral({
      status: 'qualified',
      parkedReason: 'not-connected',
      rewards: [aReward({ status: 'held', holdUntil: day(5) })],
    });
    const standing = standingOf(facts, now);
    expect(standing).toMatchObject({
      parked: 'not-connected',
      dueRewardIds: [],
      deadline: null,
      waitingFor: 'operator',
    });
    expect(dueReward(standing, day(50))).toBeNull();
  });

  test('does not expire meanwhile: on its return, what happened in time still counts', () => {
    expect(
      standingOf(aReferral({ parkedReason: 'reconnect-needed', expiresAt: day(11) }), now).deadline,
    ).toBeNull();
  });

  test('tries again by itself where that may help', () => {
    const standing = standingOf(
      aReferral({ parkedReason: 'hubspot-unavailable', parkedRetryAt: day(10.1), expiresAt: day(10.05) }),
      now,
    );
    expect(standing).toMatchObject({ deadline: day(10.1), waitingFor: 'qualification' });
    expect(describeStanding(standing)).toBe(`HubSpot does not answer; tried again at **${day(10.1)}**.`);
  });
});

describe('whatever the row says', () => {
  const instant = fc.option(fc.integer({ min: 0, max: 20 }).map(day));
  const facts: fc.Arbitrary<ReferralFacts> = fc.record({
    status: fc.constantFrom(...referralStatuses),
    enteredAt: instant,
    settledAt: fc.option(fc.constant(signedUpAt)),
    parkedReason: fc.option(fc.constantFrom(...parkedReasons)),
    parkedRetryAt: instant,
    expiresAt: instant,
    reversibleUntil: instant,
    alreadyQualified: fc.option(
      fc.constantFrom('pending' as const, 'accepted' as const, 'rejected' as const),
    ),
    rewards: fc.array(
      fc.record({
        id: fc.uuid(),
        status: fc.constantFrom(...rewardStatuses),
        holdUntil: instant,
        approval: fc.constantFrom('automatic' as const, 'manual' as const),
      }),
      { maxLength: 3 },
    ),
  });

  test('a standing is plain JSON, and small', () => {
    fc.assert(
      fc.property(facts, (row) => {
        const standing = standingOf(row, now);
        const text = JSON.stringify(standing);
        expect(JSON.parse(text)).toEqual(standing);
        expect(text.length).toBeLessThan(1_000);
      }),
    );
  });

  test('a lifecycle never looks again without a reason: an instant that is over is an expiry, a window or a retry', () => {
    fc.assert(
      fc.property(facts, (row) => {
        const { deadline } = standingOf(row, now);
        if (deadline === null || isAfter(deadline, now)) return;
        expect([row.parkedRetryAt, row.expiresAt, row.reversibleUntil]).toContain(deadline);
        const decisionActs =
          row.parkedReason !== null ||
          row.status === 'registered' ||
          settlesNow({ ...row, settledAt: null }, now);
        expect(decisionActs).toBe(true);
      }),
    );
  });

  test('what is due now and what falls due later are one list', () => {
    fc.assert(
      fc.property(facts, (row) => {
        const standing = standingOf(row, now);
        expect(dueReward(standing, now)).toBe(standing.dueRewardIds[0] ?? null);
        expect(standing.issuable.map(({ id }) => id)).toEqual(
          expect.arrayContaining([...standing.dueRewardIds]),
        );
      }),
    );
  });

  test('waking at the deadline of a hold finds the reward due', () => {
    const hold = fc.integer({ min: 11, max: 20 }).map(day);
    const held = fc.record({ id: fc.uuid(), status: fc.constant('held' as const), holdUntil: hold });
    fc.assert(
      fc.property(fc.array(held, { minLength: 1, maxLength: 3 }), (rewards) => {
        const standing = standingOf(aReferral({ status: 'qualified', rewards }), now);
        expect(dueReward(standing, standing.deadline ?? now)).not.toBeNull();
      }),
    );
  });

  test('left to itself, a lifecycle comes to its end or to a wait for somebody', () => {
    fc.assert(
      fc.property(facts, (row) => {
        expect(stepsUntilQuiet(row)).toBeLessThan(10);
      }),
    );
  });

  test('a settled referral waits for nothing', () => {
    fc.assert(
      fc.property(facts, (row) => {
        expect(standingOf({ ...row, settledAt: now }, now)).toMatchObject({
          settled: true,
          parked: null,
          dueRewardIds: [],
          issuable: [],
          deadline: null,
          waitingFor: 'nothing',
        });
      }),
    );
  });

  test('there is one short line for the Temporal UI, without a blank in it', () => {
    fc.assert(
      fc.property(facts, (row) => {
        const line = describeStanding(standingOf(row, now));
        expect(line).toMatch(/^[A-Z].*\.$/);
        expect(line).not.toMatch(/undefined|null|\n/);
        expect(line.length).toBeLessThan(160);
      }),
    );
  });
});

test('the Temporal UI shows what is waited for and until when', () => {
  const line = (facts: ReferralFacts) => describeStanding(standingOf(facts, now));
  expect(line(aReferral())).toBe('Waiting for qualification in HubSpot.');
  expect(line(aReferral({ expiresAt: day(60) }))).toBe(
    `Waiting for qualification in HubSpot until **${day(60)}**.`,
  );
  expect(
    line(aReferral({ status: 'qualified', rewards: [aReward({ status: 'held', holdUntil: day(20) })] })),
  ).toBe(`Held until **${day(20)}**; then the reward is issued if the value still stands.`);
  expect(line(aReferral({ status: 'rewarded', settledAt: now }))).toBe('Settled as **rewarded**.');
});

/** Follows a referral as its lifecycle does, without any nudge: issue what is due, sleep until the deadline, decide. */
function stepsUntilQuiet(start: ReferralFacts): number {
  let [row, at, steps] = [start, now, 0];
  for (; steps < 10; steps += 1) {
    const standing = standingOf(row, at);
    const due = dueReward(standing, at);
    if (standing.settled || (due === null && standing.deadline === null)) return steps;
    if (due === null && standing.deadline !== null && isAfter(standing.deadline, at)) at = standing.deadline;
    row = due === null ? decided(row, at) : issued(row, due, at);
  }
  return steps;
}

function issued(row: ReferralFacts, rewardId: string, at: string): ReferralFacts {
  const rewards = row.rewards.map((reward) =>
    reward.id === rewardId ? { ...reward, status: 'issued' as const } : reward,
  );
  return settledIfOver({ ...row, rewards }, at);
}

function decided(row: ReferralFacts, at: string): ReferralFacts {
  if (row.parkedReason !== null) return { ...row, parkedReason: null, parkedRetryAt: null };
  const expired = row.status === 'registered' && row.expiresAt !== null && !isAfter(row.expiresAt, at);
  return expired ? { ...row, status: 'expired', settledAt: at } : settledIfOver(row, at);
}

const settledIfOver = (row: ReferralFacts, at: string): ReferralFacts =>
  settlesNow(row, at) ? { ...row, settledAt: at } : row;
