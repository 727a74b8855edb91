import type { MappableField } from '../../domain/field-mapping.ts';
import { formatMoney } from '../../domain/money.ts';
import type { Tx } from '../client.ts';
import { loadCampaign, loadMappings } from './campaigns.ts';
import { wantValues } from './crm-writes.ts';
import { contactIdOf } from './people.ts';
import { type ReferrerFigures, referrerFigures } from './referrers.ts';

/** The link that people share; the code is its only secret and its only key. */
export const referralLink = (publicUrl: string, code: string) => `${publicUrl}/r/${code}`;

/** The figures of a referrer as the fields that a mapping may name. */
export function reflectedFields(
  figures: ReferrerFigures,
  publicUrl: string,
): Partial<Record<MappableField, string>> {
  return {
    referral_link: referralLink(publicUrl, figures.code),
    number_referred: String(figures.numberReferred),
    number_successful: String(figures.numberSuccessful),
    reward_earned: Object.entries(figures.earned)
      .map(([currency, amountMinor]) => formatMoney({ amountMinor, currency }))
      .join(', '),
    join_date: figures.joinedAt,
    campaign_name: figures.campaignName,
  };
}

/**
 * Keeps what HubSpot shows about these referrers true (S23): wanted values are written with the fact that changes
 * them, for every referrer whose contact is known and every field that the campaign maps.
 */
export async function reflectReferrers(
  tx: Tx,
  input: { workspaceId: string; campaignId: string; referrerIds: readonly string[]; publicUrl: string },
): Promise<void> {
  const { workspaceId, campaignId, referrerIds, publicUrl } = input;
  const connectionId = (await loadCampaign(tx, campaignId))?.connectionId;
  if (!connectionId) return;
  const mappings = await loadMappings(tx, campaignId, 'sync-out');
  if (mappings.length === 0) return;
  for (const figures of await referrerFigures(tx, referrerIds)) {
    const objectId = await contactIdOf(tx, figures.personId, connectionId);
    if (!objectId) continue;
    const fields = reflectedFields(figures, publicUrl);
    const values = mappings.flatMap(({ property, source }) => {
      const value = source.kind === 'fixed' ? source.value : fields[source.field];
      return value === undefined ? [] : [{ objectType: 'contact' as const, objectId, property, value }];
    });
    await wantValues(tx, { workspaceId, connectionId }, values);
  }
}
