import type { Subscription } from './subscriptions.ts';

/** How an app's webhooks behave; as at the start until a control or HubSpot's own API says otherwise. */
export interface WebhookSettings {
  /** Null: the app has none, and what happens now is never told. */
  readonly targetUrl: string | null;
  /** False: what happens now is never told; what waits already goes on waiting. */
  readonly enabled: boolean;
  /** Mixes the events of each window, the same way for the same seed; null keeps their order. */
  readonly shuffleSeed: number | null;
  /** Sends every event twice. */
  readonly duplicate: boolean;
  /** Waited before the 1st, 2nd, … retry; the last one counts for all that follow. Empty: no retry. */
  readonly retryDelaysMs: readonly number[];
  /** How long an event waits for others to travel with. */
  readonly batchWindowMs: number;
  /** Deliveries of this app that may be under way at once. */
  readonly maxConcurrentRequests: number;
  /** How long a change over HubSpot's API stays without effect; HubSpot caches settings for up to five minutes. */
  readonly settingsCacheMs: number;
  readonly subscriptions: readonly Subscription[];
  readonly updatedAt: number;
}

/** HubSpot spreads its ten retries over 24 hours; a sandbox lets them pass in minutes. */
const compressedDelaysMs = [1000, 3000, 10_000, 30_000, 60_000, 120_000, 300_000];

export const initialSettings = (targetUrl: string | null, now: number): WebhookSettings => ({
  targetUrl,
  enabled: true,
  shuffleSeed: null,
  duplicate: false,
  retryDelaysMs: compressedDelaysMs,
  batchWindowMs: 50,
  maxConcurrentRequests: 10,
  settingsCacheMs: 0,
  subscriptions: [],
  updatedAt: now,
});
