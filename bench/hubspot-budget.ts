import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspaceWithKey } from '../api/workspace.ts';
import { connectDatabase } from '../db/client.ts';
import { storeConnection } from '../db/queries/connections.ts';
import { secretBox } from '../db/secret-box.ts';
import { sandboxPortal } from '../stack/demo/sandbox-portal.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';
import type { BudgetInput, BudgetOutput } from './hubspot-budget-process.ts';
import { ownProcess } from './processes.ts';

const processes = 3;
const forMs = 60_000;
const window = { maximum: 110, ms: 10_000 } as const;

export const hubspotBudget: Benchmark = {
  name: 'hubspot-budget',
  about: `${processes} processes share one portal's budget over one PostgreSQL for ${forMs / 1_000} s, HubSpot's limits on; an interactive call every 300 ms beside bulk work in all of them`,
  async run({ say }) {
    const stack = await startStack({
      dataDir: mkdtempSync(join(tmpdir(), 'vouchflow-bench-')),
      throwAway: true,
      ports: 'free',
      durable: true,
      sandbox: true,
      api: false,
      worker: false,
    });
    try {
      const input = await connected(stack);
      const running = Array.from({ length: processes }, (_, index) =>
        ownProcess('./hubspot-budget-process.ts', {
          ...input,
          interactive: index === 0,
        } satisfies BudgetInput),
      );
      await Promise.all(running.map((each) => each.line()));
      const startAt = Date.now();
      for (const each of running) each.go();
      const outputs = await Promise.all(
        running.map(async (each) => JSON.parse(await each.line()) as BudgetOutput),
      );
      await Promise.all(running.map((each) => each.stop()));

      const sent = outputs.flatMap(({ sentAt }) => sentAt).map((at) => at - startAt);
      const limited = outputs.reduce((sum, output) => sum + output.limited, 0);
      const after = sent.filter((at) => at >= window.ms && at < forMs).length;
      const share = (after / (window.maximum * ((forMs - window.ms) / window.ms))) * 100;
      const waits = outputs.flatMap(({ interactiveMs }) => interactiveMs);
      const p99 = percentile(waits, 0.99);
      say(
        `${sent.length} calls by ${processes} processes (${outputs.map(({ sentAt }) => sentAt.length).join(', ')})`,
      );
      return [
        {
          name: 'hubspot-budget',
          target: '≥ 96 % of the limit after the first window',
          figure: rounded(share),
          unit: '%',
          holds: share >= 96,
        },
        {
          name: 'hubspot-budget 429',
          target: 'none',
          figure: limited,
          unit: 'answers',
          holds: limited === 0,
        },
        {
          name: 'hubspot-budget interactive',
          target: 'p99 < 1 s under bulk load',
          figure: rounded(p99, 0),
          unit: 'ms',
          holds: p99 < 1_000,
        },
      ];
    } finally {
      await stack.stop();
    }
  },
};

async function connected(stack: Stack): Promise<Omit<BudgetInput, 'interactive'>> {
  const { control, portalId } = sandboxPortal(stack.urls.sandbox);
  const grant = await control.post<{ access_token: string; refresh_token: string }>(
    `/portals/${portalId}/install`,
    {},
  );
  const { databaseUrl, systemUrl } = stack.databases;
  const database = connectDatabase({ databaseUrl, systemUrl });
  try {
    const { workspaceId } = await createWorkspaceWithKey(database, { name: 'Bench' });
    const key = randomBytes(32).toString('base64');
    const box = secretBox([{ id: 'k1', key: Buffer.from(key, 'base64') }]);
    const stored = await database.app.inWorkspace(workspaceId, (tx) =>
      storeConnection(tx, box, {
        workspaceId,
        portalId,
        scopes: [],
        timeZone: 'UTC',
        currency: 'USD',
        uiDomain: 'app.hubspot.com',
        tokens: {
          accessToken: grant.access_token,
          refreshToken: grant.refresh_token,
          expiresAt: new Date(Date.now() + 1_800_000),
        },
      }),
    );
    if (stored.kind !== 'connected') throw new Error('The portal was not connected');
    const { id: connectionId, epoch } = stored.connection;
    return { databaseUrl, systemUrl, hubspotUrl: stack.urls.sandbox, key, connectionId, epoch, forMs };
  } finally {
    await database.close();
  }
}
