/** Whom ongoing syncs follow, and what they know of a contact. */
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { fieldMappings, syncExceptions, syncMembers, syncRuns, syncSettings } from '../schema/campaigns.ts';
import { personCrmIds, referrers } from '../schema/people.ts';

/** One campaign that follows the contacts of a connection, with all that tells whom a change concerns. */
export interface OngoingSync {
  readonly workspaceId: string;
  readonly syncRunId: string;
  readonly campaignId: string;
  readonly connectionId: string;
  readonly scopeKind: 'all' | 'list';
  /** The contact property that holds the referral link; null where none is mapped. */
  readonly linkProperty: string | null;
}

/** The ongoing syncs that follow this connection, mostly none. */
export async function ongoingSyncs(tx: Tx, connectionId: string): Promise<OngoingSync[]> {
  return tx
    .select({
      syncRunId: syncRuns.id,
      workspaceId: syncRuns.workspaceId,
      campaignId: syncRuns.campaignId,
      connectionId: syncRuns.connectionId,
      scopeKind: syncSettings.scopeKind,
      linkProperty: sql<string | null>`(
        select ${fieldMappings.property} from ${fieldMappings}
        where ${fieldMappings.campaignId} = ${syncRuns.campaignId} and ${fieldMappings.section} = 'sync-out'
          and ${fieldMappings.sourceKind} = 'dynamic' and ${fieldMappings.source} = 'referral_link' limit 1)`,
    })
    .from(syncRuns)
    .innerJoin(syncSettings, eq(syncSettings.campaignId, syncRuns.campaignId))
    .where(
      and(eq(syncRuns.connectionId, connectionId), isNull(syncRuns.finishedAt), eq(syncRuns.kind, 'ongoing')),
    )
    .orderBy(asc(syncRuns.campaignId));
}

/** What one ongoing sync knows of a contact; contacts of which it knows nothing have no row. */
export interface KnownContact {
  readonly crmId: string;
  readonly enrolled: boolean;
  /** The link that HubSpot was last known to hold for it. */
  readonly linkWritten: string | null;
  readonly member: boolean;
  /** When the ongoing run last looked at it and had to skip it. */
  readonly skippedAt: string | null;
}

export async function knownContacts(
  tx: Tx,
  { campaignId, connectionId, syncRunId }: Pick<OngoingSync, 'campaignId' | 'connectionId' | 'syncRunId'>,
  crmIds: readonly string[],
): Promise<Map<string, KnownContact>> {
  const ids = [...new Set(crmIds)];
  if (ids.length === 0) return new Map();
  const enrolled = await tx
    .select({ crmId: personCrmIds.crmId, linkWritten: referrers.crmLinkWritten })
    .from(personCrmIds)
    .innerJoin(
      referrers,
      and(
        eq(referrers.personId, personCrmIds.personId),
        eq(referrers.campaignId, campaignId),
        isNull(referrers.mergedInto),
      ),
    )
    .where(
      and(
        eq(personCrmIds.connectionId, connectionId),
        eq(personCrmIds.objectType, 'contact'),
        inArray(personCrmIds.crmId, ids),
      ),
    );
  const members = await tx
    .select({ crmId: syncMembers.crmId })
    .from(syncMembers)
    .where(and(eq(syncMembers.campaignId, campaignId), inArray(syncMembers.crmId, ids)));
  const skipped = await tx
    .select({ crmId: syncExceptions.crmId, skippedAt: syncExceptions.createdAt })
    .from(syncExceptions)
    .where(and(eq(syncExceptions.runId, syncRunId), inArray(syncExceptions.crmId, ids)));
  const links = new Map(enrolled.map(({ crmId, linkWritten }) => [crmId, linkWritten]));
  const skips = new Map(skipped.map(({ crmId, skippedAt }) => [crmId, skippedAt]));
  const listed = new Set(members.map(({ crmId }) => crmId));
  return new Map(
    ids
      .filter((crmId) => links.has(crmId) || skips.has(crmId) || listed.has(crmId))
      .map((crmId) => [
        crmId,
        {
          crmId,
          enrolled: links.has(crmId),
          linkWritten: links.get(crmId) ?? null,
          member: listed.has(crmId),
          skippedAt: skips.get(crmId) ?? null,
        },
      ]),
  );
}
