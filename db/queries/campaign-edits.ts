import { and, desc, eq, inArray, lt, ne, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { campaigns, fieldMappings, syncSettings } from '../schema/campaigns.ts';
import type { Campaign } from './campaigns.ts';

export type NewCampaign = Pick<
  Campaign,
  'workspaceId' | 'name' | 'slug' | 'landingUrl' | 'expiryDays' | 'reversalDays'
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

/**
 * Another campaign that is not over and writes its referral link into this contact property. Saves of one workspace
 * wait for each other here, so that two of them cannot both find none.
 */
export async function campaignWithLinkProperty(
  tx: Tx,
  input: { readonly workspaceId: string; readonly campaignId: string; readonly property: string },
): Promise<Pick<Campaign, 'id' | 'name'> | null> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${input.workspaceId}, 4))`);
  const [row] = await tx
    .select({ id: campaigns.id, name: campaigns.name })
    .from(fieldMappings)
    .innerJoin(campaigns, eq(campaigns.id, fieldMappings.campaignId))
    .where(
      and(
        eq(fieldMappings.property, input.property),
        eq(fieldMappings.sourceKind, 'dynamic'),
        eq(fieldMappings.source, 'referral_link'),
        inArray(fieldMappings.section, ['sync-out', 'person-referring']),
        ne(fieldMappings.campaignId, input.campaignId),
        ne(campaigns.status, 'ended'),
      ),
    )
    .limit(1);
  return row ?? null;
}
