/** A mail server that counts who calls: for tests in which nobody may be e-mailed. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

export interface Mailbox {
  readonly url: string;
  readonly connections: number;
  stop(): Promise<void>;
}

export async function startMailbox(): Promise<Mailbox> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.end('220 mailbox\r\n');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
