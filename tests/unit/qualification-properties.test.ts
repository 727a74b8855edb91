import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, matches, type QualificationFacts } from '../../domain/qualification.ts';
import { isAfter } from '../../domain/time.ts';
import {
  aContactPropertyRule,
  aRecord,
  aSaleValue,
  ms,
  signedUpAt,
  someFacts,
} from '../factories/qualification.ts';

const rule = aContactPropertyRule({ initialValue: 'lead', qualifyingValues: ['customer', 'evangelist'] });

/** A past of up to twelve changes at different instants within a quarter of an hour around the sign-up. */
const changes = fc
  .uniqueArray(
    fc.record({
      delayMs: fc.integer({ min: -600_000, max: 900_000 }),
      value: fc.constantFrom('lead', 'customer', 'evangelist', 'opportunity', ''),
    }),
    { maxLength: 12, selector: ({ delayMs }) => delayMs },
  )
  .map((list) =>
    list.toSorted((a, b) => a.delayMs - b.delayMs).map(({ value, delayMs }) => [value, ms(delayMs)] as const),
  );

const facts: fc.Arbitrary<QualificationFacts> = fc
  .record({ changes, createdByUs: fc.boolean(), amounts: fc.array(fc.nat(9_999), { maxLength: 4 }) })
  .map(({ changes: past, createdByUs, amounts }) =>
    someFacts({
      createdByUs,
      record: aRecord(past),
      saleValue: aSaleValue(amounts.map((amount, index) => [String(amount), ms(index * 200_000)])),
    }),
  );

test('the order in which a history arrives changes nothing', () => {
  fc.assert(
    fc.property(facts, fc.infiniteStream(fc.nat()), (seen, weights) => {
      const shuffle = <T>(list: readonly T[]) =>
        list
          .map((item) => ({ item, weight: weights.next().value }))
          .toSorted((a, b) => a.weight - b.weight)
          .map(({ item }) => item);
      const record = seen.record && { ...seen.record, history: shuffle(seen.record.history) };
      const saleValue = seen.saleValue
        ? { ...seen.saleValue, history: shuffle(seen.saleValue.history) }
        : null;
      expect(evaluate(rule, { ...seen, record, saleValue })).toEqual(evaluate(rule, seen));
    }),
  );
});

test('S67: a change that is told twice is one change', () => {
  fc.assert(
    fc.property(facts, (seen) => {
      const record = seen.record && {
        ...seen.record,
        history: seen.record.history.flatMap((version) => [version, version]),
      };
      expect(evaluate(rule, { ...seen, record })).toEqual(evaluate(rule, seen));
    }),
  );
});

test('S68: what qualifies a found record is a later change into a qualifying value from one that is not', () => {
  fc.assert(
    fc.property(facts, (seen) => {
      const evaluation = evaluate(rule, { ...seen, createdByUs: false });
      if (evaluation.kind !== 'qualified') return;
      expect(isAfter(evaluation.at, ms(5_000))).toBe(true);
      expect(matches(rule, evaluation.value)).toBe(true);
      const before = seen.record?.history.find(({ at }) => isAfter(evaluation.at, at));
      expect(matches(rule, before?.value ?? null)).toBe(false);
    }),
  );
});

test('S67: what happens after the qualification does not change it', () => {
  fc.assert(
    fc.property(facts, fc.constantFrom('lead', 'customer', ''), (seen, value) => {
      const evaluation = evaluate(rule, seen);
      fc.pre(evaluation.kind === 'qualified' && seen.record !== null);
      const history = [{ value, at: ms(1_000_000) }, ...(seen.record?.history ?? [])];
      const later = evaluate(rule, { ...seen, record: seen.record && { ...seen.record, value, history } });
      expect(later).toMatchObject({ kind: 'qualified', at: evaluation.at, value: evaluation.value });
    }),
  );
});

test('a decision made later on the same reading is the same decision', () => {
  fc.assert(
    fc.property(facts, fc.nat(1_000_000_000), (seen, laterMs) => {
      fc.pre((seen.record?.history.length ?? 0) > 0 && (seen.saleValue?.history.length ?? 0) > 0);
      expect(evaluate(rule, { ...seen, asOf: ms(900_000 + laterMs) })).toEqual(
        evaluate(rule, { ...seen, asOf: ms(900_000) }),
      );
    }),
  );
});

test('what goes through Temporal and into a verdict survives JSON', () => {
  fc.assert(
    fc.property(facts, (seen) => {
      const evaluation = evaluate(rule, seen);
      expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
    }),
  );
});

test('S55: text matches whatever its case and surrounding space', () => {
  const textRule = aContactPropertyRule({
    propertyType: 'text',
    initialValue: null,
    qualifyingValues: ['Signed Up'],
  });
  const cased = fc.mixedCase(fc.constant('signed up'));
  const space = fc.stringMatching(/^[ \t\n]{0,4}$/);
  fc.assert(
    fc.property(space, cased, space, (left, text, right) => {
      expect(matches(textRule, left + text + right)).toBe(true);
    }),
  );
});

test('nobody qualifies by a record that has had no qualifying value', () => {
  fc.assert(
    fc.property(changes, fc.boolean(), (past, createdByUs) => {
      const harmless = past.map(([value, at]) => [matches(rule, value) ? 'lead' : value, at] as const);
      const evaluation = evaluate(rule, someFacts({ signedUpAt, createdByUs, record: aRecord(harmless) }));
      expect(evaluation.kind).toBe('waiting');
    }),
  );
});
