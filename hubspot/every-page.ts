import type { Page } from './gateway.ts';

/**
 * All pages of a listing that HubSpot gives in parts, at most `mostPages` of them: a cursor that goes in circles would
 * otherwise be followed for ever.
 */
export async function everyPage<T>(
  mostPages: number,
  read: (after: string | null) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let after: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const { results, after: next }: Page<T> = await read(after);
    found.push(...results);
    if (next === null) break;
    after = next;
  }
  return found;
}
