import { describe, expect, test } from 'vitest';
import { evaluate, type QualificationFacts } from '../../domain/qualification.ts';
import type { QualificationCondition } from '../../domain/qualification-rule.ts';
import { sentence } from '../../domain/verdict.ts';
import {
  aContactPropertyRule,
  aDealStageRule,
  aManualRule,
  aRecord,
  aSaleValue,
  day,
  ms,
  someFacts,
} from '../factories/qualification.ts';

const said = (rule: QualificationCondition, facts: Partial<QualificationFacts>) =>
  sentence({ rule, evaluation: evaluate(rule, someFacts(facts)) });

const dealRule = aDealStageRule();
const contactRule = aContactPropertyRule();

describe('E1: why has this not qualified?', () => {
  test('another stage', () => {
    const record = aRecord([
      ['qualifiedtobuy', ms(500)],
      ['proposal', day(2)],
    ]);
    expect(said(dealRule, { createdByUs: true, record })).toBe(
      'Deal is in Proposal since 3 May 2026; the rule asks for Closed Won.',
    );
  });

  test('another value, of several asked for', () => {
    expect(said(contactRule, { record: aRecord([['lead', day(-1)]]) })).toBe(
      '"Lifecycle Stage" is "Lead" since 30 April 2026; the rule asks for "Customer" or "Evangelist".',
    );
  });

  test('no deal, an empty property, a deleted record', () => {
    expect(said(dealRule, {})).toBe('There is no deal in HubSpot yet; the rule asks for Closed Won.');
    expect(said(contactRule, { record: aRecord([]) })).toBe(
      '"Lifecycle Stage" is empty; the rule asks for "Customer" or "Evangelist".',
    );
    expect(said(contactRule, { record: aRecord([], { exists: false }) })).toBe(
      'The contact is no longer in HubSpot; nothing qualifies until it is back.',
    );
  });

  test('S68: a value from before the sign-up', () => {
    expect(said(contactRule, { record: aRecord([['customer', day(-1)]]) })).toBe(
      '"Lifecycle Stage" was "Customer" at sign-up already, since 30 April 2026; a person must accept or reject it.',
    );
    expect(said(contactRule, { record: aRecord([], { value: 'customer' }) })).toBe(
      '"Lifecycle Stage" is "Customer", and HubSpot keeps no history to tell whether it was so before the sign-up; a person must accept or reject it.',
    );
    expect(
      said(contactRule, { record: aRecord([['customer', day(-1)]]), alreadyQualified: 'rejected' }),
    ).toBe(
      '"Lifecycle Stage" qualified before the sign-up, and a person rejected that; only a later change into "Customer" or "Evangelist" counts.',
    );
  });

  test('P3: it left what had qualified', () => {
    const record = aRecord([
      ['closedwon', day(1)],
      ['proposal', day(2)],
    ]);
    expect(said(dealRule, { createdByUs: true, record, after: day(2) })).toBe(
      'Deal is in Proposal since 3 May 2026 and left what had qualified; the rule asks for Closed Won again.',
    );
  });

  test('P22: nobody reported a conversion', () => {
    expect(said(aManualRule, {})).toBe('No conversion was reported yet.');
  });
});

describe('E1: why has this qualified?', () => {
  const record = aRecord([
    ['qualifiedtobuy', ms(500)],
    ['closedwon', day(2)],
  ]);

  test('the change, its day, and what the sale is worth', () => {
    expect(said(dealRule, { createdByUs: true, record })).toBe(
      'Deal moved to Closed Won on 3 May 2026, which qualifies.',
    );
    expect(said(dealRule, { createdByUs: true, record, saleValue: aSaleValue([['1200', day(1)]]) })).toBe(
      'Deal moved to Closed Won on 3 May 2026, which qualifies; the sale is worth USD 1200.00.',
    );
  });

  test('S84: what is wrong with the sale value', () => {
    expect(
      said(dealRule, {
        createdByUs: true,
        record,
        saleValue: aSaleValue([
          ['', day(1)],
          ['5', day(4)],
        ]),
      }),
    ).toBe(
      'Deal moved to Closed Won on 3 May 2026, which qualifies; the sale value was empty then and USD 5.00 from 5 May 2026.',
    );
    expect(said(dealRule, { createdByUs: true, record, saleValue: aSaleValue([['-1', day(1)]]) })).toContain(
      'the sale value is negative.',
    );
  });

  test('it has moved on since', () => {
    const moved = aRecord([
      ['lead', day(-1)],
      ['customer', day(2)],
      ['opportunity', day(3)],
    ]);
    expect(said(contactRule, { record: moved })).toBe(
      '"Lifecycle Stage" became "Customer" on 3 May 2026, which qualifies and has moved on since.',
    );
  });

  test('design §3: nothing but the current value was there to see', () => {
    expect(said(dealRule, { createdByUs: true, record: aRecord([], { value: 'closedwon' }) })).toBe(
      'Deal was seen as Closed Won on 31 May 2026, which qualifies; HubSpot keeps no history to tell since when.',
    );
  });

  test('a person accepted it, or somebody reported it', () => {
    expect(
      said(contactRule, { record: aRecord([['customer', day(-1)]]), alreadyQualified: 'accepted' }),
    ).toBe('"Lifecycle Stage" was "Customer" at sign-up already, and a person accepted it.');
    const saleValue = { kind: 'amount', amountMinor: 900, currency: 'JPY' } as const;
    expect(said(aManualRule, { conversion: { at: day(2), saleValue } })).toBe(
      'A conversion was reported on 3 May 2026; the sale is worth JPY 900.',
    );
  });
});

test('design §2: what somebody typed into a text property is not repeated, the rule’s own values are', () => {
  const rule = aContactPropertyRule({
    propertyType: 'text',
    property: 'notes',
    propertyLabel: undefined,
    initialValue: 'New',
  });
  expect(said(rule, { record: aRecord([['call Ada on 555-0100', day(2)]]) })).toBe(
    '"notes" is another text since 3 May 2026; the rule asks for "Customer" or "Evangelist".',
  );
  expect(said(rule, { record: aRecord([[' new', day(2)]]) })).toContain('is "New" since');
  expect(said(rule, { record: aRecord([['EVANGELIST', day(2)]]) })).toContain('became "Evangelist"');
});

test('a long list of qualifying stages is cut, and its length said', () => {
  const rule = aDealStageRule({ qualifyingStageIds: ['a', 'b', 'c', 'd', 'e', 'f'] });
  expect(said(rule, {})).toBe('There is no deal in HubSpot yet; the rule asks for a, b, c or one of 3 more.');
});
