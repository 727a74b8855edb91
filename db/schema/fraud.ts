import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { findingStates, fraudRules } from '../../domain/fraud.ts';
import { campaigns } from './campaigns.ts';
import { id, instant, workspaceId } from './columns.ts';
import { people } from './people.ts';
import { referrals } from './referrals.ts';

/** What a fraud check found about a referral: once per rule, and decided by a person. */
export const fraudFindings = pgTable(
  'fraud_findings',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    referralId: uuid('referral_id')
      .notNull()
      .references(() => referrals.id),
    rule: text('rule', { enum: fraudRules }).notNull(),
    /** `hold` keeps the referral's rewards back while it is open; `flag` only tells the operator. */
    severity: text('severity', { enum: ['flag', 'hold'] }).notNull(),
    /** Codes, ids and counts; no address of anybody. */
    evidence: jsonb('evidence').$type<Readonly<Record<string, unknown>>>().notNull(),
    foundAt: instant('found_at').notNull(),
    state: text('state', { enum: findingStates }).notNull().default('open'),
    note: text('note'),
    /** The public id of the API key or the user that decided. */
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
  },
  (table) => [
    unique('fraud_findings_once').on(table.referralId, table.rule),
    index('fraud_findings_by_workspace').on(table.workspaceId, table.id),
    index('fraud_findings_by_state').on(table.workspaceId, table.state, table.id),
    index('fraud_findings_by_campaign').on(table.campaignId, table.id),
  ],
);

/**
 * From where a person joined or signed up, as keyed hashes (`db/trace-hash.ts`); swept after TRACE_RETENTION_DAYS. An
 * address that is nobody's own (loopback, private networks) leaves no hash.
 */
export const visitTraces = pgTable(
  'visit_traces',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    /** Of a sign-up; null for a join. */
    referralId: uuid('referral_id').references(() => referrals.id),
    ipHash: text('ip_hash'),
    deviceHash: text('device_hash'),
    at: instant('at').notNull(),
  },
  (table) => [
    index('visit_traces_by_person').on(table.personId),
    index('visit_traces_by_referral').on(table.referralId).where(sql`referral_id is not null`),
    index('visit_traces_by_device')
      .on(table.campaignId, table.deviceHash)
      .where(sql`device_hash is not null`),
    index('visit_traces_by_time').on(table.at),
  ],
);
