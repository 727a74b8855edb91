/** A published campaign that pays when a contact's lead status becomes Connected, and people who refer in it. */
import { randomInt } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { replaceMappings, saveRules } from '../../../db/queries/campaigns.ts';
import { storeConnection } from '../../../db/queries/connections.ts';
import { upsertPerson } from '../../../db/queries/people.ts';
import { insertReferral } from '../../../db/queries/referrals.ts';
import { enrolReferrer } from '../../../db/queries/referrers.ts';
import { campaigns } from '../../../db/schema/campaigns.ts';
import { workspaces } from '../../../db/schema/workspaces.ts';
import { newLinkCode } from '../../../domain/link-code.ts';
import type { RewardRule } from '../../../domain/reward.ts';
import { mandatoryInvited } from '../../factories/mapping.ts';
import { box, type Core } from './core-under-test.ts';

export const property = 'hs_lead_status';
export const qualifying = 'CONNECTED';

export interface TestConnection {
  readonly workspaceId: string;
  readonly connectionId: string;
  readonly portalId: string;
  readonly epoch: number;
}

export const freshTokens = () => ({
  accessToken: `access-${newId()}`,
  refreshToken: `refresh-${newId()}`,
  expiresAt: new Date(Date.now() + 1_800_000),
});

export async function aConnection({ here }: Core): Promise<TestConnection> {
  const workspaceId = newId();
  await here.system
    .insert(workspaces)
    .values({ id: workspaceId, name: 'Test', createdAt: new Date().toISOString() });
  return connect({ here }, workspaceId, String(randomInt(1, 2 ** 40)));
}

/** Connects, or connects again under the next epoch. */
export async function connect(
  { here }: Pick<Core, 'here'>,
  workspaceId: string,
  portalId: string,
): Promise<TestConnection> {
  const stored = await here.app.inWorkspace(workspaceId, (tx) =>
    storeConnection(tx, box, {
      workspaceId,
      portalId,
      scopes: [],
      timeZone: 'UTC',
      currency: 'USD',
      uiDomain: 'app.hubspot.com',
      tokens: freshTokens(),
    }),
  );
  if (stored.kind !== 'connected') throw new Error('Another account is active');
  const { id: connectionId, epoch } = stored.connection;
  return { workspaceId, connectionId, portalId, epoch };
}

type Terms = Partial<Pick<RewardRule, 'holdDays' | 'approval' | 'beneficiary'>>;

export interface TestCampaign extends TestConnection {
  readonly campaignId: string;
  readonly ruleId: string;
  readonly referrerId: string;
}

/** One fixed reward of 25.00 for each of these terms. */
export async function aCampaign(
  core: Core,
  {
    connection,
    rewards = [{}],
    reversalDays = null,
    expiryDays = null,
  }: {
    readonly connection?: TestConnection;
    readonly rewards?: readonly Terms[];
    readonly reversalDays?: number | null;
    readonly expiryDays?: number | null;
  } = {},
): Promise<TestCampaign> {
  const owner = connection ?? (await aConnection(core));
  const { workspaceId, connectionId } = owner;
  return core.here.app.inWorkspace(workspaceId, async (tx) => {
    const [campaign] = await tx
      .insert(campaigns)
      .values({
        id: newId(),
        workspaceId,
        connectionId,
        name: 'Test',
        slug: newId(),
        status: 'published',
        personInvitedAction: 'create-contact',
        reversalDays,
        expiryDays,
        createdAt: new Date().toISOString(),
      })
      .returning();
    if (!campaign) throw new Error('No campaign');
    const rules = await saveRules(tx, campaign, {
      qualification: {
        kind: 'contact-property',
        property,
        propertyType: 'dropdown',
        initialValue: null,
        qualifyingValues: [qualifying],
      },
      saleValue: null,
      rewards: rewards.map((terms) => ({
        kind: 'fixed',
        amountMinor: 2_500,
        currency: 'USD',
        beneficiary: 'referrer',
        holdDays: null,
        provider: 'manual',
        approval: 'automatic',
        ...terms,
      })),
    });
    await replaceMappings(tx, campaign, 'person-invited', mandatoryInvited);
    const person = await upsertPerson(tx, workspaceId, anAddress('referrer'));
    const referrer = await enrolReferrer(tx, {
      workspaceId,
      campaignId: campaign.id,
      personId: person.id,
      source: 'api',
      code: newLinkCode(randomInt),
    });
    return { ...owner, campaignId: campaign.id, ruleId: rules.ruleId, referrerId: referrer.id };
  });
}

const anAddress = (name: string) => {
  const email = `${name}-${newId()}@example.com`;
  return { email, emailKey: email, firstName: name };
};

export interface TestReferral extends TestCampaign {
  readonly referralId: string;
  readonly personId: string;
  readonly email: string;
}

/** Signed up a minute ago unless told; not in HubSpot yet. */
export async function aReferral(
  core: Core,
  campaign: TestCampaign,
  { signedUpAt = new Date(Date.now() - 60_000).toISOString() }: { readonly signedUpAt?: string } = {},
): Promise<TestReferral> {
  const { workspaceId, campaignId, referrerId, connectionId, ruleId } = campaign;
  return core.here.app.inWorkspace(workspaceId, async (tx) => {
    const address = anAddress('friend');
    const person = await upsertPerson(tx, workspaceId, address);
    const { referral } = await insertReferral(tx, {
      workspaceId,
      campaignId,
      referrerId,
      connectionId,
      ruleId,
      personId: person.id,
      emailKey: address.emailKey,
      status: 'registered',
      signedUpAt,
    });
    return { ...campaign, referralId: referral.id, personId: person.id, email: address.email };
  });
}

/** What invariants 1 and 2 of the design ask: orders, receipts and the ledger of a referral. */
export async function moneyOf(core: Core, referralId: string) {
  const [money] = await core.rows<{ statuses: string[]; orders: number; owed: number; kinds: string[] }>(sql`
    select
      (select json_agg(status order by created_at, id) from rewards where referral_id = ${referralId}) as statuses,
      (select count(*)::int from manual_orders o join rewards r on r.id = o.reward_id where r.referral_id = ${referralId}) as orders,
      (select coalesce(sum(l.amount_minor), 0)::int from ledger_entries l join rewards r on r.id = l.reward_id where r.referral_id = ${referralId}) as owed,
      (select coalesce(json_agg(l.kind order by l.kind), '[]') from ledger_entries l join rewards r on r.id = l.reward_id where r.referral_id = ${referralId}) as kinds`);
  if (!money) throw new Error('No answer');
  return money;
}
