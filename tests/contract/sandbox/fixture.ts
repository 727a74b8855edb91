import { createServer } from 'node:http';
import { Client } from '@hubspot/api-client';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../hubspot/sandbox/server.ts';

export const portalId = 4_242_001;
export const redirectUrl = 'http://localhost:4900/oauth/callback';
export const app = {
  clientId: 'client-1',
  clientSecret: 'secret-1',
  appId: '5151',
  redirectUrls: [redirectUrl],
};

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface TestSandbox {
  readonly url: string;
  readonly token: string;
  /** HubSpot's own client, as the product uses it. */
  readonly client: Client;
  /** A request to HubSpot's API with the install's token. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** A request to the sandbox's controls, under `/sandbox`. */
  control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** A contact that no app made. */
  contact(properties: Record<string, string>, at?: string): Promise<string>;
  close(): Promise<void>;
}

/** A sandbox in memory, with the app installed in its first portal and limits off unless the case is about them. */
export async function aSandbox(
  options: Partial<SandboxOptions> & { limits?: boolean } = {},
): Promise<TestSandbox> {
  const { limits = false, ...rest } = options;
  const sandbox: Sandbox = await startSandbox({ app, ...rest });
  const { url } = sandbox;
  const control: TestSandbox['control'] = (method, path, body) =>
    send(`${url}/sandbox${path}`, method, { body });
  if (!limits) await control('PUT', '/limits', { enabled: false });
  const installed = await control<{ access_token: string }>('POST', `/portals/${portalId}/install`);
  const token = installed.body.access_token;
  return {
    url,
    token,
    control,
    client: new Client({
      accessToken: token,
      basePath: url,
      limiterOptions: { minTime: 0, maxConcurrent: 20 },
    }),
    api: (method, path, body) => send(`${url}${path}`, method, { body, token }),
    contact: async (properties, at) => {
      const contacts = [at === undefined ? { properties } : { properties, at }];
      const { body } = await control<{ ids: string[] }>('POST', `/portals/${portalId}/contacts`, {
        contacts,
      });
      return body.ids[0] ?? '';
    },
    close: () => sandbox.close(),
  };
}

export async function send<T>(
  url: string,
  method: string,
  { body, token, form }: { body?: unknown; token?: string; form?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const payload = form === undefined ? body && JSON.stringify(body) : new URLSearchParams(form);
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(payload ? { body: payload as string } : {}),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
}

export interface ReceivedWebhook {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly raw: string;
  readonly events: readonly Record<string, unknown>[];
}

export interface WebhookTarget {
  readonly url: string;
  readonly received: ReceivedWebhook[];
  /** The status of each answer, at once or later; 204 by default. */
  answer: (call: number) => number | Promise<number>;
  /** Resolves once the deliveries so far satisfy a condition. */
  until(condition: (received: readonly ReceivedWebhook[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** The app's end of the webhooks. */
export async function aWebhookTarget(): Promise<WebhookTarget> {
  const received: ReceivedWebhook[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const answered = Promise.resolve(target.answer(received.length));
      received.push({ headers: request.headers, raw, events: JSON.parse(raw) as Record<string, unknown>[] });
      void answered.then((status) => response.writeHead(status).end());
      for (const check of waiting) check();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const target: WebhookTarget = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/webhooks/hubspot`,
    received,
    answer: () => 204,
    until: (condition) =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition(received)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return target;
}

/** An answer that never comes. */
export const never = new Promise<number>(() => undefined);

/** All events that were received, in order of arrival. */
export const eventsOf = (target: WebhookTarget): Record<string, unknown>[] =>
  target.received.flatMap(({ events }) => [...events]);
