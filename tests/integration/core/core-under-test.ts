/** The core over real PostgreSQL as two processes would share it: queries, loops and activities, without Temporal. */
import { randomBytes } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { pino } from 'pino';
import postgres from 'postgres';
import { v7 as newId } from 'uuid';
import type { ActivityDependencies } from '../../../activities/dependencies.ts';
import { connectDatabase, type Database, type Tx } from '../../../db/client.ts';
import { enqueueNudges } from '../../../db/queries/outbox.ts';
import { secretBox } from '../../../db/secret-box.ts';
import type { OpenHubSpot } from '../../../hubspot/gateway.ts';
import { manualProvider } from '../../../payouts/manual.ts';
import { referralWorkflow, type WorkflowStart } from '../../../workflows/contract.ts';
import { createTestDatabase } from '../../support/stack.ts';

export const publicUrl = 'http://vouchflow.test';
export const appId = '7070';
export const box = secretBox([{ id: 'k1', key: randomBytes(32) }]);
export const log = pino({ level: 'silent' });

export interface Core {
  /** The pools of one process, and of another. */
  readonly here: Database;
  readonly there: Database;
  /** Rows of a query of `vf_system`, which sees all workspaces. */
  rows<T extends Record<string, unknown>>(query: SQL): Promise<T[]>;
  /** Statements of `vf_owner`, whom row-level security binds as well. */
  asOwner(statements: string): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startCore(): Promise<Core> {
  const urls = await createTestDatabase();
  const [here, there] = [connectDatabase(urls), connectDatabase(urls)];
  const owner = postgres(urls.migrationUrl, { max: 1, onnotice: () => undefined });
  return {
    here,
    there,
    asOwner: (statements) => owner.unsafe(statements),
    rows: async <T extends Record<string, unknown>>(query: SQL) =>
      [...(await here.system.execute(query))] as T[],
    stop: async () => {
      await Promise.all([here.close(), there.close(), owner.end()]);
      await urls.drop();
    },
  };
}

/** What activities are built over, with HubSpot as the test plays it. */
export const dependencies = (
  { here }: Core,
  openHubSpot: OpenHubSpot,
  changes: Partial<ActivityDependencies> = {},
): ActivityDependencies => ({
  db: here.app,
  openHubSpot,
  providers: { manual: manualProvider(here.app) },
  hubspotAppId: appId,
  publicUrl,
  disposableDomains: new Set(['throw-away.test']),
  reconcileSeconds: 300,
  log,
  attempt: () => 1,
  heartbeat: () => undefined,
  stopping: () => false,
  ...changes,
});

export interface Nudged extends WorkflowStart {
  readonly workspaceId: string;
}

/** A workflow that can be nudged; no row stands behind it. */
export function aWorkflow(): Nudged {
  const workspaceId = newId();
  return { workspaceId, ...referralWorkflow({ workspaceId, referralId: newId(), campaignId: newId() }) };
}

export const nudge = (tx: Tx, ...workflows: readonly Nudged[]): Promise<void> =>
  enqueueNudges(
    tx,
    workflows.map(({ workspaceId, ...address }) => ({ workspaceId, address, nudge: { kind: 'order' } })),
  );

/** A promise and the function that resolves it: a step of a test that waits for another one. */
export function aGate(): { readonly passed: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: () => resolve() };
}

/** Whether another session of the database waits for a lock. */
export const someoneWaits = async (core: Core): Promise<boolean> =>
  (
    await core.rows(
      sql`select 1 from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and not l.granted`,
    )
  ).length > 0;
