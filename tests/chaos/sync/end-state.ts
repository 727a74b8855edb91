import { fromPublicId } from '../../../domain/id.ts';
import { apiClient } from '../../../stack/demo/http.ts';
import type { PortalRecord } from '../../../stack/demo/sandbox-portal.ts';
import type { Product } from '../../support/product.ts';

/** What a finished sync of a campaign leaves in HubSpot and with us, without what differs by chance (ids, codes). */
export interface EndState {
  readonly seen: number;
  readonly enrolled: number;
  /** HubSpot ids of the contacts that hold a link, upwards. */
  readonly linked: readonly string[];
  /** `contact reason`, upwards. */
  readonly skipped: readonly string[];
}

export async function endState(product: Product, campaignId: string, property: string): Promise<EndState> {
  const run = await product.api.get<{ seen: number; enrolled: number }>(`/campaigns/${campaignId}/sync`);
  const contacts = await product.portal.contacts();
  const skipped = await product.sql`
    select e.crm_id, e.reason from sync_exceptions e join sync_runs r on r.id = e.run_id
    where r.campaign_id = ${uuid(campaignId)}`;
  return {
    seen: run.seen,
    enrolled: run.enrolled,
    linked: contacts.flatMap(({ id, properties }) => (properties[property] ? [id] : [])).sort(),
    skipped: skipped.map((row) => `${row['crm_id']} ${row['reason']}`).sort(),
  };
}

/** Sentences about what must never be; empty when all is well. */
export async function violations(
  product: Product,
  campaignId: string,
  property: string,
): Promise<readonly string[]> {
  const rows = await product.sql<{ crm_id: string; code: string }[]>`
    select c.crm_id, l.code from referrers f
    join person_crm_ids c on c.person_id = f.person_id
    join referral_links l on l.referrer_id = f.id and l.retired_at is null
    where f.campaign_id = ${uuid(campaignId)}`;
  const [counted] = await product.sql<{ referrers: number; people: number; links: number }[]>`
    select count(*)::int as referrers, count(distinct f.person_id)::int as people,
      (select count(*)::int from referral_links l where l.campaign_id = ${uuid(campaignId)}) as links
    from referrers f where f.campaign_id = ${uuid(campaignId)}`;
  const contacts = new Map((await product.portal.contacts()).map((contact) => [contact.id, contact]));
  const wrong = rows.filter(
    ({ crm_id, code }) => !contacts.get(crm_id)?.properties[property]?.endsWith(`/r/${code}`),
  );
  const rewritten = await writtenMoreThanOnce(product, [...contacts.values()], property);
  return [
    ...(counted?.referrers === counted?.people ? [] : ['A person is two referrers.']),
    ...(counted?.referrers === counted?.links ? [] : ['A referrer has no link, or two.']),
    ...(wrong.length === 0 ? [] : [`${wrong.length} contacts do not hold the link of their referrer.`]),
    ...(rewritten === 0 ? [] : [`${rewritten} contacts held more than one link.`]),
  ];
}

/** Contacts whose property had two different values over time, by HubSpot's own history. */
async function writtenMoreThanOnce(
  { portal, stack }: Product,
  contacts: readonly PortalRecord[],
  property: string,
): Promise<number> {
  const { access_token: token } = await portal.control.post<{ access_token: string }>(
    `/portals/${portal.portalId}/install`,
    {},
  );
  const hubspot = apiClient(`${stack.urls.sandbox}/crm/v3`, token);
  const ids = contacts.filter(({ properties }) => properties[property]).map(({ id }) => ({ id }));
  let more = 0;
  for (let first = 0; first < ids.length; first += 50) {
    const { results } = await hubspot.post<{
      results: { propertiesWithHistory: Record<string, { value: string }[]> }[];
    }>('/objects/contacts/batch/read', {
      properties: [property],
      propertiesWithHistory: [property],
      inputs: ids.slice(first, first + 50),
    });
    more += results.filter(
      (record) => new Set(record.propertiesWithHistory[property]?.map(({ value }) => value)).size > 1,
    ).length;
  }
  return more;
}

function uuid(campaignId: string): string {
  const id = fromPublicId('campaign', campaignId);
  if (id === null) throw new Error(`${campaignId} is no campaign's id`);
  return id;
}
