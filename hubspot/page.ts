import { HubSpotError } from './failures.ts';
import type { Page } from './gateway.ts';

/**
 * One page with its cursor. A cursor that points to the page just read would be followed for ever; the page is refused
 * as `unavailable`, and the next try asks again.
 */
export function pageOf<T>(
  results: readonly T[],
  cursor: { readonly asked: string | null; readonly told: string | null },
): Page<T> {
  if (cursor.told !== null && cursor.told === cursor.asked) {
    throw new HubSpotError({ kind: 'unavailable', code: 'CURSOR_REPEATED' });
  }
  return { results, after: cursor.told };
}
