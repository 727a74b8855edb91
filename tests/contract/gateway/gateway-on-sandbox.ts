import { expect } from 'vitest';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { type Sandbox, startSandbox } from '../../../hubspot/sandbox/server.ts';
import { connectionId, memoryPorts } from '../../fakes/hubspot-ports.ts';

export const versions = ['v3', '2026-09'] as const;
export type Version = (typeof versions)[number];

export const app = {
  appId: '54321',
  clientId: 'client-of-the-contract-tests',
  clientSecret: 'secret-of-the-contract-tests',
  redirectUrls: ['http://localhost:3000/oauth/callback'],
};

/** What the sandbox is ordered to do, over its own HTTP API; answers JSON, or null for 204. */
export type Control = <T = unknown>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<T>;

export interface SandboxUnderTest extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly control: Control;
  /** A portal of its own with the app installed, and the gateway on it. */
  connect(
    version: Version,
    portal?: { readonly timeZone?: string; readonly currency?: string },
  ): Promise<Connected>;
}
export type Connected = Awaited<ReturnType<typeof connectTo>>;

export async function sandboxUnderTest(): Promise<SandboxUnderTest> {
  const sandbox = await startSandbox({ app });
  const control = controlOf(sandbox.url);
  let lastPortalId = 5_000_000;
  return {
    sandbox,
    control,
    connect: (version, portal) => {
      lastPortalId += 1;
      return connectTo(sandbox, control, { version, portal: { portalId: lastPortalId, ...portal } });
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

async function connectTo(
  sandbox: Sandbox,
  control: Control,
  { version, portal }: { version: Version; portal: { readonly portalId: number } },
) {
  const { portalId } = portal;
  await control('POST', '/sandbox/portals', portal);
  const install = await control<{ access_token: string; refresh_token: string }>(
    'POST',
    `/sandbox/portals/${portalId}/install`,
    {},
  );
  const ports = memoryPorts({
    portalId: String(portalId),
    accessToken: install.access_token,
    refreshToken: install.refresh_token,
  });
  const gateway = hubspotGateway({ ...app, apiUrl: sandbox.url, authUrl: sandbox.url, version }, ports, {
    gatherForMs: 5,
  });
  const raw = rawApi(sandbox.url, ports);
  const hubspot = gateway.open({ connectionId, epoch: 1, lane: 'interactive' });
  /** Paths that the app sent to this portal, in order. */
  const sentPaths = async () => {
    const { results } = await control<{ results: { method: string; path: string }[] }>(
      'GET',
      `/sandbox/log?portalId=${portalId}`,
    );
    return results.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  };
  return {
    ...gateway,
    hubspot,
    ports,
    portalId: String(portalId),
    at: `/sandbox/portals/${portalId}`,
    control,
    raw,
    sentPaths,
  };
}

function controlOf(url: string): Control {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    expect(response.status, `${method} ${path}`).toBeLessThan(300);
    return (response.status === 204 ? null : await response.json()) as T;
  };
}

/** HubSpot's own API for what the gateway does not do, such as making a list. */
function rawApi(
  url: string,
  { connection }: { readonly connection: { readonly accessToken: string | null } },
) {
  return async <T = unknown>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${connection.accessToken}` },
    });
    expect(response.status, `${method} ${path}`).toBeLessThan(300);
    return (response.status === 204 ? null : await response.json()) as T;
  };
}
