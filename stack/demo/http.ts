/** A small JSON client, and the way through HubSpot's consent page, as a browser would go it. */
export interface ApiClient {
  get<T = Record<string, unknown>>(path: string): Promise<T>;
  post<T = Record<string, unknown>>(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T>;
  put<T = Record<string, unknown>>(path: string, body: unknown): Promise<T>;
  patch<T = Record<string, unknown>>(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<T>;
  delete(path: string): Promise<unknown>;
  /** The bare answer, for tests of refusals. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

export function apiClient(baseUrl: string, apiKey?: string): ApiClient {
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> => {
    const response = await send(method, path, body, headers);
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 2_000)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  return {
    send,
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body, headers) => call('PATCH', path, body, headers),
    delete: (path) => call('DELETE', path),
  };
}

/** Connect → HubSpot's consent page → "Connect app" → callback. */
export async function connectPortal(api: ApiClient, portalId: string): Promise<void> {
  const { authorizeUrl } = await api.post<{ authorizeUrl: string }>('/hubspot/connect');
  const consent = await fetch(authorizeUrl);
  await consent.body?.cancel();
  if (!consent.ok) throw new Error(`The consent page answered ${consent.status}`);
  // What the page's form would post: the request's own parameters, the account and the button.
  const form = new URL(authorizeUrl).searchParams;
  form.set('portal_id', portalId);
  form.set('decision', 'connect');
  const action = new URL('/oauth/authorize', authorizeUrl);
  const granted = await fetch(action, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
  const location = granted.headers.get('location');
  if (!location) throw new Error(`Granting answered ${granted.status} without a redirect`);
  const callback = await fetch(location);
  if (!callback.ok) throw new Error(`The callback answered ${callback.status}`);
}

/** Every item of a keyset-paged list. */
export async function allPages<T>(api: ApiClient, path: string): Promise<T[]> {
  const items: T[] = [];
  const join = path.includes('?') ? '&' : '?';
  for (let next: string | null | undefined; next !== null; ) {
    const page: { items: T[]; next: string | null } = await api.get(
      `${path}${join}limit=100${next ? `&after=${next}` : ''}`,
    );
    items.push(...page.items);
    next = page.next;
  }
  return items;
}
