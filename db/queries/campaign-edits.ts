import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { campaigns, syncSettings } from '../schema/campaigns.ts';
import type { Campaign } from './campaigns.ts';

export type NewCampaign = Pick<
  Campaign,
  'workspaceId' | 'name' | 'slug' | 'landingUrl' | 'expiryDays' | 'reversalDays'
> &
  Partial<
    Pick<
      Campaign,
      'attributionWindowDays' | 'attribution' | 'creditKept' | 'fraud' | 'velocitySignUps' | 'velocityMinutes'
    >
  >;

/** Null when the slug is taken, by whatever workspace. */
export async function insertCampaign(tx: Tx, row: NewCampaign): Promise<Campaign | null> {
  const [campaign] = await tx
    .insert(campaigns)
    .values({ id: newId(), ...row, status: 'draft', createdAt: new Date().toISOString() })
    .onConflictDoNothing({ target: campaigns.slug })
    .returning();
  return campaign ?? null;
}

export type CampaignChanges = Partial<
  Omit<typeof campaigns.$inferInsert, 'id' | 'workspaceId' | 'createdAt' | 'version'>
>;

/** Every edit raises the version. The caller holds the campaign's lock; a taken slug is a unique violation. */
export async function updateCampaign(
  tx: Tx,
  campaignId: string,
  changes: CampaignChanges,
): Promise<Campaign> {
  const [campaign] = await tx
    .update(campaigns)
    .set({ ...changes, version: sql`${campaigns.version} + 1` })
    .where(eq(campaigns.id, campaignId))
    .returning();
  if (!campaign) throw new Error('A locked campaign is gone');
  return campaign;
}

/** Newest first, by id. */
export async function listCampaigns(
  tx: Tx,
  filter: { readonly status?: Campaign['status'] | undefined; readonly afterId?: string | undefined },
  limit: number,
): Promise<Campaign[]> {
  return tx
    .select()
    .from(campaigns)
    .where(
      and(
        filter.status ? eq(campaigns.status, filter.status) : undefined,
        filter.afterId ? lt(campaigns.id, filter.afterId) : undefined,
      ),
    )
    .orderBy(desc(campaigns.id))
    .limit(limit);
}

export async function saveSyncSettings(
  tx: Tx,
  settings: Omit<typeof syncSettings.$inferInsert, 'updatedAt'>,
): Promise<void> {
  const { campaignId, workspaceId, ...values } = settings;
  const row = { ...values, updatedAt: new Date().toISOString() };
  await tx
    .insert(syncSettings)
    .values({ campaignId, workspaceId, ...row })
    .onConflictDoUpdate({ target: syncSettings.campaignId, set: row });
}
