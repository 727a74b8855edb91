/** The page on which a person lets the app into a portal: HubSpot's own, at `/oauth/authorize`. */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import type { RegisteredApp } from '../apps.ts';
import { notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import { plainPage } from '../pages/layout.ts';
import { portalExists, portals } from '../portals.ts';
import type { World } from '../world.ts';
import { issueCode } from './grants.ts';
import { knownScopes, readScopes } from './scopes.ts';

const requestFields = {
  client_id: z.string().default(''),
  redirect_uri: z.string().default(''),
  scope: z.string().default(''),
  optional_scope: z.string().default(''),
  state: z.string().optional(),
};
const authorizeQuery = z.object(requestFields);
const decisionForm = z.object({
  ...requestFields,
  portal_id: z.coerce.number().int().catch(0),
  decision: z.enum(['connect', 'cancel']),
});

type Authorization = z.output<typeof authorizeQuery>;

export function consentRoutes(server: FastifyInstance, world: World): void {
  server.get('/oauth/authorize', (request, reply) => {
    const asked = parsed(authorizeQuery, request.query);
    const problem = problemOf(world, asked);
    void reply.type('text/html; charset=utf-8');
    return problem === null ? consentPage(world, asked) : reply.code(400).send(problemPage(problem));
  });

  server.post('/oauth/authorize', (request, reply) => {
    const asked = parsed(decisionForm, request.body);
    const problem =
      problemOf(world, asked) ?? (portalExists(world.store, asked.portal_id) ? null : 'Choose an account.');
    if (asked.decision === 'cancel' && problemOf(world, asked) === null) {
      const refusal = { error: 'access_denied', error_description: 'The user did not allow the app.' };
      return reply.redirect(backTo(asked, refusal), 302);
    }
    if (problem !== null) return reply.code(400).type('text/html; charset=utf-8').send(problemPage(problem));
    const code = issueCode(world, {
      appId: appOf(world, asked).appId,
      portalId: asked.portal_id,
      redirectUri: asked.redirect_uri,
      scopes: grantedScopes(asked),
    });
    return reply.redirect(backTo(asked, { code }), 302);
  });
}

/** Why nobody can be asked: HubSpot shows such a page instead of redirecting to an address that it does not trust. */
function problemOf({ apps }: World, { client_id, redirect_uri, scope }: Authorization): string | null {
  const app = apps.byClientId(client_id);
  if (app === undefined) return 'The client_id is missing or unknown.';
  if (!app.redirectUrls.includes(redirect_uri))
    return `The redirect_uri is not one of the app’s redirect URLs: ${redirect_uri}`;
  const unknown = readScopes(scope).filter((name) => !knownScopes.includes(name));
  if (unknown.length > 0) return `The scopes do not match the app’s settings: ${unknown.join(', ')}`;
  return readScopes(scope).length === 0 ? 'No scope was asked for.' : null;
}

/** Throws when nobody knows the client id; `problemOf` says so first. */
const appOf = ({ apps }: World, { client_id }: Authorization): RegisteredApp => {
  const app = apps.byClientId(client_id);
  if (app === undefined) throw notFound('The client_id is missing or unknown.');
  return app;
};

/** Optional scopes that the account cannot give are dropped without a word. */
const grantedScopes = ({ scope, optional_scope }: Authorization): string[] => [
  ...new Set([
    'oauth',
    ...readScopes(scope),
    ...readScopes(optional_scope).filter((name) => knownScopes.includes(name)),
  ]),
];

function backTo({ redirect_uri, state }: Authorization, answer: Readonly<Record<string, string>>): string {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set('state', state);
  return url.toString();
}

function consentPage(world: World, asked: Authorization): string {
  const app = appOf(world, asked);
  const hidden = Object.entries(asked).map(([name, value]) =>
    value === undefined ? '' : html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const accounts = portals(world.store).map(
    ({ id, currency }, index) =>
      html`<label class="inline"><input type="radio" name="portal_id" value="${id}" required !${index === 0 ? 'checked' : ''}>
        Account ${id} <span class="quiet">${currency}</span></label>`,
  );
  const scopes = grantedScopes(asked).map((scope) => html`<li class="mono">${scope}</li>`);
  return plainPage(
    'Connect app',
    html`<form class="panel" method="post" action="/oauth/authorize">
      <h1>Connect ${app.name} to HubSpot</h1>
      <p class="note">App ${app.appId} will return to <span class="mono">${new URL(asked.redirect_uri).origin}</span>.</p>
      !${hidden}
      <h2>Choose an account</h2>
      !${accounts}
      <h2>This app will be able to use</h2>
      <ul class="scopes">!${scopes}</ul>
      <div class="row">
        <button class="main" name="decision" value="connect">Connect app</button>
        <button name="decision" value="cancel" formnovalidate>Cancel</button>
      </div>
    </form>`,
  );
}

const problemPage = (problem: string): string =>
  plainPage(
    'The app cannot be connected',
    html`<div class="panel"><h1>The app cannot be connected</h1><p>${problem}</p></div>`,
  );
