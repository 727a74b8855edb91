/** A browser of one test: it keeps cookies and comes from an address of its own. */
import type { Answer, Answerable, ApiUnderTest } from './api-under-test.ts';

export interface Browser {
  readonly cookies: ReadonlyMap<string, string>;
  get(url: string): Promise<Answer<Answerable>>;
  /** Sends a form of ours. */
  submit(url: string, fields: Readonly<Record<string, string>>): Promise<Answer<Answerable>>;
  /** Sends JSON from a page of the company's own, which our cookies do not go with. */
  post(url: string, body: object): Promise<Answer<Answerable>>;
}

export function aBrowser(api: Pick<ApiUnderTest, 'send'>, address = '127.0.0.1'): Browser {
  const cookies = new Map<string, string>();
  const headers = () => ({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
  const keep = (answer: Answer<Answerable>) => {
    for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  };
  return {
    cookies,
    get: async (url) =>
      keep(await api.send({ method: 'GET', url, headers: headers(), remoteAddress: address })),
    submit: async (url, fields) =>
      keep(
        await api.send({
          method: 'POST',
          url,
          headers: { ...headers(), 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams(fields).toString(),
          remoteAddress: address,
        }),
      ),
    post: (url, payload) =>
      api.send({
        method: 'POST',
        url,
        headers: { origin: 'https://shop.example' },
        payload,
        remoteAddress: address,
      }),
  };
}
