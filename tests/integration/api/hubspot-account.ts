/** HubSpot as the people of a company see it, in the sandbox: the consent page, and properties that they make. */
import { type Sandbox, startSandbox } from '../../../hubspot/sandbox/server.ts';
import { type Answer, type ApiUnderTest, hubspotApp, type Operator, publicUrl } from './api-under-test.ts';

export const firstPortal = 4_242_001;

interface ConsentOptions {
  readonly decision?: 'connect' | 'cancel';
  /** An account that cannot give the optional scopes drops them without a word. */
  readonly optionalScopes?: boolean;
}

export interface HubSpotAccounts {
  readonly url: string;
  addPortal(portalId: number, currency?: string): Promise<void>;
  /** The token of a private app in the account (`pat-…`), of all scopes unless told. */
  token(portalId: number, scopes?: readonly string[]): Promise<string>;
  /** What a person who agrees gives the app, without the consent page. */
  install(portalId: number): Promise<{ readonly accessToken: string; readonly refreshToken: string }>;
  /** A person takes the app out of the account. */
  uninstall(portalId: number): Promise<void>;
  /** Paths that were asked in an account, in order. */
  paths(portalId: number): Promise<string[]>;
  /** Makes a contact property as a person would. */
  addProperty(
    portalId: number,
    property: Readonly<Record<string, unknown>> & { readonly name: string },
  ): Promise<void>;
  dealProperty(portalId: number, name: string): Promise<Record<string, unknown> | null>;
  fail(fault: Readonly<Record<string, unknown>>): Promise<void>;
  heal(): Promise<void>;
  /** Opens the consent page, agrees for an account, and gives the address to which HubSpot sends the browser back. */
  consent(authorizeUrl: string, portalId: number, options?: ConsentOptions): Promise<string>;
  stop(): Promise<void>;
}

export async function startAccounts(): Promise<HubSpotAccounts> {
  const sandbox: Sandbox = await startSandbox({
    app: {
      ...hubspotApp,
      redirectUrls: [`${publicUrl}/hubspot/callback`],
      webhookUrl: `${publicUrl}/webhooks/hubspot`,
    },
  });
  const call = async (method: string, path: string, body?: unknown, token?: string): Promise<Response> =>
    fetch(`${sandbox.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const tokenOf = async (portalId: number, scopes?: readonly string[]): Promise<string> => {
    const grant = await call('POST', `/sandbox/portals/${portalId}/install`, scopes ? { scopes } : {});
    return ((await grant.json()) as { access_token: string }).access_token;
  };
  const expectOk = (response: Response) => {
    if (!response.ok) throw new Error(`The sandbox answered ${response.status}`);
  };
  return {
    url: sandbox.url,
    addPortal: async (portalId, currency = 'USD') =>
      expectOk(await call('POST', '/sandbox/portals', { portalId, currency })),
    async token(portalId, scopes) {
      const made = await call(
        'POST',
        `/sandbox/portals/${portalId}/private-tokens`,
        scopes ? { scopes } : {},
      );
      return ((await made.json()) as { token: string }).token;
    },
    async install(portalId) {
      const grant = await call('POST', `/sandbox/portals/${portalId}/install`, {});
      const tokens = (await grant.json()) as { access_token: string; refresh_token: string };
      return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
    },
    uninstall: async (portalId) => expectOk(await call('POST', `/sandbox/portals/${portalId}/uninstall`, {})),
    async paths(portalId) {
      const log = await call('GET', `/sandbox/log?portalId=${portalId}`);
      const { results } = (await log.json()) as { results: { path: string }[] };
      return results.map(({ path }) => path);
    },
    async addProperty(portalId, property) {
      const token = await tokenOf(portalId);
      const body = {
        label: property.name,
        groupName: 'contactinformation',
        type: 'string',
        fieldType: 'text',
        ...property,
      };
      expectOk(await call('POST', '/crm/v3/properties/contacts', body, token));
    },
    async dealProperty(portalId, name) {
      const found = await call('GET', `/crm/v3/properties/deals/${name}`, undefined, await tokenOf(portalId));
      return found.ok ? ((await found.json()) as Record<string, unknown>) : null;
    },
    fail: async (fault) => expectOk(await call('PUT', '/sandbox/faults', { faults: [fault] })),
    heal: async () => expectOk(await call('DELETE', '/sandbox/faults')),
    async consent(authorizeUrl, portalId, { decision = 'connect', optionalScopes = true } = {}) {
      const form = new URLSearchParams(new URL(authorizeUrl).search);
      form.set('portal_id', String(portalId));
      form.set('decision', decision);
      if (!optionalScopes) form.delete('optional_scope');
      const granted = await fetch(`${sandbox.url}/oauth/authorize`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
      });
      const location = granted.headers.get('location');
      if (location === null) throw new Error(`The consent page answered ${granted.status}`);
      return location;
    },
    stop: () => sandbox.close(),
  };
}

/** From the Connect button to the page that the person ends on. */
export async function connect(
  {
    api,
    accounts,
    operator,
  }: { readonly api: ApiUnderTest; readonly accounts: HubSpotAccounts; readonly operator: Operator },
  portalId = firstPortal,
): Promise<Answer> {
  const { body } = await operator.call('POST', '/hubspot/connect');
  const back = await accounts.consent(String(body['authorizeUrl']), portalId);
  return api.send({ method: 'GET', url: back.replace(publicUrl, '') });
}
