import { until } from '../stack/demo/until.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { copyContacts } from './contact-script.ts';
import { type Installation, startInstallation } from './installation.ts';

const contacts = 20_000;
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

      // The pace follows the maximum of the headers; one call tells it.
      await portal.control.put('/limits', { enabled: false, maximum: 1_000_000 });
      await installation.api.get('/hubspot/pipelines?refresh=true');
      const lifted = await syncOnce(installation, 'referral_link');
      say(`lifted: ${lifted.seconds.toFixed(1)} s in all`);
      const script = await copyContacts(stack, portal);
      say(`script: ${script.seconds.toFixed(1)} s in all`);

      await portal.control.put('/limits', { enabled: true, ...limits });
      await installation.api.get('/hubspot/pipelines?refresh=true');
      const paced = await syncOnce(installation, 'workshop_link');
      const allowed = (limits.maximum / (limits.intervalMs / 1_000)) * contactsPerCall;
      const share = (paced.perSecond / allowed) * 100;
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

interface Synced {
  /** From the order until the run is finished. */
  readonly seconds: number;
  /** Contacts a second after the first window. */
  readonly perSecond: number;
}

/** A campaign and a property of its own each time, so that every link is new. */
async function syncOnce({ api }: Installation, property: string): Promise<Synced> {
  const campaign = await api.post<{ id: string }>('/campaigns', { name: `Links in ${property}` });
  const mapping = { objectType: 'contact', property, source: { kind: 'dynamic', field: 'referral_link' } };
  await api.put(`/campaigns/${campaign.id}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut: [mapping] },
  });
  const startedAt = performance.now();
  await api.post(`/campaigns/${campaign.id}/sync`);
  const seenAt: { readonly ms: number; readonly seen: number }[] = [];
  await until(
    'the sync has ended',
    async () => {
      const { state, seen } = await api.get<{ state: string; seen: number }>(
        `/campaigns/${campaign.id}/sync`,
      );
      if (seen !== seenAt.at(-1)?.seen) seenAt.push({ ms: performance.now() - startedAt, seen });
      return state === 'completed';
    },
    { withinMs: 300_000, everyMs: 50 },
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const first = seenAt.find(({ ms }) => ms >= limits.intervalMs);
  const last = seenAt.at(-1);
  const perSecond =
    first && last && last.ms > first.ms
      ? ((last.seen - first.seen) / (last.ms - first.ms)) * 1_000
      : Number.NaN;
  return { seconds, perSecond };
}

async function limitedAnswers({ portal }: Installation): Promise<number> {
  const { results } = await portal.control.get<{ results: { status: number | null }[] }>(
    `/log?portalId=${portal.portalId}&limit=10000`,
  );
  return results.filter(({ status }) => status === 429).length;
}
