import type { PropertyReading, PropertyVersion } from './property-history.ts';
import type { AlreadyQualified } from './referral.ts';
import type { SaleValue } from './reward.ts';
import type { SaleValueReading } from './sale-value.ts';
import type { Instant } from './time.ts';

/** All that a decision looks at: one record, read once, and what our rows say about the referral. */
export interface QualificationFacts {
  readonly signedUpAt: Instant;
  /** Whether we made the record that the rule watches; false for one that was found. */
  readonly createdByUs: boolean;
  readonly asOf: Instant;
  /** Null when nothing is known yet, such as no deal. */
  readonly record: WatchedRecord | null;
  /** Null when the campaign reads none. */
  readonly saleValue?: SaleValueReading | null;
  readonly alreadyQualified: AlreadyQualified | null;
  /** An earlier qualification was reversed at this instant: only later changes count. */
  readonly after?: Instant | null;
  /** What an earlier decision read; stands in for the past of a found record that has no history. */
  readonly baseline?: PropertyVersion | null;
  /** What the API or a person said, for a manual rule (P22). */
  readonly conversion?: { readonly at: Instant; readonly saleValue: SaleValue } | null;
}

export interface WatchedRecord extends PropertyReading {
  readonly id: string;
  /** False when HubSpot has no such record any more. */
  readonly exists: boolean;
  readonly createdAt?: Instant | null;
}
