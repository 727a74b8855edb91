/** What a preview reads beside the dry run, and what becomes of its findings; see `activities/preview-pass.ts`. */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { syncChanges, syncRuns } from '../schema/campaigns.ts';
import { people, personCrmIds, referrers } from '../schema/people.ts';

/** The fields of a person that a sync fills, by their names in a mapping; null is empty. */
export interface PersonFields {
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  readonly language: string | null;
}

export interface KnownPerson {
  readonly personId: string;
  readonly emailKey: string | null;
  readonly fields: PersonFields;
}

const columns = {
  personId: people.id,
  emailKey: people.emailKey,
  fields: {
    email: people.email,
    first_name: people.firstName,
    last_name: people.lastName,
    phone: people.phone,
    language: people.language,
  },
};

/** Who these referrers are, by referrer. */
export async function peopleOfReferrers(
  tx: Tx,
  referrerIds: readonly string[],
): Promise<ReadonlyMap<string, KnownPerson>> {
  if (referrerIds.length === 0) return new Map();
  const rows = await tx
    .select({ referrerId: referrers.id, ...columns })
    .from(referrers)
    .innerJoin(people, eq(people.id, referrers.personId))
    .where(inArray(referrers.id, [...referrerIds]));
  return new Map(rows.map(({ referrerId, ...person }) => [referrerId, person]));
}

/** Those of these people who are there, by id. */
export async function peopleById(
  tx: Tx,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, KnownPerson>> {
  if (personIds.length === 0) return new Map();
  const rows = await tx
    .select(columns)
    .from(people)
    .where(inArray(people.id, [...personIds]));
  return new Map(rows.map((person) => [person.personId, person]));
}

/** Those of these contacts that are somebody's already. */
export async function knownContacts(
  tx: Tx,
  connectionId: string,
  crmIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (crmIds.length === 0) return new Set();
  const rows = await tx
    .select({ crmId: personCrmIds.crmId })
    .from(personCrmIds)
    .where(
      and(
        eq(personCrmIds.connectionId, connectionId),
        eq(personCrmIds.objectType, 'contact'),
        inArray(personCrmIds.crmId, [...crmIds]),
      ),
    );
  return new Set(rows.map(({ crmId }) => crmId));
}

/** What earlier pages of this preview found about people with these addresses, skipped contacts apart. */
export async function earlierFindings(
  tx: Tx,
  runId: string,
  emailKeys: readonly string[],
): Promise<readonly { readonly crmId: string; readonly emailKey: string | null }[]> {
  if (emailKeys.length === 0) return [];
  return tx
    .select({ crmId: syncChanges.crmId, emailKey: syncChanges.emailKey })
    .from(syncChanges)
    .where(
      and(
        eq(syncChanges.runId, runId),
        inArray(syncChanges.emailKey, [...emailKeys]),
        ne(syncChanges.outcome, 'skipped'),
      ),
    );
}

/** Other previews of the campaign of which findings are left. */
export async function earlierPreviews(
  tx: Tx,
  { campaignId, exceptRunId }: { readonly campaignId: string; readonly exceptRunId: string },
): Promise<readonly string[]> {
  const rows = await tx
    .select({ id: syncRuns.id })
    .from(syncRuns)
    .where(
      and(
        eq(syncRuns.campaignId, campaignId),
        eq(syncRuns.kind, 'preview'),
        ne(syncRuns.id, exceptRunId),
        sql`exists (select from sync_changes c where c.run_id = ${syncRuns.id})`,
      ),
    );
  return rows.map(({ id }) => id);
}

/** Few enough that the statement is short, many enough that a million rows are gone in seconds. */
const rowsPerDelete = 5_000;

/**
 * Deletes some of a preview's findings, those after this contact, so that it need not walk over what it deleted before.
 * Resolves with the last contact that went; null once there are none.
 */
export async function forgetSomeFindings(
  tx: Tx,
  { runId, afterCrmId }: { readonly runId: string; readonly afterCrmId: string | null },
): Promise<string | null> {
  const [row] = await tx.execute<{ last: string | null }>(sql`
    with gone as (
      delete from sync_changes where run_id = ${runId} and crm_id in (
        select crm_id from sync_changes where run_id = ${runId} and crm_id > ${afterCrmId ?? ''}
        order by crm_id limit ${rowsPerDelete})
      returning crm_id)
    select max(crm_id) as last from gone`);
  return row?.last ?? null;
}
