/** People whose contacts we know, and what a worker does when HubSpot says something about them. */
import { sql } from 'drizzle-orm';
import { followContacts, identityProperties } from '../../../activities/identity.ts';
import { loadConnection } from '../../../db/queries/connections.ts';
import { rememberContactId } from '../../../db/queries/people.ts';
import { aReferral, type TestCampaign, type TestConnection, type TestReferral } from './a-campaign.ts';
import type { Crm } from './a-crm.ts';
import { contactOf, lifecycle } from './a-qualified-referral.ts';
import { type Core, dependencies } from './core-under-test.ts';

export interface KnownFriend extends TestReferral {
  readonly contactId: string;
}

/** A friend of the campaign's referrer, in HubSpot. */
export async function aFriend(core: Core, crm: Crm, campaign: TestCampaign): Promise<KnownFriend> {
  const referral = await aReferral(core, campaign);
  await lifecycle(core, crm).enter(referral);
  return { ...referral, contactId: await contactOf(core, referral) };
}

export interface KnownReferrer extends TestCampaign {
  readonly personId: string;
  readonly contactId: string;
  readonly code: string;
}

/** The campaign's referrer as a contact that somebody else made in HubSpot. */
export async function aReferrerInHubSpot(
  core: Core,
  crm: Crm,
  campaign: TestCampaign,
): Promise<KnownReferrer> {
  const { workspaceId, connectionId, referrerId } = campaign;
  const [row] = await core.rows<{ person_id: string; email: string; code: string }>(sql`
    select r.person_id, p.email, l.code from referrers r join people p on p.id = r.person_id
    join referral_links l on l.referrer_id = r.id where r.id = ${referrerId}`);
  if (!row) throw new Error('No such referrer');
  const { id: contactId } = crm.put(row.email);
  const { person_id: personId, code } = row;
  await core.here.app.inWorkspace(workspaceId, (tx) =>
    rememberContactId(tx, { workspaceId, connectionId, personId, crmId: contactId }),
  );
  return { ...campaign, personId, contactId, code };
}

export async function connectionRow(core: Core, { workspaceId, connectionId }: TestConnection) {
  const row = await core.here.app.inWorkspace(workspaceId, (tx) => loadConnection(tx, connectionId));
  if (!row) throw new Error('No such connection');
  return row;
}

/** What the worker does with contacts that a notice or a sweep names: reads them by id and follows them. */
export async function follow(
  core: Core,
  crm: Crm,
  connection: TestConnection,
  ...ids: readonly string[]
): Promise<void> {
  const row = await connectionRow(core, connection);
  const hubspot = crm.open({ connectionId: row.id, epoch: row.epoch, lane: 'bulk' });
  const contacts = await hubspot.contacts.readMany(ids, { properties: identityProperties });
  await followContacts(dependencies(core, crm.open), row, contacts);
}

/** Whose each contact id is, and what is known of it. */
export const idsOf = (core: Core, { connectionId }: TestConnection) =>
  core.rows<{ crm_id: string; person_id: string; alias_of: string | null; gone: boolean }>(sql`
    select crm_id, person_id, alias_of, gone_at is not null as gone from person_crm_ids
    where connection_id = ${connectionId} order by crm_id::int`);

export const storyOf = async (core: Core, { referralId }: TestReferral) =>
  (
    await core.rows<{ kind: string; facts: Record<string, unknown> }>(
      sql`select kind, facts from timeline_events where referral_id = ${referralId} order by at, id`,
    )
  ).map(({ kind, facts }) => (typeof facts['reason'] === 'string' ? `${kind}: ${facts['reason']}` : kind));

export async function referralRow(core: Core, { referralId }: TestReferral) {
  const [row] = await core.rows<{
    status: string;
    rejected_reason: string | null;
    settled: boolean;
    person_id: string;
    referrer_id: string;
    email_key: string;
  }>(sql`
    select status, rejected_reason, settled_at is not null as settled, person_id, referrer_id, email_key
    from referrals where id = ${referralId}`);
  if (!row) throw new Error('No such referral');
  return row;
}
