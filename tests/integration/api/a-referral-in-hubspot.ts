/** A referral whose contact is in the sandbox, as the worker would have entered it: what HubSpot shows may be changed. */
import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Reward } from '../../../db/queries/rewards.ts';
import { fromPublicId, toPublicId } from '../../../domain/id.ts';
import { aPerson, type PublishedCampaign } from './a-published-campaign.ts';
import type { ApiUnderTest, Operator } from './api-under-test.ts';
import { firstPortal, type HubSpotAccounts } from './hubspot-account.ts';

interface StoredRow {
  readonly status: Reward['status'];
  readonly reason?: string;
  readonly holdUntil?: string;
  readonly issuedAt?: string;
}

export interface ReferralInHubSpot {
  /** Its public id. */
  readonly id: string;
  readonly uuid: string;
  readonly contactId: string;
  /** Somebody changes a property of the contact, in HubSpot. */
  set(property: string, value: string): Promise<void>;
  /** A qualification of this moment and the reward from it, as a decision would have stored them. */
  reward(row: StoredRow): Promise<string>;
  /** Somebody puts the contact into HubSpot's recycle bin. */
  archive(): Promise<void>;
}

export async function aReferralInHubSpot(
  { api, accounts, operator }: { api: ApiUnderTest; accounts: HubSpotAccounts; operator: Operator },
  campaign: PublishedCampaign,
): Promise<ReferralInHubSpot> {
  const person = aPerson();
  const { code } = await campaign.referrer();
  const signedUp = await operator.call<{ referral: { id: string } }>(
    'POST',
    `/campaigns/${campaign.id}/referrals`,
    { referralCode: code, ...person },
  );
  const { id } = signedUp.body.referral;
  const uuid = fromPublicId('referral', id) ?? '';
  const sandbox = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${accounts.url}/sandbox/portals/${firstPortal}/contacts${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const made = await sandbox('POST', '', { contacts: [{ properties: { email: person.email } }] });
  const [contactId = ''] = ((await made.json()) as { ids: string[] }).ids;
  const { system } = api.database;
  await system.execute(sql`
    insert into crm_entries (id, workspace_id, referral_id, connection_id, object_type, attempted_at, entered_at, crm_id, outcome)
    select ${newId()}, r.workspace_id, r.id, c.connection_id, 'contact', now(), now(), ${contactId}, 'created'
    from referrals r join campaigns c on c.id = r.campaign_id where r.id = ${uuid}`);
  await system.execute(sql`
    insert into person_crm_ids (connection_id, object_type, crm_id, workspace_id, person_id, created_at)
    select c.connection_id, 'contact', ${contactId}, r.workspace_id, r.person_id, now()
    from referrals r join campaigns c on c.id = r.campaign_id where r.id = ${uuid}`);
  await system.execute(sql`update referrals set entered_at = now() where id = ${uuid}`);
  const expectOk = (response: Response) => {
    if (!response.ok) throw new Error(`The sandbox answered ${response.status}`);
  };
  return {
    id,
    uuid,
    contactId,
    set: async (property, value) =>
      expectOk(await sandbox('PATCH', `/${contactId}`, { properties: { [property]: value } })),
    async reward({ status, reason = null, holdUntil = null, issuedAt = null }) {
      const [verdict, qualification, reward] = [newId(), newId(), newId()];
      await system.execute(sql`
        insert into verdicts (id, workspace_id, referral_id, decision_seq, rule_id, result, inputs, decided_at)
        select ${verdict}, workspace_id, id, 1, rule_id, 'qualified', '{}', now() from referrals where id = ${uuid}`);
      await system.execute(sql`
        insert into qualifications (id, workspace_id, referral_id, occurrence, verdict_id, qualified_at, evidence)
        select ${qualification}, workspace_id, id, 1, ${verdict}, now(), '{}' from referrals where id = ${uuid}`);
      await system.execute(sql`
        insert into rewards (id, workspace_id, campaign_id, referral_id, referrer_id, qualification_id, reward_rule_id,
          beneficiary, occurrence, status, reason, amount_minor, currency, provider, payee_person_id, hold_until, issued_at,
          created_at)
        select ${reward}, f.workspace_id, f.campaign_id, f.id, f.referrer_id, ${qualification}, w.id, 'referrer', 1,
          ${status}, ${reason}, w.amount_minor, w.currency, 'manual', f.person_id, ${holdUntil}, ${issuedAt}, now()
        from referrals f join qualification_rules q on q.id = f.rule_id
        join reward_rules w on w.campaign_id = q.campaign_id and w.version = q.version where f.id = ${uuid}`);
      return toPublicId('reward', reward);
    },
    archive: async () => expectOk(await sandbox('POST', `/${contactId}/archive`)),
  };
}
