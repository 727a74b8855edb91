/**
 * The baselines: Fastify with nothing around it, on the same tables and with a pool of the same size. One route does
 * what a redirect cannot do without, the other what storing a batch of notices cannot do without.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import postgres from 'postgres';
import { freePort } from '../stack/ports.ts';
import { fromBenchmark } from './processes.ts';

const { databaseUrl } = fromBenchmark<{ readonly databaseUrl: string }>();
const sql = postgres(databaseUrl, { max: 10, onnotice: () => undefined });
const app = Fastify();

/** One indexed select, one committed insert of the same row. */
app.get<{ Params: { code: string } }>('/r/:code', async (request, reply) => {
  const [link] = await sql<{ id: string; workspace_id: string; campaign_id: string }[]>`
    select id, workspace_id, campaign_id from referral_links where code = ${request.params.code}`;
  if (!link) return reply.code(404).send();
  const visit = randomBytes(16).toString('base64url');
  await sql`insert into clicks (id, workspace_id, campaign_id, link_id, clicked_at, visit_hash)
    values (${randomUUID()}, ${link.workspace_id}, ${link.campaign_id}, ${link.id}, now(), ${visit})`;
  return reply.redirect('https://landing.example/', 302);
});

interface Notice {
  readonly eventId: number;
  readonly portalId: number;
  readonly objectId: number;
  readonly subscriptionType: string;
  readonly propertyName: string;
  readonly changeSource: string;
  readonly occurredAt: number;
}

/** One multi-row insert into the same table under the same unique index; no signature, no reading of what it is. */
app.post<{ Body: readonly Notice[] }>('/webhooks/hubspot', async (request, reply) => {
  const now = new Date().toISOString();
  const rows = request.body.map((notice) => ({
    id: randomUUID(),
    delivery_key: `${notice.portalId}/${notice.eventId}/${notice.occurredAt}`,
    portal_id: String(notice.portalId),
    kind: notice.subscriptionType,
    object_type: 'contact',
    object_ids: [String(notice.objectId)],
    property_name: notice.propertyName,
    change_source: notice.changeSource,
    occurred_at: new Date(notice.occurredAt).toISOString(),
    received_at: now,
  }));
  await sql`insert into webhook_inbox ${sql(rows)} on conflict (delivery_key) do nothing`;
  return reply.code(204).send();
});

const port = await freePort();
await app.listen({ port, host: '127.0.0.1' });
process.stdout.write(`http://127.0.0.1:${port}\n`);
