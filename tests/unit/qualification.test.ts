import { describe, expect, test } from 'vitest';
import { type Evaluation, evaluate, matches, standsNow } from '../../domain/qualification.ts';
import {
  aContactPropertyRule,
  aDealStageRule,
  aManualRule,
  aRecord,
  aSaleValue,
  day,
  ms,
  signedUpAt,
  someFacts,
} from '../factories/qualification.ts';

const dealRule = aDealStageRule();
const contactRule = aContactPropertyRule();

function qualified(evaluation: Evaluation) {
  if (evaluation.kind !== 'qualified')
    throw new Error(`Expected a qualification, got ${JSON.stringify(evaluation)}`);
  return evaluation;
}

describe('what matches a rule', () => {
  const textRule = aContactPropertyRule({ propertyType: 'text', qualifyingValues: ['Signed Up', 'été'] });

  test.each(['Signed Up', 'signed up', '  SIGNED UP\t', 'ÉTÉ', 'e\u0301te\u0301'])(
    'S55: text %j matches, trimmed and ignoring case',
    (value) => expect(matches(textRule, value)).toBe(true),
  );

  test.each(['signed', 'Signed Up now', 'signed  up', '', '   '])(
    'S55: text %j is not the whole value',
    (value) => expect(matches(textRule, value)).toBe(false),
  );

  test.each(['Customer', ' customer', 'CUSTOMER'])(
    'S55: a dropdown is matched by internal value only, so %j is not',
    (value) => expect(matches(contactRule, value)).toBe(false),
  );

  test('S52: any one of several values qualifies', () => {
    expect(['customer', 'evangelist', 'lead'].map((value) => matches(contactRule, value))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('S59: any one of several stages qualifies', () => {
    const rule = aDealStageRule({ qualifyingStageIds: ['contractsent', 'closedwon'] });
    expect(['contractsent', 'closedwon', 'proposal'].map((value) => matches(rule, value))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('an empty value matches nothing, even a rule that asks for blank text', () => {
    expect(matches(aContactPropertyRule({ propertyType: 'text', qualifyingValues: [' '] }), '  ')).toBe(
      false,
    );
    expect(matches(contactRule, null)).toBe(false);
  });
});

describe('a record of ours', () => {
  const ours = { createdByUs: true };

  test('S4: reaching a qualifying stage qualifies at the instant of the change', () => {
    const record = aRecord([
      ['qualifiedtobuy', ms(800)],
      ['closedwon', day(12)],
    ]);
    expect(evaluate(dealRule, someFacts({ ...ours, record }))).toMatchObject({
      kind: 'qualified',
      at: day(12),
      value: 'closedwon',
      evidence: { basis: 'history', stands: true, baseline: { value: 'qualifiedtobuy' } },
    });
  });

  test('S68: a change one second after the sign-up counts, since the record has no past', () => {
    const record = aRecord([
      ['qualifiedtobuy', ms(300)],
      ['closedwon', ms(1_000)],
    ]);
    expect(qualified(evaluate(dealRule, someFacts({ ...ours, record }))).at).toBe(ms(1_000));
  });

  test('S68: the initial value itself is no change, even where a rule of old asks for it', () => {
    const rule = aDealStageRule({ qualifyingStageIds: ['qualifiedtobuy', 'closedwon'] });
    const record = aRecord([['qualifiedtobuy', ms(300)]]);
    expect(evaluate(rule, someFacts({ ...ours, record })).kind).toBe('already-qualified');
  });

  test('facts §2: a value that HubSpot gave at creation is no change after it', () => {
    const rule = aContactPropertyRule({ initialValue: null, qualifyingValues: ['lead'] });
    const record = aRecord([['lead', ms(900)]], { createdAt: ms(900) });
    expect(evaluate(rule, someFacts({ ...ours, record })).kind).toBe('already-qualified');
  });

  test('E12: a past that came with a merge is not a conversion of this referral', () => {
    const record = aRecord([
      ['customer', day(-100)],
      ['lead', ms(500)],
    ]);
    expect(evaluate(contactRule, someFacts({ ...ours, record })).kind).toBe('already-qualified');
  });

  test('design §3: without history the current value counts, and the verdict says so', () => {
    const record = aRecord([], { value: 'closedwon' });
    expect(evaluate(dealRule, someFacts({ ...ours, record }))).toMatchObject({
      kind: 'qualified',
      at: day(30),
      evidence: { basis: 'current-value', history: 'missing' },
    });
  });

  test('without history the initial value is still no change', () => {
    const record = aRecord([], { value: 'qualifiedtobuy' });
    expect(evaluate(dealRule, someFacts({ ...ours, record }))).toMatchObject({
      kind: 'waiting',
      since: null,
    });
  });
});

describe('a record that was found', () => {
  test('S68: a change after the sign-up qualifies', () => {
    const record = aRecord([
      ['lead', day(-90)],
      ['customer', day(3)],
    ]);
    expect(qualified(evaluate(contactRule, someFacts({ record }))).at).toBe(day(3));
  });

  test('S68: a value already in force at sign-up is shown to a person and qualifies nothing', () => {
    const record = aRecord([
      ['lead', day(-90)],
      ['customer', day(-2)],
    ]);
    expect(evaluate(contactRule, someFacts({ record }))).toEqual({
      kind: 'already-qualified',
      value: 'customer',
      since: day(-2),
    });
  });

  test.each([
    [5_000, 'already-qualified'],
    [5_001, 'qualified'],
  ])('S68: a change %i ms after the sign-up is %s', (delayMs, kind) => {
    const record = aRecord([
      ['lead', day(-90)],
      ['customer', ms(delayMs)],
    ]);
    expect(evaluate(contactRule, someFacts({ record })).kind).toBe(kind);
  });

  test('S68: leaving and coming back after the sign-up is a change like any other', () => {
    const record = aRecord([
      ['customer', day(-90)],
      ['lead', day(2)],
      ['evangelist', day(9)],
    ]);
    expect(evaluate(contactRule, someFacts({ record }))).toMatchObject({
      kind: 'qualified',
      at: day(9),
      value: 'evangelist',
    });
  });

  test('S68: moving from one qualifying value to another is no change', () => {
    const record = aRecord([
      ['customer', day(-90)],
      ['evangelist', day(9)],
    ]);
    expect(evaluate(contactRule, someFacts({ record })).kind).toBe('already-qualified');
  });

  test('S68: left after the sign-up and not come back: still for a person to settle', () => {
    const record = aRecord([
      ['customer', day(-90)],
      ['lead', day(2)],
    ]);
    expect(evaluate(contactRule, someFacts({ record }))).toMatchObject({
      kind: 'already-qualified',
      value: 'customer',
    });
  });

  test('a property that was empty at sign-up qualifies by its first value', () => {
    const record = aRecord([['customer', day(4)]]);
    expect(evaluate(contactRule, someFacts({ record }))).toMatchObject({
      kind: 'qualified',
      evidence: { baseline: null },
    });
  });

  test('S68: without history nobody can tell what came first, so a person decides', () => {
    const record = aRecord([], { value: 'customer' });
    expect(evaluate(contactRule, someFacts({ record }))).toEqual({
      kind: 'already-qualified',
      value: 'customer',
      since: null,
    });
  });

  test('design §3: without history an earlier reading tells what came first', () => {
    const record = aRecord([], { value: 'customer' });
    const baseline = { value: 'lead', at: ms(2_000) };
    expect(evaluate(contactRule, someFacts({ record, baseline }))).toMatchObject({
      kind: 'qualified',
      at: day(30),
      evidence: { basis: 'current-value', baseline },
    });
    expect(evaluate(contactRule, someFacts({ record, baseline, asOf: ms(4_000) })).kind).toBe(
      'already-qualified',
    );
  });

  test('an accepted value qualifies when it is accepted', () => {
    const record = aRecord([['customer', day(-2)]]);
    expect(evaluate(contactRule, someFacts({ record, alreadyQualified: 'accepted' }))).toMatchObject({
      kind: 'qualified',
      at: day(30),
      value: 'customer',
      evidence: { basis: 'accepted-by-a-person' },
    });
  });

  test('a rejected value waits for a real change', () => {
    const rejected = { alreadyQualified: 'rejected' } as const;
    const before = aRecord([['customer', day(-2)]]);
    expect(evaluate(contactRule, someFacts({ ...rejected, record: before }))).toMatchObject({
      kind: 'waiting',
      reason: 'already-qualified-rejected',
    });
    const again = aRecord([
      ['customer', day(-2)],
      ['lead', day(1)],
      ['customer', day(6)],
    ]);
    expect(qualified(evaluate(contactRule, someFacts({ ...rejected, record: again }))).at).toBe(day(6));
  });
});

describe('history decides', () => {
  test('a value that passed through a qualifying one counts even if it has moved on', () => {
    const record = aRecord([
      ['qualifiedtobuy', ms(500)],
      ['closedwon', day(3)],
      ['proposal', day(4)],
    ]);
    const facts = someFacts({ createdByUs: true, record });
    expect(evaluate(dealRule, facts)).toMatchObject({
      kind: 'qualified',
      at: day(3),
      evidence: { stands: false },
    });
    expect(standsNow(dealRule, facts)).toBe(false);
  });

  test('S67: of many such changes the first one is the qualification', () => {
    const record = aRecord([
      ['lead', day(-1)],
      ['customer', day(3)],
      ['lead', day(4)],
      ['customer', day(5)],
    ]);
    expect(qualified(evaluate(contactRule, someFacts({ record }))).at).toBe(day(3));
  });

  test('of two changes at one instant the newer is the one that HubSpot lists first', () => {
    const record = aRecord([
      ['lead', day(-1)],
      ['customer', day(-1)],
    ]);
    expect(evaluate(contactRule, someFacts({ record })).kind).toBe('already-qualified');
    const reversed = aRecord([
      ['customer', day(-1)],
      ['lead', day(-1)],
    ]);
    expect(evaluate(contactRule, someFacts({ record: reversed })).kind).toBe('waiting');
  });

  test('a current value that the history does not show yet counts from now', () => {
    const record = aRecord([['lead', day(-1)]], { value: 'customer' });
    expect(qualified(evaluate(contactRule, someFacts({ record }))).at).toBe(day(30));
  });

  test('an instant in another time zone is the same instant', () => {
    const record = aRecord([
      ['lead', day(-1)],
      ['customer', '2026-05-04T12:00:00.000+02:00'],
    ]);
    expect(qualified(evaluate(contactRule, someFacts({ record }))).at).toBe('2026-05-04T10:00:00.000Z');
  });
});

describe('after a reversal', () => {
  const history = [
    ['qualifiedtobuy', ms(500)],
    ['closedwon', day(3)],
    ['proposal', day(4)],
  ] as const;

  test('nothing qualifies by what was before it', () => {
    const facts = someFacts({ createdByUs: true, record: aRecord(history), after: day(4) });
    expect(evaluate(dealRule, facts)).toEqual({ kind: 'left', value: 'proposal', since: day(4) });
  });

  test('P3: coming back is a new occurrence, be it a second later', () => {
    const at = ms(4 * 86_400_000 + 1_000);
    const facts = someFacts({
      createdByUs: true,
      record: aRecord([...history, ['closedwon', at]]),
      after: day(4),
    });
    expect(qualified(evaluate(dealRule, facts)).at).toBe(at);
  });

  test('a reversal seen before HubSpot dates the leaving still waits for the coming back', () => {
    const facts = someFacts({ createdByUs: true, record: aRecord(history), after: day(3.5) });
    expect(evaluate(dealRule, facts).kind).toBe('left');
  });

  test('an accepted value does not qualify a second time', () => {
    const record = aRecord([
      ['customer', day(-9)],
      ['lead', day(5)],
    ]);
    const facts = someFacts({ record, alreadyQualified: 'accepted', after: day(5) });
    expect(evaluate(contactRule, facts).kind).toBe('left');
  });
});

describe('what is not there yet, or no more', () => {
  test('without a deal it waits for one', () => {
    expect(evaluate(dealRule, someFacts())).toEqual({
      kind: 'waiting',
      reason: 'no-record',
      since: null,
      value: null,
    });
  });

  test('a record that HubSpot no longer has is gone and stands for nothing', () => {
    const facts = someFacts({ record: aRecord([['closedwon', day(3)]], { exists: false }) });
    expect(evaluate(dealRule, facts)).toEqual({ kind: 'gone', reason: 'record-gone' });
    expect(standsNow(dealRule, facts)).toBe(false);
  });

  test('E1: a value that does not qualify is told with the instant since when it is so', () => {
    const record = aRecord([
      ['qualifiedtobuy', ms(500)],
      ['proposal', day(2)],
      ['proposal', day(3)],
    ]);
    expect(evaluate(dealRule, someFacts({ createdByUs: true, record }))).toEqual({
      kind: 'waiting',
      reason: 'value-not-qualifying',
      since: day(2),
      value: 'proposal',
    });
  });

  test('a cleared property is empty', () => {
    const record = aRecord([
      ['lead', day(-3)],
      ['', day(2)],
    ]);
    expect(evaluate(contactRule, someFacts({ record }))).toMatchObject({
      reason: 'value-empty',
      value: null,
      since: day(2),
    });
  });
});

describe('the sale value of a qualification', () => {
  const record = aRecord([
    ['qualifiedtobuy', ms(500)],
    ['closedwon', day(10)],
  ]);
  const withSale = (saleValue: ReturnType<typeof aSaleValue>) =>
    qualified(evaluate(dealRule, someFacts({ createdByUs: true, record, saleValue })));

  test('S78: is the one in force at the qualifying instant, not what it became later', () => {
    const evaluation = withSale(
      aSaleValue([
        ['1000', day(1)],
        ['1200.50', day(9)],
        ['9999', day(20)],
      ]),
    );
    expect(evaluation.saleValue).toEqual({ kind: 'amount', amountMinor: 120_050, currency: 'USD' });
    expect(evaluation).not.toHaveProperty('laterSaleValue');
  });

  test('S84: empty then is told as such, with the first value that came after', () => {
    expect(
      withSale(
        aSaleValue([
          ['', day(1)],
          ['700', day(12)],
          ['800', day(13)],
        ]),
      ),
    ).toMatchObject({
      saleValue: { kind: 'unusable', reason: 'empty' },
      laterSaleValue: { at: day(12), saleValue: { kind: 'amount', amountMinor: 70_000 } },
    });
  });

  test('design §3: without history the current value is taken, and the evidence says so', () => {
    expect(withSale(aSaleValue([], { value: '55' }))).toMatchObject({
      saleValue: { kind: 'amount', amountMinor: 5_500 },
      evidence: { saleValueBasis: 'current-value' },
    });
  });

  test('P19: the currency is the one in force at that instant, never converted', () => {
    const currencyHistory = [
      { value: 'USD', at: day(15) },
      { value: 'EUR', at: day(1) },
    ];
    expect(withSale(aSaleValue([['10', day(2)]], { currencyHistory })).saleValue).toMatchObject({
      currency: 'EUR',
    });
  });

  test('a campaign that reads none has none', () => {
    expect(qualified(evaluate(dealRule, someFacts({ createdByUs: true, record }))).saleValue).toEqual({
      kind: 'none',
    });
  });
});

describe('a manual rule', () => {
  test('P22: waits for somebody to report the conversion', () => {
    expect(evaluate(aManualRule, someFacts())).toMatchObject({ kind: 'waiting', reason: 'manual' });
  });

  test('P22: qualifies by the report, and what was reported stands', () => {
    const saleValue = { kind: 'amount', amountMinor: 900, currency: 'EUR' } as const;
    const facts = someFacts({ conversion: { at: day(4), saleValue } });
    expect(evaluate(aManualRule, facts)).toMatchObject({ kind: 'qualified', at: day(4), saleValue });
    expect(standsNow(aManualRule, facts)).toBe(true);
  });
});

test('facts of a person who has just signed up do not reach back before the sign-up', () => {
  const record = aRecord([['customer', signedUpAt]]);
  expect(evaluate(contactRule, someFacts({ record })).kind).toBe('already-qualified');
});
