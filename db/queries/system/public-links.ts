import { eq, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { SystemDatabase } from '../../client.ts';
import { campaigns } from '../../schema/campaigns.ts';
import { referralLinks } from '../../schema/people.ts';

export type PublicCampaign = Pick<
  typeof campaigns.$inferSelect,
  'id' | 'workspaceId' | 'name' | 'slug' | 'status' | 'landingUrl' | 'attributionWindowDays'
>;

const publicColumns = {
  id: campaigns.id,
  workspaceId: campaigns.workspaceId,
  name: campaigns.name,
  slug: campaigns.slug,
  status: campaigns.status,
  landingUrl: campaigns.landingUrl,
  attributionWindowDays: campaigns.attributionWindowDays,
};

export async function campaignBySlug(db: SystemDatabase, slug: string): Promise<PublicCampaign | null> {
  const [row] = await db.select(publicColumns).from(campaigns).where(eq(campaigns.slug, slug));
  return row ?? null;
}

/** The campaign that a referral link belongs to, and whether the link still brings anybody. */
export async function campaignByCode(
  db: SystemDatabase,
  code: string,
): Promise<(PublicCampaign & { readonly retired: boolean }) | null> {
  const [row] = await db
    .select({ ...publicColumns, retired: sql<boolean>`${referralLinks.retiredAt} is not null` })
    .from(referralLinks)
    .innerJoin(campaigns, eq(campaigns.id, referralLinks.campaignId))
    .where(eq(referralLinks.code, code));
  return row ?? null;
}

/** The browser that follows a link, as hashes of `db/trace-hash.ts`. */
export interface FollowingVisitor {
  /** What its cookies say, by campaign. */
  readonly known: Readonly<Record<string, string>>;
  /** For a campaign that it has no cookie of. */
  readonly fresh: string;
}

/**
 * Resolves a link and commits the click in one prepared statement; clicks count only while the campaign is published.
 * A click is one visit of the browser that made it.
 */
export async function followLink(
  db: SystemDatabase,
  code: string,
  { known, fresh }: FollowingVisitor,
): Promise<Pick<PublicCampaign, 'id' | 'slug' | 'status' | 'landingUrl' | 'attributionWindowDays'> | null> {
  const [row] = await db.$client<
    {
      id: string;
      slug: string;
      status: PublicCampaign['status'];
      landing_url: string | null;
      attribution_window_days: number | null;
    }[]
  >`
    with link as (
      select l.id, l.workspace_id, l.campaign_id, c.slug, c.status, c.landing_url, c.attribution_window_days
      from referral_links l join campaigns c on c.id = l.campaign_id
      where l.code = ${code} and l.retired_at is null
    ), click as (
      insert into clicks (id, workspace_id, campaign_id, link_id, clicked_at, visit_hash)
      select ${newId()}::uuid, workspace_id, campaign_id, id, now(),
        coalesce(${JSON.stringify(known)}::text::jsonb ->> campaign_id::text, ${fresh}::text)
      from link where status = 'published'
    )
    select campaign_id as id, slug, status, landing_url, attribution_window_days from link`;
  return row
    ? {
        id: row.id,
        slug: row.slug,
        status: row.status,
        landingUrl: row.landing_url,
        attributionWindowDays: row.attribution_window_days,
      }
    : null;
}
