/** One worker: Temporal workers, and the relay, drain and ensure loops. Stateless; run as many as you like. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { WorkerConfig } from '../config/env.ts';
import { connectDatabase, type Database, refusePrivilegedRole } from '../db/client.ts';
import { drainChannel } from '../db/queries/crm-writes.ts';
import { outboxChannel } from '../db/queries/outbox.ts';
import { connectionFence, reconnectNeeded, tokenPlace, tokenStore } from '../db/queries/system/fence.ts';
import { inboxChannel } from '../db/queries/system/inbox.ts';
import { sweepQueues } from '../db/queries/system/outbox-claims.ts';
import { pacer } from '../db/queries/system/pacer.ts';
import { ensureClickPartitions } from '../db/queries/system/partitions.ts';
import { sweepTraces } from '../db/queries/system/trace-sweep.ts';
import { secretBox } from '../db/secret-box.ts';
import { hubspotGateway } from '../hubspot/open-hubspot.ts';
import { manualProvider } from '../payouts/manual.ts';
import { drainCrmWrites } from './loops/drain.ts';
import { ensureWorkflows, nudgeOverdue } from './loops/ensure.ts';
import { relayInbox } from './loops/inbox-relay.ts';
import { type Loop, startLoop } from './loops/loop.ts';
import { relayOutbox } from './loops/outbox-relay.ts';
import { activityContext, runWorkers } from './run-workers.ts';
import { ensureSearchAttributes, type TemporalEnvironment, temporalClient } from './temporal.ts';

export interface RunningWorker {
  /** Rejects when a Temporal worker fails; resolves after `stop`. */
  readonly ended: Promise<void>;
  /** Ends loops first, then activities in good order. */
  stop(): Promise<void>;
}

const minuteMs = 60_000;

/** Resolves when everything runs. `env` holds Temporal's own variables. */
export async function startWorker(
  config: WorkerConfig,
  env: TemporalEnvironment,
  log: Logger,
): Promise<RunningWorker> {
  const database = connectDatabase({
    databaseUrl: config.DATABASE_URL,
    systemUrl: config.SYSTEM_DATABASE_URL,
  });
  await refusePrivilegedRole(database);
  const box = secretBox(config.ENCRYPTION_KEYS);
  const { system } = database;
  const tokens = tokenStore(system, box, (event) => log.error(event, reconnectNeeded));
  const gateway = hubspotGateway(
    {
      apiUrl: config.HUBSPOT_API_URL,
      authUrl: config.HUBSPOT_AUTH_URL,
      version: config.HUBSPOT_API_VERSION,
      clientId: config.HUBSPOT_CLIENT_ID,
      clientSecret: config.HUBSPOT_CLIENT_SECRET,
      appId: config.HUBSPOT_APP_ID,
    },
    { fence: connectionFence(system, box), tokens, pacer: pacer(system) },
  );
  const client = temporalClient(env);
  await ensureSearchAttributes(client);
  const workers = await runWorkers({
    env,
    log,
    deps: {
      ...activityContext,
      db: database.app,
      system,
      openHubSpot: gateway.open,
      oauth: gateway.oauth,
      tokens,
      providers: { manual: manualProvider(database.app) },
      hubspotAppId: config.HUBSPOT_APP_ID,
      publicUrl: config.PUBLIC_URL,
      disposableDomains: config.DISPOSABLE_EMAIL_DOMAINS,
      reconcileSeconds: config.RECONCILE_SECONDS,
      log,
      openSecret: (sealed, connectionId, column) => box.open(sealed, tokenPlace(column, connectionId)),
    },
  });
  const shared = {
    db: system,
    client,
    log,
    relayId: randomUUID(),
    appId: config.HUBSPOT_APP_ID,
    openHubSpot: gateway.open,
  };
  const loops: Readonly<Record<string, Loop>> = {
    [outboxChannel]: startLoop({ name: 'outbox', everyMs: 1_000, log, step: () => relayOutbox(shared) }),
    [inboxChannel]: startLoop({ name: 'inbox', everyMs: 1_000, log, step: () => relayInbox(shared) }),
    [drainChannel]: startLoop({ name: 'drain', everyMs: 2_000, log, step: () => drainCrmWrites(shared) }),
    ensure: startLoop({ name: 'ensure', everyMs: 10_000, log, step: () => ensureWorkflows(shared) }),
    overdue: startLoop({ name: 'overdue', everyMs: 60 * minuteMs, log, step: () => nudgeOverdue(shared) }),
    sweep: startLoop({ name: 'sweep', everyMs: 60 * minuteMs, log, step: () => sweep(database, config) }),
  };
  for (const channel of [outboxChannel, inboxChannel, drainChannel]) {
    await database.listen(channel, () => loops[channel]?.wake());
  }
  return {
    ended: workers.ended,
    stop: async () => {
      await Promise.all(Object.values(loops).map((loop) => loop.stop()));
      await workers.stop();
      await client.connection.close();
      await database.close();
    },
  };
}

async function sweep(
  { system }: Database,
  { TRACE_RETENTION_DAYS }: Pick<WorkerConfig, 'TRACE_RETENTION_DAYS'>,
): Promise<boolean> {
  await ensureClickPartitions(system);
  const more = await sweepTraces(system, TRACE_RETENTION_DAYS);
  return (await sweepQueues(system)) || more;
}
