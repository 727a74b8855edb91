import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { missingScopes, optionalScopes } from '../../hubspot/scopes.ts';
import { type ConnectOutcome, finishConnect } from '../commands/connect-hubspot.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { messagePage } from '../pages/message-page.ts';
import { sendPage } from '../pages/send-page.ts';
import type { Sessions } from '../plugins/session.ts';

/** HubSpot may add parameters of its own; a repeated one arrives as a list and counts as missing. */
const query = z.object({
  code: z.string().max(2_000).optional().catch(undefined),
  state: z.string().max(200).optional().catch(undefined),
  error: z.string().max(200).optional().catch(undefined),
  error_description: z.string().max(500).optional().catch(undefined),
});

/** Where HubSpot's consent page sends the browser back to. */
export const hubspotCallbackRoutes =
  (deps: ApiDependencies, sessions: Sessions): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/hubspot/callback', { schema: { hide: true, querystring: query } }, async (request, reply) => {
      const { code, state, error, error_description: description } = request.query;
      if (error) {
        const text = `HubSpot answered: ${description ?? error}. Nothing was connected; you can start again.`;
        return sendPage(
          reply,
          400,
          messagePage({ tone: 'problem', title: 'HubSpot was not connected', text }),
        );
      }
      if (!code || !state) return sendPage(reply, 400, statePage('unknown'));
      const person = await sessions.read(request, reply);
      const outcome = await finishConnect(deps, { state, code, sessionId: person?.sessionId ?? null });
      request.log.info({ outcome: outcome.kind }, 'a connect attempt ended');
      return sendPage(reply, statuses[outcome.kind], outcomePage(outcome));
    });
  };

const statuses = {
  connected: 200,
  'state-refused': 400,
  'another-is-active': 409,
  'portal-taken': 409,
  'code-refused': 400,
  misconfigured: 502,
  'hubspot-unavailable': 502,
} as const satisfies Record<ConnectOutcome['kind'], number>;

function outcomePage(outcome: ConnectOutcome): string {
  switch (outcome.kind) {
    case 'connected': {
      const waited = waitedText(outcome.resumed);
      return messagePage({
        tone: 'good',
        title: 'HubSpot is connected',
        text: `Account ${outcome.portalId} is linked to your workspace.${waited}${lackingText(outcome.scopes)} You can close this window.`,
        next: dashboard,
      });
    }
    case 'state-refused':
      return statePage(outcome.reason);
    case 'another-is-active':
      return messagePage({
        tone: 'problem',
        title: 'Another HubSpot account is connected',
        text: `This workspace is connected to account ${outcome.portalId}, and only one can be active. Disconnect first under Settings → Integrations and Pixels, then connect the other account.`,
      });
    case 'portal-taken':
      return messagePage({
        tone: 'problem',
        title: 'This HubSpot account is in use',
        text: 'It is connected to another workspace here. Disconnect it there first; nothing has changed.',
      });
    case 'code-refused':
      return messagePage({
        tone: 'problem',
        title: 'HubSpot was not connected',
        text: 'HubSpot did not accept this sign-in any more. Start again with Connect.',
      });
    case 'misconfigured':
      return messagePage({
        tone: 'problem',
        title: 'HubSpot does not know this app',
        text: 'Whoever runs this installation must check HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET and the redirect URL of the app in HubSpot.',
      });
    case 'hubspot-unavailable':
      return messagePage({
        tone: 'problem',
        title: 'HubSpot did not answer',
        text: 'Nothing was connected. Wait a moment, then start again with Connect.',
      });
  }
}

/** For browsers that showed HubSpot in the dashboard's own window. */
const dashboard = { href: '/dashboard/settings/integrations', label: 'To the dashboard' } as const;

const waitedText = (count: number): string => {
  if (count === 0) return '';
  return count === 1 ? ' 1 waiting referral goes on now.' : ` ${count} waiting referrals go on now.`;
};

/** Names what was not granted and what that stops; HubSpot drops an optional scope without a word. */
function lackingText(granted: readonly string[]): string {
  const required = missingScopes(granted) ?? [];
  const optional = missingScopes(granted, optionalScopes) ?? [];
  return [
    required.length > 0
      ? ` HubSpot did not grant ${required.join(', ')}, without which contacts cannot be synced: add them to the app, then connect again.`
      : '',
    optional.length > 0
      ? ` HubSpot did not grant ${optional.join(', ')}: deals, lists or owners cannot be used until these are granted.`
      : '',
  ].join('');
}

const stateTexts = {
  unknown: 'This address was not opened from a Connect button here.',
  used: 'This sign-in was used already.',
  expired: 'This sign-in took longer than ten minutes.',
  'key-revoked': 'The API key that asked for this sign-in was revoked.',
  'other-session': 'This browser is not signed in to the dashboard as the one who pressed Connect.',
} as const;

const statePage = (reason: keyof typeof stateTexts): string =>
  messagePage({
    tone: 'problem',
    title: 'Please start again',
    text: `${stateTexts[reason]} Nothing has changed. Start again with Connect.`,
  });
