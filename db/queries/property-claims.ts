/** Which campaigns write into which contact properties: two that write their own values into one overwrite each other (C9). */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { FieldMapping } from '../../domain/field-mapping.ts';
import type { MappingSection } from '../../domain/mapping-section.ts';
import type { Tx } from '../client.ts';
import { campaigns, fieldMappings } from '../schema/campaigns.ts';

/** A mapping of another campaign of the same HubSpot account. */
export interface ForeignMapping {
  readonly section: MappingSection;
  readonly mapping: FieldMapping;
  readonly campaign: { readonly id: string; readonly name: string; readonly ended: boolean };
}

/** Saves of one workspace wait for each other from here to their end, so that two of them cannot both find none. */
export async function lockPropertyClaims(tx: Tx, workspaceId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${workspaceId}, 4))`);
}

export async function foreignMappings(
  tx: Tx,
  input: {
    readonly campaignId: string;
    readonly connectionId: string;
    readonly properties: readonly string[];
  },
): Promise<ForeignMapping[]> {
  if (input.properties.length === 0) return [];
  const rows = await tx
    .select({ mapping: fieldMappings, id: campaigns.id, name: campaigns.name, status: campaigns.status })
    .from(fieldMappings)
    .innerJoin(campaigns, eq(campaigns.id, fieldMappings.campaignId))
    .where(
      and(
        eq(fieldMappings.objectType, 'contact'),
        inArray(fieldMappings.property, [...input.properties]),
        ne(fieldMappings.section, 'sync-in'),
        ne(fieldMappings.campaignId, input.campaignId),
        eq(campaigns.connectionId, input.connectionId),
      ),
    )
    .orderBy(campaigns.id, fieldMappings.property);
  return rows.map(({ mapping: { section, objectType, property, sourceKind, source }, id, name, status }) => ({
    section: section === 'sync-out' ? 'sync' : section,
    mapping: {
      objectType,
      property,
      source: sourceKind === 'fixed' ? { kind: 'fixed', value: source } : { kind: 'dynamic', field: source },
    } as FieldMapping,
    campaign: { id, name, ended: status === 'ended' },
  }));
}

/**
 * A campaign that has ended gives a property up to the one that takes it: it writes nothing there any more, also not what
 * the drain has not sent yet, which would come after the first values of the other.
 */
export async function dropMapping(
  tx: Tx,
  connectionId: string,
  { section, mapping: { objectType, property }, campaign }: ForeignMapping,
): Promise<void> {
  await tx
    .delete(fieldMappings)
    .where(
      and(
        eq(fieldMappings.campaignId, campaign.id),
        eq(fieldMappings.section, section === 'sync' ? 'sync-out' : section),
        eq(fieldMappings.objectType, objectType),
        eq(fieldMappings.property, property),
      ),
    );
  // In the order in which the drain and decisions lock them.
  await tx.execute(sql`
    with held as materialized (
      select object_id from crm_writes
      where connection_id = ${connectionId} and object_type = ${objectType} and property = ${property}
        and sent_version < version
      order by object_id for update
    )
    update crm_writes w set sent_version = w.version, refused_reason = null from held
    where w.connection_id = ${connectionId} and w.object_type = ${objectType} and w.property = ${property}
      and w.object_id = held.object_id`);
}
