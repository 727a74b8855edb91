import { describe, expect, test } from 'vitest';
import { clashesAcross, clashesWithin, ownValue } from '../../domain/property-claim.ts';
import { filledFrom, filledWith } from '../factories/mapping.ts';

describe('C9: a property that holds one campaign’s own values belongs to it', () => {
  test('the link and the figures are a campaign’s own, under whatever name; data about the person is not', () => {
    expect(ownValue('sync', filledFrom('number_referred', 'p'))).toBe('number_referred');
    expect(ownValue('person-referring', filledFrom('link', 'p'))).toBe('referral_link');
    expect(ownValue('person-referring', filledFrom('referrer_link', 'p'))).toBe('referral_link');
    expect(ownValue('person-referring', filledFrom('email', 'p'))).toBeNull();
    expect(ownValue('sync', filledFrom('campaign_name', 'p'))).toBeNull();
    // On the contact of the person invited it is the friend's link, and may be overwritten by the next friend's.
    expect(ownValue('person-invited', filledFrom('link', 'p'))).toBeNull();
  });

  const link = { section: 'sync', mapping: filledFrom('referral_link', 'p') } as const;

  test('another campaign may write nothing there, from any section', () => {
    const others = [
      { section: 'sync', mapping: filledFrom('referral_link', 'p') },
      { section: 'person-referring', mapping: filledFrom('link', 'p') },
      { section: 'person-invited', mapping: filledFrom('referrer_link', 'p') },
      { section: 'sync', mapping: filledWith('x', 'p') },
    ] as const;
    for (const other of others) {
      expect(clashesAcross(link, other)).toBe(true);
      expect(clashesAcross(other, link)).toBe(true);
    }
  });

  test('other properties, the deal’s property of that name, and values of no campaign do not clash', () => {
    expect(clashesAcross(link, { section: 'sync', mapping: filledFrom('referral_link', 'q') })).toBe(false);
    const onDeal = filledFrom('referrer_link', 'p', { objectType: 'deal' });
    expect(clashesAcross(link, { section: 'person-invited', mapping: onDeal })).toBe(false);
    const shared = { section: 'person-invited', mapping: filledFrom('referrer_email', 'p') } as const;
    expect(clashesAcross(shared, shared)).toBe(false);
  });

  test('within a campaign the same link may come from two sections, and nothing else beside it', () => {
    expect(clashesWithin(link, { section: 'person-referring', mapping: filledFrom('link', 'p') })).toBe(
      false,
    );
    expect(
      clashesWithin(link, { section: 'person-invited', mapping: filledFrom('referrer_link', 'p') }),
    ).toBe(true);
  });
});
