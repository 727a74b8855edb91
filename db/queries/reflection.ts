import { eq } from 'drizzle-orm';
import { type FieldMapping, type MappableField, mappedValue } from '../../domain/field-mapping.ts';
import { formatMoney } from '../../domain/money.ts';
import type { Tx } from '../client.ts';
import { referrers } from '../schema/people.ts';
import { loadCampaign, loadMappings } from './campaigns.ts';
import { standingEdits } from './crm-edits.ts';
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
 * What HubSpot shall hold about a referrer: one value for each property that the campaign maps. Fields that a referrer
 * does not have are left out.
 */
export function wantedProperties(
  figures: ReferrerFigures,
  mappings: readonly FieldMapping[],
  publicUrl: string,
): Readonly<Record<string, string>> {
  const fields = reflectedFields(figures, publicUrl);
  const wanted: Record<string, string> = {};
  for (const mapping of mappings) {
    const value = mappedValue(mapping, fields);
    if (value != null) wanted[mapping.property] = value;
  }
  return wanted;
}

/**
 * Keeps what HubSpot shows about these referrers true (S23): wanted values are written with the fact that changes
 * them, for every referrer whose contact is known and every field that the campaign maps. Left alone are referrers whose
 * values an undo took back, until a sync runs again, and values that a person changed, unless the campaign restores them.
 */
export async function reflectReferrers(
  tx: Tx,
  input: { workspaceId: string; campaignId: string; referrerIds: readonly string[]; publicUrl: string },
): Promise<void> {
  const { workspaceId, campaignId, publicUrl } = input;
  const connectionId = (await loadCampaign(tx, campaignId))?.connectionId;
  if (!connectionId) return;
  const mappings = await loadMappings(tx, campaignId, 'sync-out');
  if (mappings.length === 0) return;
  // In the order of their ids, which is everybody's order of locks.
  const inOrder = (await referrerFigures(tx, input.referrerIds)).toSorted((a, b) =>
    a.referrerId < b.referrerId ? -1 : 1,
  );
  for (const figures of inOrder) {
    const objectId = await contactIdOf(tx, figures.personId, connectionId);
    if (!objectId || (await isWithheld(tx, figures.referrerId))) continue;
    const edited = await standingEdits(tx, connectionId, objectId);
    const values = Object.entries(wantedProperties(figures, mappings, publicUrl))
      .filter(([property]) => !edited.has(property))
      .map(([property, value]) => ({ objectType: 'contact' as const, objectId, property, value }));
    await wantValues(tx, { workspaceId, connectionId }, values);
  }
}

/** An undo that begins now waits until this transaction has ended, and sees what it wanted. */
async function isWithheld(tx: Tx, referrerId: string): Promise<boolean> {
  const [row] = await tx
    .select({ withheldAt: referrers.withheldAt })
    .from(referrers)
    .where(eq(referrers.id, referrerId))
    .for('share');
  return row !== undefined && row.withheldAt !== null;
}
