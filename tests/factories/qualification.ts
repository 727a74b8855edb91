import type { QualificationFacts, WatchedRecord } from '../../domain/qualification.ts';
import type { ContactPropertyRule, DealStageRule } from '../../domain/qualification-rule.ts';
import type { SaleValueReading } from '../../domain/sale-value.ts';
import { addMs, DAY_MS, type Instant } from '../../domain/time.ts';

/** The instant at which the person of every factory signed up. */
export const signedUpAt: Instant = '2026-05-01T10:00:00.000Z';

/** An instant so many days (or parts of a day) after the sign-up; negative is before it. */
export const day = (days: number): Instant => addMs(signedUpAt, Math.round(days * DAY_MS));

/** An instant so many milliseconds after the sign-up. */
export const ms = (delayMs: number): Instant => addMs(signedUpAt, delayMs);

/** Stages `qualifiedtobuy` → `proposal` → `closedwon`. */
export const aDealStageRule = (differences: Partial<DealStageRule> = {}) => ({
  id: '01995a00-0000-7000-8000-000000000001',
  version: 1,
  kind: 'deal-stage' as const,
  pipelineId: 'default',
  initialStageId: 'qualifiedtobuy',
  qualifyingStageIds: ['closedwon'],
  stageLabels: { qualifiedtobuy: 'Qualified to Buy', proposal: 'Proposal', closedwon: 'Closed Won' },
  ...differences,
});

/** Lifecycle stage: `lead` at creation, `customer` or `evangelist` qualifies. */
export const aContactPropertyRule = (differences: Partial<ContactPropertyRule> = {}) => ({
  id: '01995a00-0000-7000-8000-000000000002',
  version: 1,
  kind: 'contact-property' as const,
  property: 'lifecyclestage',
  propertyType: 'dropdown' as const,
  initialValue: 'lead',
  qualifyingValues: ['customer', 'evangelist'],
  propertyLabel: 'Lifecycle Stage',
  valueLabels: { lead: 'Lead', customer: 'Customer', evangelist: 'Evangelist' },
  ...differences,
});

export const aManualRule = {
  id: '01995a00-0000-7000-8000-000000000003',
  version: 1,
  kind: 'manual',
} as const;

/** Value and instant of each change, oldest first. */
export type Changes = readonly (readonly [value: string, at: Instant])[];

/** A record whose watched property went through these changes; the last one is its current value. */
export const aRecord = (changes: Changes, differences: Partial<WatchedRecord> = {}): WatchedRecord => ({
  id: '301',
  exists: true,
  ...aReading(changes),
  ...differences,
});

export const aSaleValue = (
  changes: Changes,
  differences: Partial<SaleValueReading> = {},
): SaleValueReading => ({
  property: 'amount',
  currency: 'USD',
  ...aReading(changes),
  ...differences,
});

/** As read on day 30 of a referral whose record HubSpot had before (`createdByUs: true` for one of ours). */
export const someFacts = (differences: Partial<QualificationFacts> = {}): QualificationFacts => ({
  signedUpAt,
  createdByUs: false,
  asOf: day(30),
  record: null,
  saleValue: null,
  alreadyQualified: null,
  ...differences,
});

const aReading = (changes: Changes) => ({
  value: changes.at(-1)?.[0] ?? null,
  history: changes.map(([value, at]) => ({ value, at })).toReversed(),
});
