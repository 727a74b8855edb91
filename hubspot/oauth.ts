import { z } from 'zod';
import { HubSpotError } from './failures.ts';
import { oauthRefusal } from './oauth-refusal.ts';
import type { HubSpotPaths } from './paths.ts';
import type { TokenSet } from './ports.ts';
import { optionalScopes, requiredScopes } from './scopes.ts';
import { type HubSpotAnswer, type Transport, unreadableAnswer } from './transport.ts';

/** What a person agreed to on HubSpot's consent page. */
export interface Grant extends TokenSet {
  readonly portalId: string;
  readonly scopes: readonly string[];
}

export type Introspection =
  /** Revoked, uninstalled or never ours. */
  | { readonly active: false }
  | { readonly active: true; readonly portalId: string; readonly scopes: readonly string[] };

export interface OAuthConfig {
  readonly authUrl: string;
  /** The numeric id of our app; a token of another one is not ours to use. */
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The calls around a grant. They are outside the connection fence: the caller holds the tokens they need. */
export interface HubSpotOAuth {
  /** The consent page; `state` comes back with the code and is the caller's to check. */
  authorizeUrl(input: { readonly redirectUri: string; readonly state: string }): string;
  /**
   * Trades a code, which works once. Throws `invalid` for a used or expired one: the person starts over; so it is
   * with `outcome-unknown`. Throws `misconfigured` when HubSpot does not know this client.
   */
  exchangeCode(input: { readonly code: string; readonly redirectUri: string }): Promise<Grant>;
  /** Throws `reconnect-needed` when the grant is gone for good, `misconfigured` when the client is refused. */
  readonly refresh: (refreshToken: string) => Promise<TokenSet>;
  introspect(input: {
    readonly token: string;
    readonly hint: 'access_token' | 'refresh_token';
  }): Promise<Introspection>;
  /** Ends the refresh token; one that is already dead is no failure. Access tokens live on until they expire. */
  revoke(refreshToken: string): Promise<void>;
  /** Removes our app from the account, before `revoke`; already removed is no failure. Throws `reconnect-needed` for a dead token. */
  uninstall(accessToken: string): Promise<void>;
}

const id = z.union([z.string(), z.number()]).transform(String);
const scopes = z.array(z.string());
const tokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
});
const grantSchema = tokenSchema.extend({ hub_id: id, scopes });
const introspectionSchema = z.discriminatedUnion('active', [
  z.object({ active: z.literal(true), hub_id: id, app_id: id.optional(), scopes }),
  z.object({ active: z.literal(false) }),
]);

interface OAuthTools {
  readonly transport: Transport;
  readonly paths: HubSpotPaths;
  /** Epoch milliseconds, from which a token's end is counted. */
  readonly now: () => number;
}

export function hubspotOAuth(config: OAuthConfig, { transport, paths, now }: OAuthTools): HubSpotOAuth {
  const client = { client_id: config.clientId, client_secret: config.clientSecret };

  async function post<S extends z.ZodType>(
    path: string,
    { form, schema, code = false }: { form: Readonly<Record<string, string>>; schema: S; code?: boolean },
  ): Promise<z.output<S>> {
    const repeatable = !code;
    const refusal = oauthRefusal(code ? 'invalid' : 'reconnect-needed');
    const answer = await transport({
      method: 'POST',
      path,
      form: { ...form, ...client },
      repeatable,
      refusal,
    });
    return read(answer, { schema, repeatable });
  }
  const tokens = (input: z.output<typeof tokenSchema>): TokenSet => ({
    accessToken: input.access_token,
    refreshToken: input.refresh_token,
    expiresAt: new Date(now() + input.expires_in * 1_000),
  });

  return {
    authorizeUrl: ({ redirectUri, state }) =>
      `${config.authUrl}/oauth/authorize?${percentEncoded({
        client_id: config.clientId,
        redirect_uri: redirectUri,
        scope: requiredScopes.join(' '),
        optional_scope: optionalScopes.join(' '),
        state,
      })}`,

    async exchangeCode({ code, redirectUri }) {
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      const grant = await post(paths('oauth', 'token'), { form, schema: grantSchema, code: true });
      return { ...tokens(grant), portalId: grant.hub_id, scopes: grant.scopes };
    },

    async refresh(refreshToken) {
      const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
      return tokens(await post(paths('oauth', 'token'), { form, schema: tokenSchema }));
    },

    async introspect({ token, hint }) {
      const form = { token, token_type_hint: hint };
      const path = paths('oauth', 'token', 'introspect');
      const found = await post(path, { form, schema: introspectionSchema }).catch(unless('reconnect-needed'));
      const isOurs = found?.active === true && (found.app_id ?? config.appId) === config.appId;
      return isOurs ? { active: true, portalId: found.hub_id, scopes: found.scopes } : { active: false };
    },

    async revoke(refreshToken) {
      const form = { token: refreshToken, token_type_hint: 'refresh_token' };
      await post(paths('oauth', 'token', 'revoke'), { form, schema: z.unknown() }).catch(
        unless('reconnect-needed'),
      );
    },

    async uninstall(accessToken) {
      const path = paths('appInstalls', 'external-install');
      await transport({ method: 'DELETE', path, accessToken, repeatable: true }).catch(unless('not-found'));
    },
  };
}

function read<S extends z.ZodType>(
  { status, body }: HubSpotAnswer,
  { schema, repeatable }: { schema: S; repeatable: boolean },
): z.output<S> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw unreadableAnswer({ status, repeatable });
  return parsed.data;
}

/** A space is `%20` here; `URLSearchParams` would write `+`, which HubSpot's page does not read as one. */
const percentEncoded = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&');

const unless =
  (done: 'not-found' | 'reconnect-needed') =>
  (error: unknown): null => {
    if (error instanceof HubSpotError && error.kind === done) return null;
    throw error;
  };
