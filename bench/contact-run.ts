import { until } from '../stack/demo/until.ts';
import type { Installation } from './installation.ts';

export interface SyncedRun {
  readonly campaignId: string;
  /** From the order until the run is finished. */
  readonly seconds: number;
  /** What the run told about itself, each time that it had changed. */
  readonly seenAt: readonly { readonly ms: number; readonly seen: number }[];
}

/** A sync of all contacts under a campaign and a property of its own, so that every link is new; waits for its end. */
export async function syncOnce(
  { api }: Installation,
  property: string,
  { withinMs, everyMs }: { readonly withinMs: number; readonly everyMs: number },
): Promise<SyncedRun> {
  const { id } = await api.post<{ id: string }>('/campaigns', { name: `Links in ${property}` });
  const mapping = { objectType: 'contact', property, source: { kind: 'dynamic', field: 'referral_link' } };
  await api.put(`/campaigns/${id}/hubspot`, { sync: { scope: { kind: 'all' }, mappingsOut: [mapping] } });
  const startedAt = performance.now();
  await api.post(`/campaigns/${id}/sync`);
  const seenAt: { readonly ms: number; readonly seen: number }[] = [];
  await until(
    'the sync has ended',
    async () => {
      const { state, seen } = await api.get<{ state: string; seen: number }>(`/campaigns/${id}/sync`);
      if (seen !== seenAt.at(-1)?.seen) seenAt.push({ ms: performance.now() - startedAt, seen });
      return state === 'completed';
    },
    { withinMs, everyMs },
  );
  return { campaignId: id, seconds: (performance.now() - startedAt) / 1_000, seenAt };
}

/** HubSpot's limits off; the pace follows the maximum of the headers, which one call tells. */
export async function liftLimits({ portal, api }: Installation): Promise<void> {
  await portal.control.put('/limits', { enabled: false, maximum: 1_000_000 });
  await api.get('/hubspot/pipelines?refresh=true');
}
