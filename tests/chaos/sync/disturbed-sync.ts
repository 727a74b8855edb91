/**
 * A contact sync while its worker, PostgreSQL and Temporal are killed at random moments, beside an undisturbed one of
 * the same contacts. The sandbox is never killed: it is the one who knows what was written.
 */
import { type Product, startProduct } from '../../support/product.ts';
import { seeded } from '../../support/seeded.ts';
import { eventually } from '../../support/time.ts';
import { type EndState, endState, violations } from './end-state.ts';
import { type Kill, killAtRandom } from './kills.ts';

export interface DisturbedSync {
  readonly seed: number;
  readonly contacts: number;
  readonly kills: readonly Kill[];
  /** From the last kill until the run had ended. */
  readonly recoveredMs: number;
  readonly undisturbed: EndState;
  readonly disturbed: EndState;
  /** What must never be, as sentences. */
  readonly violations: readonly string[];
  /** Answers of HubSpot with 429. */
  readonly limited: number;
}

interface Run {
  readonly state: string;
  readonly seen: number;
}

const withinMs = 300_000;
const mostKills = 8;

export async function disturbSync(options: { seed: number; contacts: number }): Promise<DisturbedSync> {
  const { seed, contacts } = options;
  const product = await startProduct({ limits: true });
  try {
    await product.portal.control.post(`/portals/${product.portal.portalId}/seed`, { contacts, seed });
    const calm = await linkCampaign(product, 'Undisturbed', 'calm_link');
    await product.api.post(`/campaigns/${calm}/sync`);
    await completed(product, calm);

    const hit = await linkCampaign(product, 'Disturbed', 'disturbed_link');
    await product.api.post(`/campaigns/${hit}/sync`);
    let latest: Run = { state: 'waiting', seen: 0 };
    const watching = completed(product, hit, (run) => {
      latest = run;
    });
    const kills = await killAtRandom(product.stack, {
      random: seeded(seed),
      most: mostKills,
      seen: () => latest.seen,
      isOver: () => latest.state === 'completed',
    });
    const healedAt = performance.now();
    await watching;
    return {
      seed,
      contacts,
      kills,
      recoveredMs: Math.round(performance.now() - healedAt),
      undisturbed: await endState(product, calm, 'calm_link'),
      disturbed: await endState(product, hit, 'disturbed_link'),
      violations: await violations(product, hit, 'disturbed_link'),
      limited: await limitedAnswers(product),
    };
  } finally {
    await product.stop();
  }
}

async function linkCampaign(product: Product, name: string, property: string): Promise<string> {
  await product.portal.makeProperties([{ name: property, label: name, type: 'string', fieldType: 'text' }]);
  const { id } = await product.api.post<{ id: string }>('/campaigns', { name });
  const source = { kind: 'dynamic', field: 'referral_link' };
  await product.api.put(`/campaigns/${id}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut: [{ objectType: 'contact', property, source }] },
  });
  return id;
}

/** The api answers no question while PostgreSQL is down; it is asked again. */
const completed = (product: Product, campaign: string, saw: (run: Run) => void = () => undefined) =>
  eventually(
    'the sync is completed',
    async () => {
      const run = await product.api.get<Run>(`/campaigns/${campaign}/sync`).catch(() => null);
      if (run) saw(run);
      return run?.state === 'completed';
    },
    { withinMs, everyMs: 100 },
  );

async function limitedAnswers({ portal }: Product): Promise<number> {
  const { results } = await portal.control.get<{ results: { status: number | null }[] }>('/log?limit=10000');
  return results.filter(({ status }) => status === 429).length;
}
