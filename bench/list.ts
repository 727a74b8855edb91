import { toPublicId } from '../domain/id.ts';
import { createPropertyCampaign } from '../stack/demo/campaigns.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';
import { type Installation, startInstallation } from './installation.ts';
import { load, type Request } from './load.ts';

const referrals = 200_000;
const requests = 300;

export const list: Benchmark = {
  name: 'list',
  about: `GET /api/v1/referrals, 50 a page, among ${referrals.toLocaleString('en')} referrals of one workspace, one request after another`,
  async run({ say }) {
    const installation = await startInstallation({ worker: false });
    try {
      await seedReferrals(installation);
      say(`${referrals} referrals seeded`);
      const [deep] = await installation.sql<{ id: string }[]>`
        select id from referrals order by id desc offset ${referrals - 100} limit 1`;
      const pages = {
        'list first page': '?limit=50',
        'list deep page': `?limit=50&after=${toPublicId('referral', deep?.id ?? '')}`,
        'list first page of a status': '?limit=50&status=registered',
      };
      const measured = [];
      for (const [name, query] of Object.entries(pages)) {
        const p95 = percentile((await read(installation, query)).latenciesMs, 0.95);
        measured.push({
          name,
          target: 'p95 < 50 ms, independent of depth',
          figure: rounded(p95),
          unit: 'ms',
          holds: p95 < 50,
        });
      }
      return measured;
    } finally {
      await installation.stop();
    }
  },
};

function read({ stack, apiKey }: Installation, query: string) {
  const request: Request = {
    method: 'GET',
    url: `${stack.urls.app}/api/v1/referrals${query}`,
    headers: { authorization: `Bearer ${apiKey}` },
    expect: 200,
  };
  return load(
    Array.from({ length: requests }, () => request),
    1,
  );
}

/** Spread over statuses as an older campaign has them; one in ten is still registered. */
async function seedReferrals({ api, sql }: Installation): Promise<void> {
  await createPropertyCampaign(api);
  await sql`
    with referrer_person as (
      insert into people (id, workspace_id, created_at) select uuidv7(), workspace_id, now() from campaigns
      returning id, workspace_id
    ), referrer as (
      insert into referrers (id, workspace_id, campaign_id, person_id, source, joined_at)
      select uuidv7(), p.workspace_id, c.id, p.id, 'api', now() from referrer_person p, campaigns c
      returning id, workspace_id, campaign_id
    ), person as (
      insert into people (id, workspace_id, email, email_key, created_at)
      select uuidv7(), workspace_id, 'friend' || n || '@people.example', 'friend' || n || '@people.example', now()
      from campaigns, generate_series(1, ${referrals}) n returning id, workspace_id, email_key
    )
    insert into referrals (id, workspace_id, campaign_id, referrer_id, person_id, connection_id, rule_id, email_key,
      status, signed_up_at, settled_at)
    select uuidv7(), p.workspace_id, r.campaign_id, r.id, p.id, c.connection_id, q.id, p.email_key,
      case when random() < 0.1 then 'registered' else 'rewarded' end, now(), now()
    from person p, referrer r join campaigns c on c.id = r.campaign_id
      join lateral (
        select id from qualification_rules where campaign_id = c.id order by id desc limit 1
      ) q on true`;
  await sql`analyze`;
}
