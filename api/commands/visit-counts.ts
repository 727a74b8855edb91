import { touchesOf } from '../../db/queries/attribution.ts';
import type { PublicCampaign } from '../../db/queries/system/public-links.ts';
import { windowStart } from '../../domain/attribution.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** Whether a sign-up of this visitor would have a referrer without naming one: then nobody need be asked for a code. */
export async function visitCounts(
  { database, now }: Pick<ApiDependencies, 'database' | 'now'>,
  { id: campaignId, workspaceId, attributionWindowDays }: PublicCampaign,
  visitHashes: readonly string[],
): Promise<boolean> {
  if (visitHashes.length === 0) return false;
  const since = windowStart(attributionWindowDays, now());
  const { visits } = await database.app.inWorkspace(workspaceId, (tx) =>
    touchesOf(tx, { campaignId, code: null, visitHashes, since }),
  );
  return visits.some(({ live, firstAt }) => live && firstAt !== null);
}
