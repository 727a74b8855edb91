import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { campaigns, rewardRules } from './campaigns.ts';
import { id, instant, minor, workspaceId } from './columns.ts';
import { referrers } from './people.ts';
import { referrals, verdicts } from './referrals.ts';

/** The fact that a rule was met, with its evidence. A reversal inside the hold allows a further occurrence. */
export const qualifications = pgTable(
  'qualifications',
  {
    id: id(),
    workspaceId: workspaceId(),
    referralId: uuid('referral_id')
      .notNull()
      .references(() => referrals.id),
    occurrence: integer('occurrence').notNull(),
    verdictId: uuid('verdict_id')
      .notNull()
      .references(() => verdicts.id),
    qualifiedAt: instant('qualified_at').notNull(),
    saleValueMinor: minor('sale_value_minor'),
    saleValueCurrency: text('sale_value_currency'),
    evidence: jsonb('evidence').notNull(),
    reversedAt: instant('reversed_at'),
  },
  (table) => [unique('qualifications_occurrence').on(table.referralId, table.occurrence)],
);

/** What one side earns. The id is uuidv5(qualification, rule, beneficiary, occurrence): the key at both sides. */
export const rewards = pgTable(
  'rewards',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    referralId: uuid('referral_id')
      .notNull()
      .references(() => referrals.id),
    referrerId: uuid('referrer_id')
      .notNull()
      .references(() => referrers.id),
    qualificationId: uuid('qualification_id')
      .notNull()
      .references(() => qualifications.id),
    rewardRuleId: uuid('reward_rule_id')
      .notNull()
      .references(() => rewardRules.id),
    beneficiary: text('beneficiary', { enum: ['referrer', 'referred'] }).notNull(),
    occurrence: integer('occurrence').notNull(),
    status: text('status', {
      enum: ['pending', 'held', 'approved', 'issuing', 'needs_review', 'issued', 'voided', 'clawed_back'],
    }).notNull(),
    reason: text('reason'),
    /** The state in which a fraud check held it back, and to which a release returns it; kept after that. */
    heldBackFrom: text('held_back_from', { enum: ['pending', 'held', 'approved'] }),
    /** Null while a person must settle the sale value. */
    amountMinor: minor('amount_minor'),
    currency: text('currency'),
    provider: text('provider', { enum: ['manual'] }).notNull(),
    payeePersonId: uuid('payee_person_id').notNull(),
    holdUntil: instant('hold_until'),
    firstAttemptAt: instant('first_attempt_at'),
    providerReference: text('provider_reference'),
    createdAt: instant('created_at').notNull(),
    issuedAt: instant('issued_at'),
  },
  (table) => [
    unique('rewards_once').on(table.qualificationId, table.rewardRuleId, table.beneficiary, table.occurrence),
    index('rewards_by_referral').on(table.referralId),
    index('rewards_by_workspace').on(table.workspaceId, table.id),
    index('rewards_by_status').on(table.workspaceId, table.status, table.id),
    index('rewards_by_referrer').on(table.referrerId),
    check('rewards_amount', sql`amount_minor is null or amount_minor > 0`),
    check('rewards_money', sql`(amount_minor is null) = (currency is null)`),
  ],
);

/** Append-only; the sum per reward is what is owed. Each kind happens to a reward at most once. */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    id: id(),
    workspaceId: workspaceId(),
    rewardId: uuid('reward_id')
      .notNull()
      .references(() => rewards.id),
    kind: text('kind', { enum: ['accrued', 'voided', 'issued', 'clawed_back'] }).notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [unique('ledger_entries_once').on(table.rewardId, table.kind)],
);

/** Caps, taken in one statement so that two sales at once cannot overshoot. */
export const budgetCounters = pgTable(
  'budget_counters',
  {
    scope: text('scope', { enum: ['campaign', 'rule', 'referrer'] }).notNull(),
    scopeId: uuid('scope_id').notNull(),
    ruleId: uuid('rule_id').notNull(),
    periodStart: instant('period_start').notNull(),
    currency: text('currency').notNull(),
    workspaceId: workspaceId(),
    limitMinor: minor('limit_minor').notNull(),
    usedMinor: minor('used_minor').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.scopeId, table.ruleId, table.periodStart, table.currency] }),
    check('budget_counters_never_overshot', sql`used_minor <= limit_minor and used_minor >= 0`),
  ],
);

/** One transfer that settles one or more rewards. */
export const payouts = pgTable('payouts', {
  id: id(),
  workspaceId: workspaceId(),
  provider: text('provider', { enum: ['manual'] }).notNull(),
  status: text('status', {
    enum: ['pending', 'processing', 'completed', 'failed', 'needs_review', 'canceled'],
  }).notNull(),
  amountMinor: minor('amount_minor').notNull(),
  currency: text('currency').notNull(),
  createdAt: instant('created_at').notNull(),
  completedAt: instant('completed_at'),
});

/** The `manual` provider's own log: one order per reward, whatever is repeated. */
export const manualOrders = pgTable('manual_orders', {
  id: id(),
  workspaceId: workspaceId(),
  rewardId: uuid('reward_id')
    .notNull()
    .unique()
    .references(() => rewards.id),
  payoutId: uuid('payout_id').references(() => payouts.id),
  payeePersonId: uuid('payee_person_id').notNull(),
  amountMinor: minor('amount_minor').notNull(),
  currency: text('currency').notNull(),
  createdAt: instant('created_at').notNull(),
});
