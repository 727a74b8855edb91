import { describe, expect, test } from 'vitest';
import { mostQualifyingValues, ruleProblems } from '../../domain/qualification-rule.ts';
import { aContactPropertyRule, aDealStageRule, aManualRule } from '../factories/qualification.ts';

const codes = (rule: Parameters<typeof ruleProblems>[0]) =>
  ruleProblems(rule).map(({ field, code }) => `${field}: ${code}`);

test('S51, S52, S57–S59: complete rules have no problems', () => {
  expect([aContactPropertyRule(), aDealStageRule(), aManualRule].flatMap(ruleProblems)).toEqual([]);
});

test('S51: leaving out the value at creation is a choice, blank text is not', () => {
  expect(codes(aContactPropertyRule({ initialValue: null }))).toEqual([]);
  expect(codes(aContactPropertyRule({ initialValue: ' ' }))).toEqual(['initialValue: required']);
});

describe('a contact property rule is refused', () => {
  test('S50: without a property', () => {
    expect(codes(aContactPropertyRule({ property: '' }))).toEqual(['property: required']);
  });

  test('S52: without a qualifying value', () => {
    expect(codes(aContactPropertyRule({ qualifyingValues: [] }))).toEqual(['qualifyingValues: required']);
  });

  test('with a blank value', () => {
    expect(codes(aContactPropertyRule({ qualifyingValues: ['customer', ' '] }))).toEqual([
      'qualifyingValues.1: blank',
    ]);
  });

  test('S55: with a value that is there twice by the way it is compared', () => {
    const qualifyingValues = ['Customer', 'customer '];
    expect(codes(aContactPropertyRule({ qualifyingValues, propertyType: 'text' }))).toEqual([
      'qualifyingValues.1: duplicate',
    ]);
    expect(codes(aContactPropertyRule({ qualifyingValues }))).toEqual([]);
  });

  test('S68: when its initial value qualifies, compared as the rule compares', () => {
    expect(codes(aContactPropertyRule({ initialValue: 'customer' }))).toEqual([
      'initialValue: initial-qualifies',
    ]);
    expect(codes(aContactPropertyRule({ initialValue: 'CUSTOMER' }))).toEqual([]);
    expect(codes(aContactPropertyRule({ initialValue: ' CUSTOMER', propertyType: 'text' }))).toEqual([
      'initialValue: initial-qualifies',
    ]);
  });

  test('with more values than the bound, and not with as many', () => {
    const values = Array.from({ length: mostQualifyingValues + 1 }, (_, index) => `value-${index}`);
    expect(codes(aContactPropertyRule({ qualifyingValues: values }))).toEqual(['qualifyingValues: too-many']);
    expect(codes(aContactPropertyRule({ qualifyingValues: values.slice(1) }))).toEqual([]);
  });
});

describe('a deal stage rule is refused', () => {
  test('S57, S58, S59: without pipeline, first stage and qualifying stage, all told at once', () => {
    expect(codes(aDealStageRule({ pipelineId: '', initialStageId: '', qualifyingStageIds: [] }))).toEqual([
      'pipelineId: required',
      'initialStageId: required',
      'qualifyingStageIds: required',
    ]);
  });

  test('S68: when a new deal would start in a qualifying stage', () => {
    expect(codes(aDealStageRule({ initialStageId: 'closedwon' }))).toEqual([
      'initialStageId: initial-qualifies',
    ]);
  });
});

test('every problem says in words what to change', () => {
  const problems = [
    ...ruleProblems(aDealStageRule({ pipelineId: '', initialStageId: 'closedwon' })),
    ...ruleProblems(aContactPropertyRule({ property: '', qualifyingValues: [] })),
  ];
  for (const { message } of problems) expect(message).toMatch(/(Choose|Remove) .+\.$/);
});
