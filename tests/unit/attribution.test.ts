import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attribute,
  rejectionReasons,
  rejectionSentences,
  type Touch,
  windowStart,
} from '../../domain/attribution.ts';
import { aSignUp, aTouch, signUpAt } from '../factories/touch.ts';

const creditOf = (input: Parameters<typeof aSignUp>[0]) => {
  const result = attribute(aSignUp(input));
  return result.kind === 'attributed' ? result.touch.referrerId.replace('referrer-', '') : result.reason;
};

describe('P10: which of several visits counts', () => {
  const visits = [aTouch('ann', 3), aTouch('bob', 20), aTouch('cem', 11)];

  test('the latest one, unless the campaign takes the first', () => {
    expect(creditOf({ visits })).toBe('bob');
    expect(creditOf({ visits, model: 'first-touch' })).toBe('ann');
  });

  test('the link whose form was sent is the last touch, also when another one was visited after it', () => {
    const given = aTouch('ann', 3);
    expect(creditOf({ via: 'link', given, visits })).toBe('ann');
    expect(creditOf({ via: 'link', given: aTouch('bob', 20), visits, model: 'first-touch' })).toBe('ann');
  });

  test('a code that somebody typed is believed before any visit', () => {
    const given = aTouch('dee', null);
    expect(creditOf({ via: 'code', given, visits })).toBe('dee');
    expect(creditOf({ via: 'code', given, visits, model: 'first-touch' })).toBe('dee');
    expect(creditOf({ via: 'code', given: null, visits })).toBe('unknown-code');
  });

  test('a visitor’s own link counts only when there is no other', () => {
    const own = { personId: 'person-bob' };
    expect(creditOf({ ...own, visits })).toBe('cem');
    expect(creditOf({ ...own, visits: [aTouch('bob', 20)] })).toBe('bob');
  });

  test('the credit says by what it was found, and of when the visit was', () => {
    expect(attribute(aSignUp({ via: 'link', given: aTouch('ann', null) }))).toMatchObject({
      via: 'link',
      at: signUpAt,
    });
    expect(
      attribute(aSignUp({ via: 'link', given: aTouch('dee', null), visits, model: 'first-touch' })),
    ).toMatchObject({ via: 'cookie', touch: { linkId: 'link-ann' }, at: '2026-06-03T12:00:00.000Z' });
  });
});

describe('P10: what is rejected, and why', () => {
  const old = { firstAt: null };

  test.each([
    ['nothing is known of the visitor', {}, 'no-visit'],
    ['all visits were before the window', { visits: [aTouch('ann', 1, old)] }, 'outside-window'],
    ['the page of the link was left open', { via: 'link', given: aTouch('ann', 1, old) }, 'outside-window'],
    ['the link was retired', { via: 'link', given: aTouch('ann', null, { live: false }) }, 'retired-link'],
    [
      'the typed code was retired',
      { via: 'code', given: aTouch('ann', null, { live: false }) },
      'retired-link',
    ],
    ['nobody has the code', { via: 'link' }, 'unknown-code'],
  ] as const)('%s', (_, input, reason) => expect(creditOf(input)).toBe(reason));

  test('near miss: another visit inside the window still gives credit', () => {
    expect(creditOf({ visits: [aTouch('ann', 1, old), aTouch('bob', 2)] })).toBe('bob');
    expect(
      creditOf({ via: 'link', given: aTouch('ann', 1, { live: false }), visits: [aTouch('bob', 2)] }),
    ).toBe('bob');
  });

  test('near miss: a link that was visited before and again inside the window counts from then', () => {
    const again = aTouch('ann', 1, {
      firstAt: '2026-06-25T12:00:00.000Z',
      lastAt: '2026-06-25T12:00:00.000Z',
    });
    expect(attribute(aSignUp({ via: 'link', given: again }))).toMatchObject({
      kind: 'attributed',
      at: '2026-06-25T12:00:00.000Z',
    });
  });

  test('each reason has its sentence', () => {
    for (const reason of rejectionReasons) expect(rejectionSentences[reason]).toMatch(/^[A-Z].*\.$/);
  });

  test('the window is counted back from the sign-up; without one nothing is too old', () => {
    expect(windowStart(30, signUpAt)).toBe('2026-05-31T12:00:00.000Z');
    expect(windowStart(null, signUpAt)).toBeNull();
  });
});

describe('whatever the visits are', () => {
  const touch = fc
    .record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      day: fc.integer({ min: 1, max: 28 }),
      live: fc.boolean(),
    })
    .map(({ name, day, live }) => aTouch(name, day, { live }));
  const visits = fc.uniqueArray(touch, { selector: ({ linkId }: Touch) => linkId, maxLength: 4 });

  test('credit goes to a link that is live, and the order in which visits are read does not matter', () => {
    fc.assert(
      fc.property(visits, fc.constantFrom('first-touch' as const, 'last-touch' as const), (all, model) => {
        const result = attribute(aSignUp({ visits: all, model }));
        const live = all.filter((each) => each.live);
        expect(result.kind === 'attributed').toBe(live.length > 0);
        if (result.kind !== 'attributed') return;
        expect(result.touch.live).toBe(true);
        const days = live.map(({ lastAt }) => lastAt ?? '').sort();
        expect(result.at).toBe(model === 'first-touch' ? days[0] : days.at(-1));
        const reversed = attribute(aSignUp({ visits: all.toReversed(), model }));
        expect(reversed).toMatchObject({ kind: 'attributed', at: result.at });
      }),
    );
  });
});
