/** HubSpot's rolling windows: one per (app, portal) for everything, and one per portal for search. */
import { ApiError } from './errors.ts';

export interface LimitSettings {
  /** When false nothing is refused; the headers go on telling `maximum`. */
  readonly enabled: boolean;
  readonly maximum: number;
  readonly intervalMs: number;
  readonly searchPerSecond: number;
}

export const hubSpotLimits: LimitSettings = {
  enabled: true,
  maximum: 110,
  intervalMs: 10_000,
  searchPerSecond: 5,
};

export class Limits {
  settings: LimitSettings = hubSpotLimits;
  readonly #windows = new Map<string, number[]>();

  /** Takes one request of the window that all calls but search share; answers the headers, or throws the 429. */
  takeGeneral(portalId: number, now: number): Record<string, string> {
    const { maximum, intervalMs } = this.settings;
    const taken = this.#take(`general:${portalId}`, { maximum, intervalMs, now });
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
    const limit = { maximum: this.settings.searchPerSecond, intervalMs: 1000, now };
    if (this.#take(`search:${portalId}`, limit) === null) {
      throw tooMany('You have reached your secondly limit.', 'SECONDLY');
    }
  }

  /** Forgets what was taken, so that new settings begin with an empty window. */
  clear(): void {
    this.#windows.clear();
  }

  /** How many of the window are taken after this one; null when it is full. A refused request takes nothing. */
  #take(
    key: string,
    { maximum, intervalMs, now }: { maximum: number; intervalMs: number; now: number },
  ): number | null {
    if (!this.settings.enabled) return 0;
    const window = this.#windows.get(key) ?? [];
    this.#windows.set(key, window);
    while (window[0] !== undefined && window[0] <= now - intervalMs) window.shift();
    if (window.length >= maximum) return null;
    return window.push(now);
  }
}

const tooMany = (message: string, policyName: string): ApiError =>
  new ApiError(429, { message, errorType: 'RATE_LIMIT', policyName });
