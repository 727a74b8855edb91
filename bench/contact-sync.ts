import { type Benchmark, rounded } from './benchmark.ts';
import { liftLimits, type SyncedRun, syncOnce } from './contact-run.ts';
import { copyContacts } from './contact-script.ts';
import { type Installation, startInstallation } from './installation.ts';

const contacts = 20_000;
const polled = { withinMs: 300_000, everyMs: 250 } as const;
const limits = { maximum: 110, intervalMs: 10_000 } as const;
/** A page of a hundred is read by one call and its links are written by another. */
const contactsPerCall = 50;

export const contactSync: Benchmark = {
  name: 'contact-sync',
  about: `${contacts.toLocaleString('en')} contacts get their links; with HubSpot's limits on, beside the rate that they allow; lifted, beside a script that pipelines the same reads, COPY into the same tables and the same batch updates`,
  async run({ say }) {
    const installation = await startInstallation({ worker: true });
    try {
      const { portal, stack } = installation;
      await portal.seed(contacts);
      say(`${contacts} contacts seeded`);

      await liftLimits(installation);
      const lifted = await syncOnce(installation, 'referral_link', polled);
      say(`lifted: ${lifted.seconds.toFixed(1)} s in all`);
      const script = await copyContacts(stack, portal);
      say(`script: ${script.seconds.toFixed(1)} s in all`);

      await portal.control.put('/limits', { enabled: true, ...limits });
      await installation.api.get('/hubspot/pipelines?refresh=true');
      const paced = await syncOnce(installation, 'workshop_link', polled);
      const allowed = (limits.maximum / (limits.intervalMs / 1_000)) * contactsPerCall;
      const share = (steadyRate(paced) / allowed) * 100;
      const refused = await limitedAnswers(installation);
      say(`limits on: ${paced.seconds.toFixed(1)} s in all`);
      const oursPerSecond = contacts / lifted.seconds;
      const scriptPerSecond = script.contacts / script.seconds;
      const ratio = rounded(oursPerSecond / scriptPerSecond, 2);
      return [
        {
          name: 'contact-sync, limits on',
          target: '≥ 96 % of the quota-bound rate after the first window',
          figure: rounded(share),
          unit: '%',
          holds: share >= 96,
        },
        { name: 'contact-sync 429', target: 'none', figure: refused, unit: 'answers', holds: refused === 0 },
        {
          name: 'contact-sync, lifted',
          target: '≥ 0.8 × a pipelined script',
          figure: rounded(oursPerSecond, 0),
          unit: 'contacts/s',
          baseline: rounded(scriptPerSecond, 0),
          ratio,
          holds: ratio >= 0.8,
        },
      ];
    } finally {
      await installation.stop();
    }
  },
};

/** Contacts a second after the first window. */
function steadyRate({ seenAt }: SyncedRun): number {
  const first = seenAt.find(({ ms }) => ms >= limits.intervalMs);
  const last = seenAt.at(-1);
  return first && last && last.ms > first.ms
    ? ((last.seen - first.seen) / (last.ms - first.ms)) * 1_000
    : Number.NaN;
}

async function limitedAnswers({ portal }: Installation): Promise<number> {
  const { results } = await portal.control.get<{ results: { status: number | null }[] }>(
    `/log?portalId=${portal.portalId}&limit=10000`,
  );
  return results.filter(({ status }) => status === 429).length;
}
