/**
 * HubSpot's limits: a rolling window per (app, portal) for everything, one per portal for search, and a daily quota
 * per portal for private apps.
 */
import type { AccessToken } from '../oauth/access-tokens.ts';
import { savedSetting, saveSetting } from '../saved-settings.ts';
import type { Store } from '../store.ts';
import { ApiError } from './errors.ts';

export interface LimitSettings {
  /** When false nothing is refused; the headers go on telling the maximum. */
  readonly enabled: boolean;
  /** Of an OAuth app; a private app has one of its own. */
  readonly maximum: number;
  readonly intervalMs: number;
  readonly searchPerSecond: number;
  /** Shared by all private apps of a portal until its next midnight; null switches the quota off. */
  readonly dailyMaximum: number | null;
}

export const hubSpotLimits: LimitSettings = {
  enabled: true,
  maximum: 110,
  intervalMs: 10_000,
  searchPerSecond: 5,
  dailyMaximum: 250_000,
};

const name = 'limits';

export class Limits {
  readonly #store: Store;
  readonly #windows = new Map<string, number[]>();
  readonly #days = new Map<number, { day: string; used: number }>();
  #settings: LimitSettings;

  constructor(store: Store) {
    this.#store = store;
    this.#settings = { ...hubSpotLimits, ...savedSetting<LimitSettings>(store, name) };
  }

  get settings(): LimitSettings {
    return this.#settings;
  }

  /** Begins with empty windows. */
  change(change: Partial<LimitSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    saveSetting(this.#store, name, this.#settings);
    this.#windows.clear();
    this.#days.clear();
  }

  /** Takes one request of the window that all calls but search share; answers the headers, or throws the 429. */
  takeGeneral({ appId, portalId, privateMaximum }: AccessToken, now: number): Record<string, string> {
    const { intervalMs } = this.#settings;
    const maximum = privateMaximum ?? this.#settings.maximum;
    const taken = this.#take(`general:${appId}:${portalId}`, { maximum, intervalMs, now });
    if (taken === null)
      throw tooMany('You have reached your ten_secondly_rolling limit.', 'TEN_SECONDLY_ROLLING');
    return {
      'x-hubspot-ratelimit-max': String(maximum),
      'x-hubspot-ratelimit-remaining': String(maximum - taken),
      'x-hubspot-ratelimit-interval-milliseconds': String(intervalMs),
    };
  }

  /** Takes one search; HubSpot tells nothing about this window but its 429. */
  takeSearch(portalId: number, now: number): void {
    const limit = { maximum: this.#settings.searchPerSecond, intervalMs: 1000, now };
    if (this.#take(`search:${portalId}`, limit) === null) {
      throw tooMany('You have reached your secondly limit.', 'SECONDLY');
    }
  }

  /** Takes one request of a private app's day, `day` being the portal's own date; answers the headers. */
  takeDaily(portalId: number, day: string): Record<string, string> {
    const { dailyMaximum, enabled } = this.#settings;
    if (dailyMaximum === null) return {};
    const known = this.#days.get(portalId);
    const today = known?.day === day ? known : { day, used: 0 };
    this.#days.set(portalId, today);
    if (enabled && today.used >= dailyMaximum) throw tooMany('You have reached your daily limit.', 'DAILY');
    today.used += 1;
    return {
      'x-hubspot-ratelimit-daily': String(dailyMaximum),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, dailyMaximum - today.used)),
    };
  }

  /** How many of the window are taken after this one; null when it is full. A refused request takes nothing. */
  #take(
    key: string,
    { maximum, intervalMs, now }: { maximum: number; intervalMs: number; now: number },
  ): number | null {
    if (!this.#settings.enabled) return 0;
    const window = this.#windows.get(key) ?? [];
    this.#windows.set(key, window);
    while (window[0] !== undefined && window[0] <= now - intervalMs) window.shift();
    if (window.length >= maximum) return null;
    return window.push(now);
  }
}

export const tooManyBody = (message: string, policyName: string) => ({
  message,
  errorType: 'RATE_LIMIT',
  policyName,
});

const tooMany = (message: string, policyName: string): ApiError =>
  new ApiError(429, tooManyBody(message, policyName));
