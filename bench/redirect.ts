import { createPropertyCampaign } from '../stack/demo/campaigns.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { startInstallation } from './installation.ts';
import { compare, forMs, load, type Request } from './load.ts';
import { ownProcess } from './processes.ts';

const links = 10_000;
const parallel = 16;
const roundMs = 4_000;
const rounds = 4;

export const redirect: Benchmark = {
  name: 'redirect',
  about: `GET /r/:code of ${links} links, ${parallel} at a time, the click committed to disk; beside a bare Fastify route with one indexed select and one committed insert`,
  async run({ say }) {
    const installation = await startInstallation({ worker: false });
    const { api, sql, stack } = installation;
    const bare = ownProcess('./bare-server.ts', { databaseUrl: stack.databases.systemUrl });
    try {
      const bareUrl = await bare.line();
      await createPropertyCampaign(api);
      await seedLinks(sql);
      let next = 0;
      const side = (url: string) => () =>
        load(
          forMs(roundMs, (): Request => {
            next = (next + 1) % links;
            return { method: 'GET', url: `${url}/r/bench${next}`, expect: 302 };
          }),
          parallel,
        );
      const { ours, bare: baseline } = await compare(
        { ours: side(stack.urls.app), bare: side(bareUrl) },
        rounds,
      );
      say(
        `ours p50 ${ours.p50.toFixed(1)} ms, p99 ${ours.p99.toFixed(1)} ms; bare p50 ${baseline.p50.toFixed(1)} ms`,
      );
      const ratio = rounded(ours.perSecond / baseline.perSecond, 2);
      return [
        {
          name: 'redirect',
          target: '≥ 0.8 × a bare route',
          figure: rounded(ours.perSecond, 0),
          unit: 'redirects/s',
          baseline: rounded(baseline.perSecond, 0),
          ratio,
          holds: ratio >= 0.8,
        },
      ];
    } finally {
      await bare.stop();
      await installation.stop();
    }
  },
};

async function seedLinks(sql: Awaited<ReturnType<typeof startInstallation>>['sql']): Promise<void> {
  await sql`
    with made as (
      insert into people (id, workspace_id, created_at)
      select uuidv7(), workspace_id, now() from campaigns, generate_series(1, ${links}) returning id, workspace_id
    ), referrer as (
      insert into referrers (id, workspace_id, campaign_id, person_id, source, joined_at)
      select uuidv7(), made.workspace_id, c.id, made.id, 'api', now() from made, campaigns c
      returning id, workspace_id, campaign_id
    )
    insert into referral_links (id, workspace_id, campaign_id, referrer_id, code, created_at)
    select uuidv7(), workspace_id, campaign_id, id, 'bench' || (row_number() over () - 1), now() from referrer`;
  await sql`analyze`;
}
