import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingProxy extends AsyncDisposable {
  readonly url: string;
  /** The last answer as its bytes said, before any client has read it. */
  readonly last: { readonly status: number; readonly text: string };
}

/** Stands between a client and a server and keeps what was really answered. */
export async function recordingProxy(target: string): Promise<RecordingProxy> {
  let last = { status: 0, text: '' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void forward(request, chunks).then((answer) => response.end(answer)));

    async function forward(
      { method = 'GET', url = '/', headers }: IncomingMessage,
      body: readonly Buffer[],
    ): Promise<string> {
      const answer = await fetch(target + url, {
        method,
        headers: {
          authorization: headers.authorization ?? '',
          'content-type': headers['content-type'] ?? 'application/json',
        },
        ...(body.length > 0 && { body: Buffer.concat(body) }),
      });
      last = { status: answer.status, text: await answer.text() };
      response.writeHead(last.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      return last.text;
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get last() {
      return last;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
