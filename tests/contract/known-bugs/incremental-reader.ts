import type { CrmObjectType, CrmRecord, HubSpot } from '../../../hubspot/gateway.ts';

/** A page of `changed`; a shorter one is the last of its window. */
const pageSize = 200;
/** What is younger than this is read once more by the next pass, as in `activities/reconcile.ts`. */
export const overlapMs = 60_000;
export const trailingMs = 60 * 60_000;

export interface WindowRead {
  readonly records: readonly CrmRecord[];
  readonly pages: number;
}

/** Reads one window page by page, as `activities/reconcile.ts` does; `onPage` acts while it is read. */
export async function readWindow(
  { changed }: Pick<HubSpot, 'changed'>,
  window: { readonly objectType?: CrmObjectType; readonly from: string; readonly to: string },
  onPage: (page: number) => Promise<void> | void = () => {},
): Promise<WindowRead> {
  const records: CrmRecord[] = [];
  let afterId: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page: readonly CrmRecord[] = await changed({
      objectType: 'contact',
      ...window,
      afterId,
      properties: [],
    });
    records.push(...page);
    if (page.length < pageSize) return { records, pages };
    afterId = page.at(-1)?.id ?? null;
    await onPage(pages);
  }
}

/** The two passes with their cursors: a fast one up to now, and one that trails by an hour. */
export class IncrementalReader {
  readonly #hubspot: Pick<HubSpot, 'changed'>;
  readonly #cursors: { fast: number; trailing: number };
  /** The newest modification that was seen of each record: an older or equal one is no news. */
  readonly newest = new Map<string, string>();

  constructor(hubspot: Pick<HubSpot, 'changed'>, { from }: { readonly from: number }) {
    this.#hubspot = hubspot;
    this.#cursors = { fast: from, trailing: from };
  }

  /** One cycle at `now`; gives the ids of which it learned something new. */
  async pass(now: number): Promise<readonly string[]> {
    const news: string[] = [];
    for (const kind of ['fast', 'trailing'] as const) {
      const end = kind === 'fast' ? now : now - trailingMs;
      if (end <= this.#cursors[kind]) continue;
      const window = { from: instant(this.#cursors[kind]), to: instant(end) };
      const { records } = await readWindow(this.#hubspot, window);
      news.push(...records.filter((record) => this.#isNews(record)).map(({ id }) => id));
      this.#cursors[kind] = kind === 'fast' ? Math.max(this.#cursors.fast, end - overlapMs) : end;
    }
    return news;
  }

  #isNews({ id, updatedAt }: CrmRecord): boolean {
    const known = this.newest.get(id);
    if (known !== undefined && Date.parse(known) >= Date.parse(updatedAt)) return false;
    this.newest.set(id, updatedAt);
    return true;
  }
}

export const instant = (ms: number): string => new Date(ms).toISOString();
