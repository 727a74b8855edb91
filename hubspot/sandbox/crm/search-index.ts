/** How far the search index is behind the records, and in which order it catches up. */
import { seededRandom } from '../random.ts';
import { savedSetting, saveSetting } from '../saved-settings.ts';
import type { Store } from '../store.ts';

export interface SearchSettings {
  /** How long a change stays unseen by search, at most 30 minutes. */
  readonly lagMs: number;
  /** With a seed each change becomes visible at its own moment within the lag, so that newer ones may come first. */
  readonly shuffleSeed: number | null;
}

interface Saved {
  readonly configuredLagMs: number;
  readonly settings: SearchSettings;
}

const name = 'search';

export class SearchIndex {
  readonly #store: Store;
  readonly #configuredLagMs: number;
  #settings: SearchSettings;
  #random: () => number;

  /** What a control set earlier holds for as long as the sandbox is started with the same lag. */
  constructor(store: Store, configuredLagMs: number) {
    this.#store = store;
    this.#configuredLagMs = configuredLagMs;
    const saved = savedSetting<Saved>(store, name);
    this.#settings =
      saved?.configuredLagMs === configuredLagMs
        ? saved.settings
        : { lagMs: configuredLagMs, shuffleSeed: null };
    this.#random = seededRandom(this.#settings.shuffleSeed ?? 0);
  }

  get settings(): SearchSettings {
    return this.#settings;
  }

  change(settings: SearchSettings): void {
    this.#settings = settings;
    this.#random = seededRandom(settings.shuffleSeed ?? 0);
    saveSetting(this.#store, name, { configuredLagMs: this.#configuredLagMs, settings });
    if (settings.lagMs === 0) this.#store.run('DELETE FROM search_shadows');
  }

  /** As the sandbox was started. */
  restore(): void {
    this.change({ lagMs: this.#configuredLagMs, shuffleSeed: null });
  }

  /** After how many milliseconds a change that is made now will be seen. */
  nextLagMs(): number {
    const { lagMs, shuffleSeed } = this.#settings;
    return shuffleSeed === null ? lagMs : Math.ceil(lagMs * this.#random());
  }
}
