import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contactChange, type KnownContact } from '../../domain/identity.ts';
import { identitySentence } from '../../domain/identity-story.ts';
import { earliestOf, endedByMerge, type MergedReferral } from '../../domain/merge.ts';
import { rewardStatuses } from '../../domain/reward.ts';

const aContact = (changes: Partial<KnownContact> = {}): KnownContact => ({
  crmId: '1',
  personId: 'ada',
  emailKey: 'ada@example.com',
  merged: false,
  erasing: false,
  aliasOf: null,
  gone: false,
  emailHeldBy: null,
  heldKey: null,
  ...changes,
});

interface Told {
  readonly askedId?: string;
  readonly mergedIds?: readonly string[];
  readonly emailKey?: string | null;
}

const reading = (id: string, { askedId = id, mergedIds = [], emailKey = 'ada@example.com' }: Told = {}) => ({
  askedId,
  record: { id, mergedIds, emailKey },
});

describe('what a reading changes', () => {
  test('nothing, for a contact that is as we know it, and for one that means nobody', () => {
    expect(contactChange(reading('1'), [aContact()])).toBeNull();
    expect(contactChange(reading('9'), [])).toBeNull();
    expect(contactChange({ askedId: '9', record: null }, [aContact()])).toBeNull();
  });

  test.each([
    ['another id than was asked for', reading('3', { askedId: '1' })],
    ['our id among the merged ones', reading('3', { mergedIds: ['1', '2'] })],
  ])('facts §9: %s makes the answered id the live one', (_, told) => {
    expect(contactChange(told, [aContact()])).toMatchObject({ kind: 'live', crmId: '3', personIds: ['ada'] });
  });

  test('all who are known by any of its ids are one person, and so is whom HubSpot answered with it', () => {
    const known = [aContact(), aContact({ crmId: '2', personId: 'bob' })];
    const entered = [
      { crmId: '2', personId: 'cleo' },
      { crmId: '7', personId: 'somebody else' },
    ];
    const change = contactChange(reading('3', { mergedIds: ['1', '2'] }), known, entered);
    expect(change).toMatchObject({ personIds: ['ada', 'bob', 'cleo'], aliases: ['1', '2'] });
  });

  test('an address that nobody asked for, or that is none, is no change', () => {
    for (const emailKey of [undefined, null]) {
      const told = { askedId: '1', record: { id: '1', mergedIds: [], emailKey } };
      expect(contactChange(told, [aContact()])).toBeNull();
    }
  });

  test('an address that another person holds is asked for again once they let it go', () => {
    const held = aContact({ emailHeldBy: 'bob', heldKey: 'new@example.com' });
    const told = reading('1', { emailKey: 'new@example.com' });
    expect(contactChange(told, [held])).toBeNull();
    const free = { ...held, heldKey: null };
    expect(contactChange(told, [free])).toMatchObject({ emailKey: 'new@example.com', clearsHolder: true });
    expect(contactChange(reading('1'), [held])).toMatchObject({ emailKey: null, clearsHolder: true });
  });
});

test('the earliest is the same in every order', () => {
  const people = fc.uniqueArray(
    fc.record({ id: fc.uuid(), at: fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms).toISOString()) }),
    { selector: ({ id }) => id, minLength: 1 },
  );
  fc.assert(
    fc.property(people, ([first = { id: '', at: '' }, ...rest]) => {
      const backwards = [first, ...rest].toReversed();
      const [last = first, ...others] = backwards;
      expect(earliestOf([first, ...rest])).toEqual(earliestOf([last, ...others]));
    }),
  );
});

const asOf = '2026-06-01T00:00:00.000Z';

const referrals = fc.array(
  fc.record({
    id: fc.uuid(),
    campaignId: fc.constantFrom('one', 'two'),
    signedUpAt: fc.integer({ min: 0, max: 5 }).map((ms) => new Date(ms).toISOString()),
    status: fc.constantFrom('registered', 'qualified', 'rewarded', 'reversed', 'rejected', 'expired'),
    personId: fc.constant('ada'),
    referrerPersonId: fc.constantFrom('ada', 'bob', 'cleo'),
    reversible: fc.boolean(),
    reversibleUntil: fc.constantFrom(null, '2026-05-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'),
    rewards: fc.array(
      fc.record({ id: fc.uuid(), status: fc.constantFrom(...rewardStatuses), attempted: fc.boolean() }),
      { maxLength: 3 },
    ),
  }),
  { maxLength: 6 },
) as fc.Arbitrary<MergedReferral[]>;

describe('which referrals a merge ends', () => {
  test('design §5: one open referral of somebody else stays in each campaign, beside what is paid for good', () => {
    fc.assert(
      fc.property(referrals, (all) => {
        const ended = endedByMerge(all, asOf);
        const becomes = new Map(ended.map((end) => [end.referralId, end.becomes]));
        for (const campaignId of ['one', 'two']) {
          const waiting = all.filter(
            ({ id, status, ...each }) =>
              each.campaignId === campaignId &&
              ['registered', 'qualified'].includes(status) &&
              !becomes.has(id),
          );
          expect(waiting.length).toBeLessThanOrEqual(1);
          for (const { referrerPersonId } of waiting) expect(referrerPersonId).not.toBe('ada');
        }
      }),
    );
  });

  test('invariant 1: what a provider was asked for is never voided, and only what is issued is clawed back', () => {
    fc.assert(
      fc.property(referrals, (all) => {
        const rewards = new Map(all.flatMap((each) => each.rewards.map((reward) => [reward.id, reward])));
        for (const { voided, clawedBack } of endedByMerge(all, asOf)) {
          for (const id of voided) expect(rewards.get(id)).toMatchObject({ attempted: false });
          for (const id of clawedBack) expect(rewards.get(id)).toMatchObject({ status: 'issued' });
        }
      }),
    );
  });

  test('what has ended already is left as it is', () => {
    fc.assert(
      fc.property(referrals, (all) => {
        const over = all.filter(({ status }) => ['reversed', 'rejected', 'expired'].includes(status));
        const ended = new Set(endedByMerge(all, asOf).map(({ referralId }) => referralId));
        expect(over.filter(({ id }) => ended.has(id))).toEqual([]);
      }),
    );
  });
});

test('every line about identity has its sentence, and no other line has one', () => {
  expect(identitySentence('rejected', { reason: 'merged-duplicate' })).toBe(
    'Rejected, since the friend had been referred before, under another contact that HubSpot merged with this one.',
  );
  expect(identitySentence('contact-gone', { contactId: '1' })).toMatch(/no more/);
  expect(identitySentence('rejected', { reason: 'self-referral' })).toBeNull();
  expect(identitySentence('reward-issued', {})).toBeNull();
  expect(identitySentence('constructor', {})).toBeNull();
});
