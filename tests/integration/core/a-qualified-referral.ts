/** A referral that HubSpot has qualified, and what the workflow would do with it. */
import { sql } from 'drizzle-orm';
import type { ActivityDependencies } from '../../../activities/dependencies.ts';
import { referralActivities } from '../../../activities/referral.ts';
import { aCampaign, aReferral, property, qualifying, type TestReferral } from './a-campaign.ts';
import type { Crm } from './a-crm.ts';
import { type Core, dependencies } from './core-under-test.ts';

export const now = () => new Date().toISOString();

export interface QualifiedReferral extends TestReferral {
  readonly contactId: string;
  /** The first of its rewards. */
  readonly rewardId: string;
}

/** The activities of one referral's workflow, over the HubSpot of the test. */
export const lifecycle = (core: Core, crm: Crm, changes: Partial<ActivityDependencies> = {}) => {
  const activities = referralActivities(dependencies(core, crm.open, changes));
  const step = ({ workspaceId, referralId }: TestReferral, asOf = now()) => ({
    workspaceId,
    referralId,
    asOf,
  });
  return {
    enter: (referral: TestReferral) => activities.enterCrm(step(referral)),
    decide: (referral: TestReferral, asOf?: string) => activities.decide(step(referral, asOf)),
    issue: ({ rewardId, ...referral }: QualifiedReferral, asOf?: string) =>
      activities.issueReward({ ...step(referral, asOf), rewardId }),
  };
};

/** In HubSpot since a moment, Connected since then, and decided upon: its rewards exist. */
export async function aQualified(
  core: Core,
  crm: Crm,
  terms: Parameters<typeof aCampaign>[1] = {},
): Promise<QualifiedReferral> {
  const referral = await aReferral(core, await aCampaign(core, terms));
  const { enter, decide } = lifecycle(core, crm);
  await enter(referral);
  const contactId = await contactOf(core, referral);
  crm.set(contactId, property, qualifying);
  const { status } = await decide(referral);
  if (status !== 'qualified') throw new Error(`The referral is ${status}`);
  const [reward] = await core.rows<{ id: string }>(
    sql`select id from rewards where referral_id = ${referral.referralId} order by created_at, id`,
  );
  return { ...referral, contactId, rewardId: reward?.id ?? '' };
}

export async function contactOf(core: Core, { referralId }: TestReferral): Promise<string> {
  const [entry] = await core.rows<{ crm_id: string }>(
    sql`select crm_id from crm_entries where referral_id = ${referralId}`,
  );
  return entry?.crm_id ?? '';
}
