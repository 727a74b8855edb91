/** Loopback ports: finding a free one, and saying who wanted a busy one. */
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

export interface PortWish {
  readonly port: number;
  /** Such as `the API and the public pages`. */
  readonly wantedBy: string;
  /** The environment variable that moves it. */
  readonly variable: string;
}

/** Resolves false when something listens on this port, on loopback or on all interfaces. */
export async function isFree(port: number): Promise<boolean> {
  // Node sets SO_REUSEADDR, and Linux then lets 127.0.0.1 be bound beside a listener on another address: try both.
  for (const host of ['127.0.0.1', '0.0.0.0']) if ((await listenOnce(port, host)) === null) return false;
  return true;
}

/**
 * A port that was free a moment ago. Below the range from which outgoing connections take theirs, so that it stays
 * free until the program that it is for has started.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = await listenOnce(randomInt(18_000, 32_000), '127.0.0.1');
    if (port !== null) return port;
  }
  throw new Error('Found no free port on 127.0.0.1.');
}

export const portBusyMessage = ({ port, wantedBy, variable }: PortWish): string =>
  `Port ${port} is taken by another program. Vouchflow wants it for ${wantedBy}; set ${variable} to use another port.`;

/** Resolves when something listens on this loopback port; rejects when nothing does. */
export function connectOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

function listenOnce(port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}
