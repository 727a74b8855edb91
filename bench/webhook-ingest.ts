import { randomInt } from 'node:crypto';
import { signatureV3 } from '../hubspot/webhook-signature.ts';
import { until } from '../stack/demo/until.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { type Installation, startInstallation } from './installation.ts';
import { compare, load, type Request } from './load.ts';
import { ownProcess } from './processes.ts';

const eventsPerBatch = 100;
const batchesPerRound = 120;
const parallel = 10;
const rounds = 4;
/** What one evening's bulk edit in HubSpot sends. */
const burstBatches = 100;

export const webhookIngest: Benchmark = {
  name: 'webhook-ingest',
  about: `signed batches of ${eventsPerBatch} notices, ${parallel} at a time, committed to disk; beside a bare Fastify route with one multi-row insert into the same table, which checks and reads nothing`,
  async run({ say }) {
    const installation = await startInstallation({ worker: false });
    const { sql, stack } = installation;
    const bare = ownProcess('./bare-server.ts', { databaseUrl: stack.databases.systemUrl });
    try {
      const bareUrl = await bare.line();
      const batches = batchesOf(installation);
      const side = (url: string) => () => load(batches(batchesPerRound, url), parallel);
      const { ours, bare: baseline } = await compare(
        { ours: side(stack.urls.app), bare: side(bareUrl) },
        rounds,
      );
      say(
        `ours p50 ${ours.p50.toFixed(1)} ms, bare p50 ${baseline.p50.toFixed(1)} ms, p99 ${baseline.p99.toFixed(1)} ms`,
      );
      await sql`truncate webhook_inbox`;
      await stack.startPart('worker');
      const drained = await drainBurst(installation, batches);
      const ratio = rounded(ours.perSecond / baseline.perSecond, 2);
      return [
        {
          name: 'webhook-ingest',
          target: '≥ 0.9 × a bare route',
          figure: rounded(ours.perSecond * eventsPerBatch, 0),
          unit: 'notices/s',
          baseline: rounded(baseline.perSecond * eventsPerBatch, 0),
          ratio,
          holds: ratio >= 0.9,
        },
        {
          name: 'webhook-ingest p99',
          target: '< 250 ms at 10 parallel',
          figure: rounded(ours.p99),
          unit: 'ms',
          baseline: rounded(baseline.p99),
          holds: ours.p99 < 250,
        },
        {
          name: 'webhook-ingest backlog',
          target: `empty ≤ 10 s after a burst of ${burstBatches * eventsPerBatch}`,
          figure: rounded(drained),
          unit: 's',
          holds: drained <= 10,
        },
      ];
    } finally {
      await bare.stop();
      await installation.stop();
    }
  },
};

/** Seconds from the last answer until no notice waits for the relay any more. */
async function drainBurst(
  { sql, stack }: Installation,
  batches: ReturnType<typeof batchesOf>,
): Promise<number> {
  await load(batches(burstBatches, stack.urls.app), parallel);
  const answeredAt = performance.now();
  await until(
    'the relay has handled every notice',
    async () => {
      const [row] = await sql<{ waiting: number }[]>`
        select count(*)::int as waiting from webhook_inbox
        where sent_at is null and dropped_at is null and dead_at is null`;
      return row?.waiting === 0;
    },
    { everyMs: 100 },
  );
  return (performance.now() - answeredAt) / 1_000;
}

/** Signed batches that were never sent before, made before the clock starts. */
function batchesOf({ stack, portal }: Installation) {
  const secret = stack.env['HUBSPOT_CLIENT_SECRET'] ?? '';
  const appId = Number(stack.env['HUBSPOT_APP_ID']);
  const targetUrl = `${stack.env['PUBLIC_URL']}/webhooks/hubspot`;
  return (count: number, url: string): Request[] =>
    Array.from({ length: count }, () => {
      const occurredAt = Date.now();
      const events = Array.from({ length: eventsPerBatch }, () => ({
        eventId: randomInt(2 ** 47),
        subscriptionId: 1,
        portalId: Number(portal.portalId),
        appId,
        occurredAt,
        subscriptionType: 'contact.propertyChange',
        attemptNumber: 0,
        objectId: randomInt(2 ** 40),
        propertyName: 'hs_lead_status',
        propertyValue: 'OPEN',
        changeSource: 'CRM_UI',
        sourceId: 'userId:1',
      }));
      const body = Buffer.from(JSON.stringify(events));
      const timestamp = String(occurredAt);
      const signature = signatureV3({
        clientSecret: secret,
        method: 'POST',
        targetUrl,
        rawBody: body,
        timestamp,
      });
      return {
        method: 'POST',
        url: `${url}/webhooks/hubspot`,
        headers: {
          'content-type': 'application/json',
          'x-hubspot-signature-v3': signature,
          'x-hubspot-request-timestamp': timestamp,
        },
        body,
        expect: 204,
      };
    });
}
