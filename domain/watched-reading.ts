import type { PropertyVersion } from './property-history.ts';
import type { QualificationFacts } from './qualification-facts.ts';
import type { QualificationCondition } from './qualification-rule.ts';
import type { AlreadyQualified } from './referral.ts';
import type { Instant } from './time.ts';

type CrmObject = 'contact' | 'deal';

/** What our rows say about a referral, as far as it decides what is read and how it counts. */
export interface ReadReferral {
  readonly referral: { readonly signedUpAt: Instant; readonly alreadyQualified: AlreadyQualified | null };
  readonly rules: {
    readonly qualification: QualificationCondition;
    readonly saleValue: { readonly object: CrmObject; readonly property: string } | null;
  };
  /** The last one, in force or reversed. */
  readonly qualification: { readonly reversedAt: Instant | null } | null;
  readonly contactEntry: { readonly outcome: 'created' | 'found' | null } | null;
  readonly dealEntry: { readonly outcome: 'created' | 'found' | null } | null;
  readonly contactId: string | null;
  readonly dealId: string | null;
}

/** What a decision asks HubSpot for: one record, with the history of these properties. */
export interface WatchedReading {
  readonly object: CrmObject;
  readonly id: string;
  readonly watched: string;
  readonly saleProperty: string | null;
}

/** A record as HubSpot told it. */
export interface RecordRead {
  readonly id: string;
  readonly createdAt: Instant;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly history: Readonly<Record<string, readonly PropertyVersion[]>>;
}

/** Null when there is nothing to ask: no record is known yet, or HubSpot does not decide. */
export function watchedReading({ rules, contactId, dealId }: ReadReferral): WatchedReading | null {
  const { qualification: rule, saleValue } = rules;
  const object = watchedObject(rule);
  const id = object === 'deal' ? dealId : contactId;
  if (rule.kind === 'manual' || id === null) return null;
  return {
    object,
    id,
    watched: rule.kind === 'deal-stage' ? 'dealstage' : rule.property,
    saleProperty: saleValue?.object === object ? saleValue.property : null,
  };
}

/**
 * What the rule is evaluated upon. `record` null: HubSpot has none any more; `currency` is the portal's, for a record
 * that has none of its own.
 */
export function qualificationFacts(
  told: ReadReferral,
  reading: WatchedReading | null,
  {
    record,
    currency,
    asOf,
  }: { readonly record: RecordRead | null; readonly currency: string | null; readonly asOf: Instant },
): QualificationFacts {
  const { referral, rules, qualification: last } = told;
  const entry = watchedObject(rules.qualification) === 'deal' ? told.dealEntry : told.contactEntry;
  const saleProperty = reading?.saleProperty ?? null;
  return {
    signedUpAt: referral.signedUpAt,
    createdByUs: entry?.outcome === 'created',
    asOf,
    alreadyQualified: referral.alreadyQualified,
    // After a reversal only what comes later counts.
    after: last?.reversedAt ?? null,
    record: reading && {
      id: record?.id ?? reading.id,
      exists: record !== null,
      createdAt: record?.createdAt ?? null,
      ...versions(record, reading.watched),
    },
    saleValue:
      saleProperty === null
        ? null
        : {
            property: saleProperty,
            ...versions(record, saleProperty),
            currency: record?.properties['deal_currency_code'] ?? currency,
          },
  };
}

const watchedObject = ({ kind }: QualificationCondition): CrmObject =>
  kind === 'deal-stage' ? 'deal' : 'contact';

const versions = (record: RecordRead | null, property: string) => ({
  value: record?.properties[property] ?? null,
  history: record?.history[property] ?? [],
});
