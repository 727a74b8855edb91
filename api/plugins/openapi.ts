import { createHash } from 'node:crypto';
import swagger from '@fastify/swagger';
import apiReference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.ts';
import { cookieNameOf } from './better-auth.ts';

const introduction = `The API of Vouchflow. Operator routes want an API key, \`Authorization: Bearer vf_…\`, or the dashboard's session.

- **Errors** are problem details (RFC 9457); \`instance\` is the request id.
- **Lists** are paged: pass \`next\` as \`after\` until it is null.
- **Idempotency-Key**: every POST that creates takes one; the same request again is answered from the first for 24 hours.
- **ETag / If-Match**: send a campaign's ETag with an edit, and an edit that was made meanwhile is not overwritten.`;

/** OpenAPI 3.1 from the schemas that check requests and responses; must be registered before the routes. */
export async function describeApi(app: FastifyInstance, { config }: ApiDependencies): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Vouchflow API', version: '1.0.0', description: introduction },
      servers: [{ url: config.PUBLIC_URL }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: cookieNameOf(config.PUBLIC_URL) },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => completed(jsonSchemaTransformObject(document)),
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(apiReference, {
    routePrefix: '/docs',
    // Everything comes from here: no fonts, proxies or assistants of somebody else's server.
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Vouchflow API',
      favicon: '/assets/icon.svg',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.routeOptions.url === '/docs/' && typeof payload === 'string') {
      reply.header('content-security-policy', referencePolicy(payload));
    }
  });
}

/** Lets the page's own start script run, by its hash, and the styles that the reference makes. */
function referencePolicy(page: string): string {
  const scripts = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${scripts.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

type OpenApi = ReturnType<typeof jsonSchemaTransformObject>;
interface Operation {
  operationId?: string;
  parameters?: unknown[];
  responses?: Record<string, unknown>;
}

/** The POSTs that create, see `createOnce`. */
const creating = [
  'postCampaigns',
  'postCampaignsByIdReferrers',
  'postCampaignsByIdReferrals',
  'postCampaignsByIdSync',
  'postHubspotProperties',
  'postCampaignsByIdSyncPreview',
  'postSyncRunsByIdUndo',
  'postSyncRunsByIdRetry',
];
const editing = ['patchCampaignsById', 'putCampaignsByIdHubspot'];

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});
const idempotencyKey = header(
  'Idempotency-Key',
  'the same request again is answered from the first for 24 hours',
);
const ifMatchHeader = header(
  'If-Match',
  'the ETag that the edit was made for; 412 when it was edited meanwhile',
);

/** Said once here instead of in each route: a name for clients to call, and that every operation can answer a problem. */
function completed(document: OpenApi): OpenApi {
  const problem = {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> };
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const id = operationId(method, path);
      operation.operationId = id;
      const headers = [
        ...(creating.includes(id) ? [idempotencyKey] : []),
        ...(editing.includes(id) ? [ifMatchHeader] : []),
      ];
      if (headers.length > 0) operation.parameters = [...(operation.parameters ?? []), ...headers];
      operation.responses = { ...operation.responses, default: problem };
    }
  }
  return document;
}

/** `get /api/v1/campaigns/{id}/sync` becomes `getCampaignsByIdSync`. */
const operationId = (method: string, path: string): string =>
  path
    .replace(/^\/api\/v1/, '')
    .replaceAll(/\{(\w+)\}/g, 'by/$1')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .reduce((name, word) => name + word.charAt(0).toUpperCase() + word.slice(1), method);
