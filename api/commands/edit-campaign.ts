import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { insertCampaign, updateCampaign } from '../../db/queries/campaign-edits.ts';
import { type Campaign, lockCampaign, saveRules } from '../../db/queries/campaigns.ts';
import { isUniqueViolation } from '../../db/queries/crm-entries.ts';
import { campaignTransitions, canChangeCampaign, normalizeSlug } from '../../domain/campaign.ts';
import { newLinkCode } from '../../domain/link-code.ts';
import { refuseStale } from '../etag.ts';
import { notFound, Problem, unprocessable } from '../problem.ts';
import type { campaignEdit, newCampaignBody } from '../schemas/campaign.ts';
import { followStatus } from './ongoing-sync.ts';

const slugTaken = () =>
  unprocessable([
    {
      field: 'slug',
      message: 'This slug is taken. Choose another one; slugs are shared by the whole installation.',
    },
  ]);

/** A draft, with rules that qualify nobody until they are set, so that each referral has a rule to be pinned to. */
export async function createCampaign(
  tx: Tx,
  workspaceId: string,
  body: z.output<typeof newCampaignBody>,
): Promise<Campaign> {
  const { name, slug, landingUrl = null, expiryDays = null, reversalDays = null, ...settings } = body;
  const row = { workspaceId, name, landingUrl, expiryDays, reversalDays, ...columnsOf(settings, {}) };
  const campaign =
    slug !== undefined
      ? await insertCampaign(tx, { ...row, slug })
      : ((await insertCampaign(tx, { ...row, slug: slugFrom(name) })) ??
        (await insertCampaign(tx, { ...row, slug: `${slugFrom(name)}-${randomCode().slice(0, 4)}` })));
  if (!campaign) throw slugTaken();
  await saveRules(tx, campaign, { qualification: { kind: 'manual' }, saleValue: null, rewards: [] });
  return campaign;
}

export async function editCampaign(
  tx: Tx,
  campaignId: string,
  {
    edit,
    expectedVersion,
  }: { readonly edit: z.output<typeof campaignEdit>; readonly expectedVersion: number | null },
): Promise<Campaign> {
  const current = await lockCampaign(tx, campaignId);
  if (!current) throw notFound('campaign');
  refuseStale(current, expectedVersion);
  const { status } = edit;
  if (status !== undefined && status !== current.status && !canChangeCampaign(current.status, status)) {
    const next = campaignTransitions[current.status].join(' or ') || 'nothing else';
    throw new Problem(409, `A campaign that is ${current.status} can become ${next}, not ${status}.`);
  }
  const edited = await updateCampaign(tx, campaignId, columnsOf(edit, current.fraud)).catch(
    (error: unknown) => {
      throw isUniqueViolation(error) ? slugTaken() : error;
    },
  );
  if (edited.status !== current.status) await followStatus(tx, edited);
  return edited;
}

const randomCode = () => newLinkCode((below) => randomInt(below));
const slugFrom = (name: string): string => normalizeSlug(name) ?? randomCode();

/** A rule that an edit does not name keeps what the campaign had it do. */
function columnsOf<T extends Pick<z.output<typeof campaignEdit>, 'fraud' | 'velocity'>>(
  { fraud, velocity, ...rest }: T,
  current: Campaign['fraud'],
) {
  return {
    ...given(rest),
    ...(fraud && { fraud: { ...current, ...given(fraud) } }),
    ...(velocity && { velocitySignUps: velocity.signUps, velocityMinutes: velocity.minutes }),
  };
}

/** An absent field stays; null is a value. */
const given = <T extends object>(edit: T) =>
  Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
