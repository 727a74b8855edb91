import { hasEdge, type Transitions } from './transition.ts';

export const campaignStatuses = ['draft', 'published', 'paused', 'ended'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

export const campaignTransitions = {
  draft: ['published'],
  published: ['paused', 'ended'],
  paused: ['published', 'ended'],
  ended: [],
} as const satisfies Transitions<CampaignStatus>;

export const canChangeCampaign = (from: CampaignStatus, to: CampaignStatus): boolean =>
  hasEdge<CampaignStatus>(campaignTransitions, { from, to });

/** Joins and sign-ups of the public, by page or API. What came before a pause or an end still runs to its end. */
export const acceptsSignUps = (status: CampaignStatus): boolean => status === 'published';

/** S8: a draft is enough to configure the integration and to make links for the contacts that will refer. */
export const acceptsSync = (status: CampaignStatus): boolean => status === 'draft' || status === 'published';

/** Keeps slugs readable in an address, and room for the `-2` of a second campaign of the same name. */
const longestSlug = 60;

/** A name as the public part of an address: `Été 2026!` becomes `ete-2026`. Null when no letter or digit is left. */
export function normalizeSlug(text: string): string | null {
  const slug = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestSlug)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? null : slug;
}
