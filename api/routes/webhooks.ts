import type { FastifyPluginAsync } from 'fastify';
import { insertInbox, type NewInboxRow } from '../../db/queries/system/inbox.ts';
import { type CrmChange, translateWebhook } from '../../hubspot/translate.ts';
import { verifyWebhookSignature } from '../../hubspot/webhook-signature.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';

/** A hundred notices are some 40 KB; this leaves room for ids and properties of any length. */
const bodyLimit = 1024 * 1024;

/**
 * HubSpot's webhooks: verify over the raw bytes, store the batch in one statement, answer. Whatever is genuine gets
 * 204, also when nobody here is concerned or it cannot be read: HubSpot would send it again for a day.
 */
export const webhookRoutes =
  ({ config, database }: ApiDependencies): FastifyPluginAsync =>
  async (app) => {
    const targetUrl = `${config.PUBLIC_URL}/webhooks/hubspot`;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
      done(null, body),
    );

    app.post('/webhooks/hubspot', { schema: { hide: true }, logLevel: 'warn' }, async (request, reply) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const verdict = verifyWebhookSignature(
        {
          method: 'POST',
          targetUrl,
          rawBody,
          signature: single(request.headers['x-hubspot-signature-v3']),
          timestamp: single(request.headers['x-hubspot-request-timestamp']),
        },
        { clientSecret: config.HUBSPOT_CLIENT_SECRET },
      );
      if (verdict.kind === 'refused') {
        request.log.warn({ reason: verdict.reason }, 'a webhook was refused');
        throw new Problem(401, refusals[verdict.reason]);
      }
      const { rows, unreadable, foreign } = readable(rawBody, config.HUBSPOT_APP_ID);
      if (unreadable + foreign > 0)
        request.log.warn({ unreadable, foreign }, 'webhook notices were left out');
      await insertInbox(database.system, rows);
      return reply.code(204).send();
    });
  };

const refusals = {
  'header-missing':
    'The signature headers are missing: X-HubSpot-Signature-v3 and X-HubSpot-Request-Timestamp.',
  'timestamp-unreadable': 'X-HubSpot-Request-Timestamp must be milliseconds since 1970.',
  'timestamp-out-of-window': 'The request is more than five minutes old, or from the future.',
  'signature-differs': 'The signature does not fit this body, address and client secret.',
} as const;

function readable(
  rawBody: Buffer,
  appId: string,
): { rows: NewInboxRow[]; unreadable: number; foreign: number } {
  const batch = parsed(rawBody);
  if (batch === undefined) return { rows: [], unreadable: 1, foreign: 0 };
  const notices = translateWebhook(batch);
  const changes = notices.filter((notice): notice is CrmChange => notice.kind !== 'unreadable');
  const ours = changes.filter((change) => change.appId === appId);
  const rows = new Map(ours.map((change) => [change.deliveryKey, toRow(change)]));
  return {
    rows: [...rows.values()],
    unreadable: notices.length - changes.length,
    foreign: changes.length - ours.length,
  };
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}

const toRow = (change: CrmChange): NewInboxRow => ({
  deliveryKey: change.deliveryKey,
  portalId: change.portalId,
  kind: change.kind,
  objectType: change.objectType,
  objectIds: [...change.objectIds],
  propertyName: change.propertyName ?? null,
  changeSource: change.changeSource,
  sourceId: change.sourceId ?? null,
  occurredAt: change.occurredAt,
});

const single = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;
