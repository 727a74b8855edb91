import { and, eq, isNull } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { SystemDatabase } from '../../client.ts';
import { campaigns } from '../../schema/campaigns.ts';
import { referralLinks } from '../../schema/people.ts';

export type PublicCampaign = Pick<
  typeof campaigns.$inferSelect,
  'id' | 'workspaceId' | 'name' | 'slug' | 'status' | 'landingUrl'
>;

const publicColumns = {
  id: campaigns.id,
  workspaceId: campaigns.workspaceId,
  name: campaigns.name,
  slug: campaigns.slug,
  status: campaigns.status,
  landingUrl: campaigns.landingUrl,
};

export async function campaignBySlug(db: SystemDatabase, slug: string): Promise<PublicCampaign | null> {
  const [row] = await db.select(publicColumns).from(campaigns).where(eq(campaigns.slug, slug));
  return row ?? null;
}

/** The campaign that a live referral link belongs to. */
export async function campaignByCode(db: SystemDatabase, code: string): Promise<PublicCampaign | null> {
  const [row] = await db
    .select(publicColumns)
    .from(referralLinks)
    .innerJoin(campaigns, eq(campaigns.id, referralLinks.campaignId))
    .where(and(eq(referralLinks.code, code), isNull(referralLinks.retiredAt)));
  return row ?? null;
}

/** Resolves a link and commits the click in one prepared statement; clicks count only while the campaign is published. */
export async function followLink(
  db: SystemDatabase,
  code: string,
): Promise<Pick<PublicCampaign, 'slug' | 'status' | 'landingUrl'> | null> {
  const [row] = await db.$client<
    { slug: string; status: PublicCampaign['status']; landing_url: string | null }[]
  >`
    with link as (
      select l.id, l.workspace_id, l.campaign_id, c.slug, c.status, c.landing_url
      from referral_links l join campaigns c on c.id = l.campaign_id
      where l.code = ${code} and l.retired_at is null
    ), click as (
      insert into clicks (id, workspace_id, campaign_id, link_id, clicked_at)
      select ${newId()}::uuid, workspace_id, campaign_id, id, now() from link where status = 'published'
    )
    select slug, status, landing_url from link`;
  return row ? { slug: row.slug, status: row.status, landingUrl: row.landing_url } : null;
}
