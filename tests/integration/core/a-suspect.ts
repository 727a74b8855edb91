/** Referrals about which a fraud check has something to say, and what an operator decides about them. */
import { sql } from 'drizzle-orm';
import { rejectFinding, releaseFinding } from '../../../api/commands/fraud-orders.ts';
import type { FraudActions, FraudRule } from '../../../domain/fraud.ts';
import { aCampaign, aReferral, property, qualifying, type TestReferral } from './a-campaign.ts';
import type { Crm } from './a-crm.ts';
import { contactOf, lifecycle, now, type QualifiedReferral } from './a-qualified-referral.ts';
import type { Core } from './core-under-test.ts';

/** An address that the core's list of throw-away domains holds. */
export const suspect = (core: Core, { personId }: TestReferral) =>
  core.here.system.execute(sql`update people set email = 'x@throw-away.test' where id = ${personId}`);

export const setActions = (
  core: Core,
  { campaignId }: { campaignId: string },
  actions: Partial<FraudActions>,
) =>
  core.here.system.execute(
    sql`update campaigns set fraud = ${JSON.stringify(actions)}::jsonb where id = ${campaignId}`,
  );

/** Qualified by HubSpot under a throw-away address: its rewards are in review. */
export async function aHeldReferral(
  core: Core,
  crm: Crm,
  terms: Parameters<typeof aCampaign>[1] = {},
): Promise<QualifiedReferral> {
  const referral = await aReferral(core, await aCampaign(core, terms));
  await lifecycle(core, crm).enter(referral);
  const contactId = await contactOf(core, referral);
  await suspect(core, referral);
  crm.set(contactId, property, qualifying);
  await lifecycle(core, crm).decide(referral);
  const [reward] = await core.rows<{ id: string }>(
    sql`select id from rewards where referral_id = ${referral.referralId} order by created_at, id`,
  );
  return { ...referral, contactId, rewardId: reward?.id ?? '' };
}

export async function findingOf(
  core: Core,
  { referralId }: TestReferral,
  rule: FraudRule = 'disposable-email',
) {
  const [finding] = await core.rows<{ id: string; rule: string; severity: string; state: string }>(
    sql`select id, rule, severity, state from fraud_findings where referral_id = ${referralId} and rule = ${rule}`,
  );
  if (!finding) throw new Error('It was not found');
  return finding;
}

/** As a check of another time would have stored it. */
export const aFinding = (
  core: Core,
  { referralId }: TestReferral,
  {
    rule = 'ring',
    severity = 'hold',
    state = 'open',
  }: Partial<Record<'rule' | 'severity' | 'state', string>>,
) =>
  core.here.system.execute(sql`
    insert into fraud_findings (id, workspace_id, campaign_id, referral_id, rule, severity, evidence, found_at, state)
    select uuidv7(), workspace_id, campaign_id, id, ${rule}, ${severity}, '{}', now(), ${state}
    from referrals where id = ${referralId}`);

/** What an operator at another process decides about a finding. */
export const decision = (core: Core, referral: TestReferral, rule?: FraudRule) => {
  const order = async (carryOut: typeof releaseFinding) => {
    const { id } = await findingOf(core, referral, rule);
    return core.there.app.inWorkspace(referral.workspaceId, (tx) =>
      carryOut(tx, { findingId: id, note: 'looked at', decidedBy: 'key_test', at: now() }),
    );
  };
  return { release: () => order(releaseFinding), reject: () => order(rejectFinding) };
};

export const rewardOf = async (core: Core, { rewardId }: QualifiedReferral) =>
  (
    await core.rows<{ status: string; reason: string | null; held_back_from: string | null }>(
      sql`select status, reason, held_back_from from rewards where id = ${rewardId}`,
    )
  )[0];

export const storyOf = async (core: Core, { referralId }: TestReferral) =>
  (
    await core.rows<{ kind: string }>(
      sql`select kind from timeline_events where referral_id = ${referralId} order by at, id`,
    )
  ).map(({ kind }) => kind);

/** Whether the workflow was told to look again. */
export const isNudged = async (core: Core, { workspaceId }: TestReferral) =>
  (await core.rows(sql`select 1 from outbox where kind = 'nudge' and workspace_id = ${workspaceId}`)).length >
  0;
