import { z } from 'zod';
import type { PortalAccess } from './portal-access.ts';

const countSchema = z.object({ total: z.number().int().nonnegative() });

/**
 * How many contacts there are, by a search for all of them that shows one: `total` counts every match, beyond the
 * 10,000 that a search can be paged through.
 */
export async function contactCount({ call, paths }: PortalAccess): Promise<number> {
  const body = { filterGroups: [], properties: ['hs_object_id'], limit: 1 };
  const path = paths('objects', 'contacts', 'search');
  return (await call({ method: 'POST', path, body, budget: 'search', schema: countSchema })).total;
}
