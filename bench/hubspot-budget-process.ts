/** One of the processes of `hubspot-budget`: a gateway like a worker's, which asks for as many calls as it can get. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { connectDatabase } from '../db/client.ts';
import { connectionFence, tokenStore } from '../db/queries/system/fence.ts';
import { pacer } from '../db/queries/system/pacer.ts';
import { secretBox } from '../db/secret-box.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import { hubspotGateway } from '../hubspot/open-hubspot.ts';
import type { Lane } from '../hubspot/ports.ts';
import { fromBenchmark, untilToldToGo } from './processes.ts';

export interface BudgetInput {
  readonly databaseUrl: string;
  readonly systemUrl: string;
  readonly hubspotUrl: string;
  /** Base64 of 32 bytes. */
  readonly key: string;
  readonly connectionId: string;
  readonly epoch: number;
  readonly forMs: number;
  /** Whether this one also makes interactive calls. */
  readonly interactive: boolean;
}

export interface BudgetOutput {
  /** Epoch milliseconds of each answered call's end. */
  readonly sentAt: readonly number[];
  /** Answers with 429. */
  readonly limited: number;
  readonly interactiveMs: readonly number[];
}

/** As many as a worker's slots and loops keep in the air. */
const bulkCallers = 4;
const interactiveEveryMs = 300;

const input = fromBenchmark<BudgetInput>();
const database = connectDatabase(input);
const box = secretBox([{ id: 'k1', key: Buffer.from(input.key, 'base64') }]);
const { system } = database;
const gateway = hubspotGateway(
  {
    apiUrl: input.hubspotUrl,
    authUrl: input.hubspotUrl,
    version: 'v3',
    clientId: 'bench',
    clientSecret: 'bench',
    appId: '1',
  },
  { fence: connectionFence(system, box), tokens: tokenStore(system, box), pacer: pacer(system) },
);
const sentAt: number[] = [];
const interactiveMs: number[] = [];
let limited = 0;
let endsAt = 0;

async function call(lane: Lane): Promise<void> {
  try {
    await gateway.open({ ...input, lane }).account.details();
    sentAt.push(Date.now());
  } catch (error) {
    if (!isHubSpotError(error, 'retry-after')) throw error;
    if (error.detail.status === 429) limited += 1;
  }
}

const bulk = async () => {
  while (Date.now() < endsAt) await call('bulk');
};
const interactive = async () => {
  while (Date.now() < endsAt) {
    const askedAt = performance.now();
    await call('interactive');
    interactiveMs.push(performance.now() - askedAt);
    await delay(interactiveEveryMs);
  }
};

await system.execute(sql`select 1`);
await untilToldToGo();
endsAt = Date.now() + input.forMs;
await Promise.all([
  ...Array.from({ length: bulkCallers }, bulk),
  ...(input.interactive ? [interactive()] : []),
]);
process.stdout.write(`${JSON.stringify({ sentAt, limited, interactiveMs } satisfies BudgetOutput)}\n`);
await database.close();
