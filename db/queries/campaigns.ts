import { and, desc, eq, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { FieldMapping } from '../../domain/field-mapping.ts';
import type { QualificationCondition, QualificationRule } from '../../domain/qualification-rule.ts';
import type { RewardRule } from '../../domain/reward.ts';
import type { Tx } from '../client.ts';
import {
  campaigns,
  fieldMappings,
  qualificationRules,
  rewardRules,
  syncSettings,
} from '../schema/campaigns.ts';

export type Campaign = typeof campaigns.$inferSelect;
export type MappingSection = (typeof fieldMappings.$inferSelect)['section'];

/** One version of what qualifies and what is earned; a referral pins it. */
export interface CampaignRules {
  readonly ruleId: string;
  readonly version: number;
  readonly qualification: QualificationRule;
  readonly saleValue: { readonly object: 'contact' | 'deal'; readonly property: string } | null;
  readonly rewards: readonly RewardRule[];
}

export async function loadCampaign(tx: Tx, campaignId: string): Promise<Campaign | null> {
  const [row] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId));
  return row ?? null;
}

/** Keeps edits of one campaign in order; readers are not held up, nor is who adds rows that refer to it. */
export async function lockCampaign(tx: Tx, campaignId: string): Promise<Campaign | null> {
  const [row] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId)).for('no key update');
  return row ?? null;
}

export async function loadRules(tx: Tx, campaignId: string, ruleId?: string): Promise<CampaignRules | null> {
  const [row] = await tx
    .select()
    .from(qualificationRules)
    .where(
      and(
        eq(qualificationRules.campaignId, campaignId),
        ruleId ? eq(qualificationRules.id, ruleId) : undefined,
      ),
    )
    .orderBy(desc(qualificationRules.version))
    .limit(1);
  if (!row) return null;
  const rewards = await tx
    .select()
    .from(rewardRules)
    .where(and(eq(rewardRules.campaignId, campaignId), eq(rewardRules.version, row.version)))
    .orderBy(rewardRules.position);
  return {
    ruleId: row.id,
    version: row.version,
    qualification: {
      ...(row.definition as object),
      id: row.id,
      version: row.version,
      kind: row.kind,
    } as QualificationRule,
    saleValue:
      row.saleValueObject && row.saleValueProperty
        ? { object: row.saleValueObject, property: row.saleValueProperty }
        : null,
    rewards: rewards.map(toRewardRule),
  };
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

export interface NewRules {
  readonly qualification: QualificationCondition;
  readonly saleValue: CampaignRules['saleValue'];
  readonly rewards: readonly WithoutId<RewardRule>[];
}

/** Stores the next version; referrals that are under way keep theirs. The caller holds the campaign's lock. */
export async function saveRules(tx: Tx, campaign: Campaign, rules: NewRules): Promise<CampaignRules> {
  const [last] = await tx
    .select({ version: sql<number>`coalesce(max(version), 0)::int` })
    .from(qualificationRules)
    .where(eq(qualificationRules.campaignId, campaign.id));
  const version = (last?.version ?? 0) + 1;
  const owner = { workspaceId: campaign.workspaceId, campaignId: campaign.id, version };
  const { kind, ...definition } = rules.qualification;
  await tx.insert(qualificationRules).values({
    id: newId(),
    ...owner,
    kind,
    definition,
    saleValueObject: rules.saleValue?.object ?? null,
    saleValueProperty: rules.saleValue?.property ?? null,
    createdAt: new Date().toISOString(),
  });
  if (rules.rewards.length > 0) {
    await tx
      .insert(rewardRules)
      .values(rules.rewards.map((rule, position) => ({ id: newId(), ...owner, position, ...rule })));
  }
  const saved = await loadRules(tx, campaign.id);
  if (!saved) throw new Error('Saved rules are not found');
  return saved;
}

function toRewardRule(row: typeof rewardRules.$inferSelect): RewardRule {
  const { id, beneficiary, holdDays, provider, approval, amountMinor, currency, rateBasisPoints } = row;
  const shared = { id, beneficiary, holdDays, provider, approval };
  if (row.kind === 'fixed' && amountMinor !== null && currency !== null) {
    return { ...shared, kind: 'fixed', amountMinor, currency };
  }
  if (row.kind === 'percentage' && rateBasisPoints !== null)
    return { ...shared, kind: 'percentage', rateBasisPoints };
  throw new Error(`Reward rule ${id} is incomplete`);
}

export async function loadMappings(
  tx: Tx,
  campaignId: string,
  section: MappingSection,
): Promise<FieldMapping[]> {
  const rows = await tx
    .select()
    .from(fieldMappings)
    .where(and(eq(fieldMappings.campaignId, campaignId), eq(fieldMappings.section, section)));
  return rows.map(({ objectType, property, sourceKind, source, propertyType }) => ({
    objectType,
    property,
    source: sourceKind === 'fixed' ? { kind: 'fixed', value: source } : { kind: 'dynamic', field: source },
    propertyType,
  })) as FieldMapping[];
}

export async function replaceMappings(
  tx: Tx,
  campaign: Campaign,
  section: MappingSection,
  mappings: readonly FieldMapping[],
): Promise<void> {
  await tx
    .delete(fieldMappings)
    .where(and(eq(fieldMappings.campaignId, campaign.id), eq(fieldMappings.section, section)));
  if (mappings.length === 0) return;
  await tx.insert(fieldMappings).values(
    mappings.map(({ objectType, property, source, propertyType = null }) => ({
      campaignId: campaign.id,
      workspaceId: campaign.workspaceId,
      section,
      objectType,
      property,
      sourceKind: source.kind,
      source: source.kind === 'fixed' ? source.value : source.field,
      propertyType,
    })),
  );
}

export async function loadSyncSettings(tx: Tx, campaignId: string) {
  const [row] = await tx.select().from(syncSettings).where(eq(syncSettings.campaignId, campaignId));
  return row ?? null;
}
