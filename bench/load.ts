/** A closed loop of HTTP requests over kept-alive connections, and fair rounds of two such loops. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { percentile } from './benchmark.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Any other answer ends the benchmark. */
  readonly expect: number;
}

export interface Loaded {
  readonly requests: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
}

/** Sends the requests in their order, so many at a time, until they are used up. */
export async function load(requests: Iterable<Request>, parallel: number): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const latenciesMs: number[] = [];
  const left = requests[Symbol.iterator]();
  const startedAt = performance.now();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) {
      const sentAt = performance.now();
      await send(agent, next.value);
      latenciesMs.push(performance.now() - sentAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, worker));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { requests: latenciesMs.length, seconds, latenciesMs };
}

/** What does not end by itself is sent for so long. */
export function* forMs(ms: number, make: () => Request): Generator<Request> {
  const until = performance.now() + ms;
  while (performance.now() < until) yield make();
}

export interface Compared {
  readonly ours: Rate;
  readonly bare: Rate;
}

export interface Rate {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Alternates rounds of ours and the baseline, so that whatever else the machine does falls on both. */
export async function compare(
  sides: { readonly ours: () => Promise<Loaded>; readonly bare: () => Promise<Loaded> },
  rounds: number,
): Promise<Compared> {
  const results: Record<'ours' | 'bare', Loaded[]> = { ours: [], bare: [] };
  await sides.ours();
  await sides.bare(); // both warm, not counted
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
      results[side].push(await sides[side]());
    }
  }
  return { ours: rateOf(results.ours), bare: rateOf(results.bare) };
}

export function rateOf(rounds: readonly Loaded[]): Rate {
  const sum = (pick: (round: Loaded) => number) => rounds.reduce((total, round) => total + pick(round), 0);
  const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs);
  return {
    perSecond: sum(({ requests }) => requests) / sum(({ seconds }) => seconds),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

function send(agent: Agent, { method, url, headers, body, expect }: Request): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { agent, method, headers: { ...headers, ...(body && { 'content-length': body.length }) } },
      (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () =>
          response.statusCode === expect
            ? resolve(response.headers)
            : reject(new Error(`${method} ${url} answered ${response.statusCode}, not ${expect}`)),
        );
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}
