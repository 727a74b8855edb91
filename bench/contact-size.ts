/**
 * Contact syncs of given sizes, on demand: whether memory, Temporal's actions and the history of a run stay small
 * however many contacts there are. HubSpot's limits are off; the rate is told and promised nowhere.
 */
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { type Benchmark, type Measurement, rounded } from './benchmark.ts';
import { liftLimits, syncOnce } from './contact-run.ts';
import { type Installation, startInstallation } from './installation.ts';

/** A server keeps one heartbeat of an activity in four fifths of its timeout; see `timeouts.slice`. */
const heartbeatSeconds = 20;

const targets = { actionsPerThousand: 0.3, historyEvents: 4_000, memoryRatio: 1.25 } as const;

interface Sized {
  readonly contacts: number;
  readonly perSecond: number;
  readonly peakMiB: number;
  readonly actionsPerThousand: number;
  readonly historyEvents: number;
}

/** Ascending sizes in one portal, each with a fresh worker, so that its peak is that of its own run. */
export const contactSize = (sizes: readonly number[]): Benchmark => ({
  name: 'contact-size',
  about: `contact syncs of ${sizes.map((size) => size.toLocaleString('en')).join(' and ')} contacts, limits off: the worker's peak memory, Temporal's actions and the run's history`,
  async run({ say }) {
    const installation = await startInstallation({ worker: true });
    try {
      const { portal, stack } = installation;
      await liftLimits(installation);
      const measured: Sized[] = [];
      for (const [index, contacts] of sizes.entries()) {
        await portal.seed(contacts - (sizes[index - 1] ?? 0));
        say(`${contacts} contacts seeded`);
        await stack.restart('worker');
        const sized = await measure(installation, contacts, `size_${contacts}_link`);
        say(
          `${contacts} contacts: ${sized.perSecond} contacts/s, ${sized.peakMiB} MiB, ${sized.historyEvents} events`,
        );
        measured.push(sized);
      }
      return [...measured.flatMap(rowsOf), ...memoryRatio(measured)];
    } finally {
      await installation.stop();
    }
  },
});

async function measure(installation: Installation, contacts: number, property: string): Promise<Sized> {
  const { portal, stack } = installation;
  await portal.makeProperties([{ name: property, label: property, type: 'string', fieldType: 'text' }]);
  const run = await syncOnce(installation, property, { withinMs: contacts * 20, everyMs: 1_000 });
  const { events, actions } = await historyOf(stack.urls.temporalAddress, run.campaignId);
  return {
    contacts,
    perSecond: rounded(contacts / run.seconds, 0),
    peakMiB: peakMiB(stack.identity('worker')?.pid),
    actionsPerThousand: rounded((actions / contacts) * 1_000, 3),
    historyEvents: events,
  };
}

/** An action is billed for the start, each signal and timer, each activity, and each heartbeat that was let through. */
async function historyOf(
  address: string,
  campaignId: string,
): Promise<{ readonly events: number; readonly actions: number }> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const { events = [] } = await client.workflow.getHandle(`contact-sync:${campaignId}`).fetchHistory();
    const startedMs = new Map<string, number>();
    let actions = 1;
    for (const event of events ?? []) {
      const atMs = Number(event.eventTime?.seconds ?? 0) * 1_000;
      if (event.activityTaskScheduledEventAttributes || event.timerStartedEventAttributes) actions += 1;
      if (event.workflowExecutionSignaledEventAttributes) actions += 1;
      const scheduled = event.activityTaskStartedEventAttributes?.scheduledEventId;
      if (scheduled) startedMs.set(String(scheduled), atMs);
      const completed = event.activityTaskCompletedEventAttributes?.scheduledEventId;
      if (completed) {
        const tookSeconds = (atMs - (startedMs.get(String(completed)) ?? atMs)) / 1_000;
        actions += Math.floor(tookSeconds / heartbeatSeconds) + 1;
      }
    }
    return { events: (events ?? []).length, actions };
  } finally {
    await connection.close();
  }
}

/** The highest resident memory that the process has had, as Linux counts it. */
function peakMiB(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
}

const rowsOf = (sized: Sized): readonly Measurement[] => {
  const name = `contact-size ${sized.contacts}`;
  return [
    {
      name: `${name} actions`,
      target: `≤ ${targets.actionsPerThousand} per 1,000 contacts`,
      figure: sized.actionsPerThousand,
      unit: 'actions per 1,000',
      holds: sized.actionsPerThousand <= targets.actionsPerThousand,
    },
    {
      name: `${name} history`,
      target: `< ${targets.historyEvents} events`,
      figure: sized.historyEvents,
      unit: 'events',
      holds: sized.historyEvents < targets.historyEvents,
    },
    {
      name: `${name} peak memory`,
      target: 'told beside the other size',
      figure: sized.peakMiB,
      unit: 'MiB',
      holds: true,
    },
    {
      name: `${name} rate`,
      target: 'told',
      figure: sized.perSecond,
      unit: 'contacts/s',
      holds: true,
    },
  ];
};

/** Only where two sizes were measured. */
function memoryRatio(measured: readonly Sized[]): readonly Measurement[] {
  const [small, large] = [measured[0], measured.at(-1)];
  if (!small || !large || small === large) return [];
  const ratio = rounded(large.peakMiB / small.peakMiB, 2);
  return [
    {
      name: 'contact-size memory ratio',
      target: `≤ ${targets.memoryRatio} × of ${small.contacts} contacts at ${large.contacts}`,
      figure: large.peakMiB,
      unit: 'MiB',
      baseline: small.peakMiB,
      ratio,
      holds: ratio <= targets.memoryRatio,
    },
  ];
}
