/** Who of a page's people refers, and with which link; see `enrolments.ts`. */
import { v7 as newId } from 'uuid';
import { driverOf, type Tx } from '../client.ts';
import type { EnrolledContact, EnrolmentInput } from './enrolments.ts';

/** A referrer whose contact is told beside it. */
export type PageReferrer = Omit<EnrolledContact, 'crmId'>;

/** Makes referrers of those who are none yet; contacts that are nobody's are absent from `personOf`. */
export async function enrolPeople(
  tx: Tx,
  { workspaceId, campaign, connectionId, newCode }: EnrolmentInput,
  crmIds: readonly string[],
): Promise<{ readonly personOf: ReadonlyMap<string, string>; readonly fresh: Map<string, PageReferrer> }> {
  const page = JSON.stringify(crmIds.map((crmId) => ({ crmId, referrerId: newId() })));
  const rows = await driverOf(tx)<
    { crmId: string | null; personId: string; referrerId: string | null; joinedAt: string | null }[]
  >`
    with owner as materialized (
      select told.*, k.person_id
      from json_to_recordset(${page}::text::json) as told ("crmId" text, "referrerId" uuid)
      cross join lateral (
        select person_id from person_crm_ids
        where connection_id = ${connectionId} and object_type = 'contact' and crm_id = told."crmId" limit 1) k
    ), fresh as (
      insert into referrers (id, workspace_id, campaign_id, person_id, source, joined_at, entered_at)
      select distinct on (o.person_id) o."referrerId", ${workspaceId}, ${campaign.id}, o.person_id, 'sync', now(), now()
      from owner o
      order by o.person_id
      on conflict (campaign_id, person_id) where merged_into is null do nothing
      returning id, person_id, joined_at
    )
    select "crmId", person_id as "personId", null::uuid as "referrerId", null::timestamptz as "joinedAt" from owner
    union all
    select null, person_id, id, joined_at from fresh`;
  const personOf = new Map<string, string>();
  const fresh = new Map<string, PageReferrer>();
  for (const { crmId, personId, referrerId, joinedAt } of rows) {
    if (crmId !== null) personOf.set(crmId, personId);
    if (referrerId === null || joinedAt === null) continue;
    fresh.set(personId, {
      referrerId,
      enrolled: true,
      withheld: false,
      linkWritten: null,
      figures: {
        referrerId,
        personId,
        code: newCode(),
        joinedAt: new Date(joinedAt).toISOString(),
        campaignName: campaign.name,
        numberReferred: 0,
        numberSuccessful: 0,
        earned: {},
      },
    });
  }
  return { personOf, fresh };
}

export async function storeLinks(
  tx: Tx,
  { workspaceId, campaign }: EnrolmentInput,
  fresh: readonly PageReferrer[],
): Promise<void> {
  if (fresh.length === 0) return;
  const links = fresh.map(({ referrerId, figures: { code } }) => ({ id: newId(), referrerId, code }));
  await driverOf(tx)`
    insert into referral_links (id, workspace_id, campaign_id, referrer_id, code, created_at)
    select id, ${workspaceId}, ${campaign.id}, "referrerId", code, now()
    from json_to_recordset(${JSON.stringify(links)}::text::json) as told (id uuid, "referrerId" uuid, code text)`;
}

interface KnownReferrer {
  readonly referrerId: string;
  readonly personId: string;
  readonly withheld: boolean;
  readonly linkWritten: string | null;
  readonly code: string;
  readonly joinedAt: string;
  readonly numberReferred: number;
  readonly numberSuccessful: number;
  readonly earned: Record<string, number> | null;
}

/** Those who were referrers before, by person, with the figures that HubSpot shows of them. */
export async function knownReferrers(
  tx: Tx,
  { campaign }: EnrolmentInput,
  personIds: readonly string[],
): Promise<Map<string, PageReferrer>> {
  if (personIds.length === 0) return new Map();
  const rows = await driverOf(tx)<KnownReferrer[]>`
    select r.id as "referrerId", r.person_id as "personId", r.withheld_at is not null as withheld,
      r.crm_link_written as "linkWritten", l.code, r.joined_at as "joinedAt",
      (select count(*)::int from referrals x
        where x.referrer_id = r.id and x.status not in ('rejected', 'erased')) as "numberReferred",
      (select count(*)::int from referrals x
        where x.referrer_id = r.id and x.status in ('qualified', 'rewarded')) as "numberSuccessful",
      (select json_object_agg(currency, total) from (
        select currency, sum(amount_minor)::bigint as total from rewards w
        where w.referrer_id = r.id and w.beneficiary = 'referrer' and w.status = 'issued'
        group by currency) sums) as earned
    from referrers r
    cross join lateral (select code from referral_links where referrer_id = r.id and retired_at is null limit 1) l
    where r.campaign_id = ${campaign.id} and r.merged_into is null
      and r.person_id = any (${`{${personIds.join()}}`}::text::uuid[])`;
  return new Map(
    rows.map(({ personId, referrerId, withheld, linkWritten, joinedAt, earned, ...figures }) => [
      personId,
      {
        referrerId,
        enrolled: false,
        withheld,
        linkWritten,
        figures: {
          ...figures,
          referrerId,
          personId,
          joinedAt: new Date(joinedAt).toISOString(),
          campaignName: campaign.name,
          earned: earned ?? {},
        },
      },
    ]),
  );
}
