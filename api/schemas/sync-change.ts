import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { type Connection, loadConnection } from '../../db/queries/connections.ts';
import type { SyncChange } from '../../db/queries/sync-change-views.ts';
import type { ListedException } from '../../db/queries/sync-run-views.ts';
import type { SyncRun } from '../../db/queries/sync-runs.ts';
import { invariant } from '../../domain/invariant.ts';
import { describeSkip, type SkipReason, skipReasons } from '../../domain/sync.ts';
import { describeUndo, undoOutcomes } from '../../domain/sync-undo.ts';
import { recordUrl } from '../../hubspot/record-url.ts';
import { pageQuery } from './shared.ts';

const changeOutcomes = ['create', 'update', 'unchanged', 'skipped'] as const;

/** Lists of contacts go by HubSpot's id. */
const byContact = pageQuery.extend({
  after: z
    .string()
    .regex(/^\d{1,20}$/, 'Pass the `next` of the page before.')
    .optional()
    .describe('the `next` of the page before'),
});

export const exceptionsFilter = z.strictObject({ reason: z.enum(skipReasons).optional() });
export const exceptionsQuery = byContact.extend(exceptionsFilter.shape);
export const changesQuery = byContact.extend({
  outcome: z.enum(changeOutcomes).optional(),
  undo: z.enum(undoOutcomes).optional(),
});

const value = z.string().nullable().describe('null is empty');

export const changeView = z
  .object({
    contactId: z.string(),
    hubspotUrl: z.url().describe('the contact in HubSpot'),
    outcome: z.enum(changeOutcomes).describe('`create`: becomes a referrer'),
    reason: z.string().nullable().describe('why it is skipped, or why a value is left alone'),
    sentence: z.string().nullable().describe('the reason for people'),
    properties: z
      .record(z.string(), z.object({ before: value, after: value, undone: z.boolean() }))
      .describe('HubSpot properties that change, by name; a link that is not made yet ends in `/r/…`'),
    fields: z
      .record(z.string(), z.object({ before: value, after: value }))
      .describe('fields of ours that change, by name; only previews tell'),
    undo: z.enum(undoOutcomes).nullable().describe('what an undo did'),
    undoSentence: z.string().nullable(),
  })
  .meta({ id: 'SyncChange' });

export const exceptionView = z
  .object({
    contactId: z.string(),
    hubspotUrl: z.url().describe('the contact in HubSpot'),
    reason: z.string(),
    sentence: z.string().describe('the reason for people'),
    detail: z.string().nullable().describe('property and code, where HubSpot refused'),
  })
  .meta({ id: 'SkippedContact' });

type Account = Pick<Connection, 'uiDomain' | 'portalId'>;

/** The HubSpot account in which the contacts of a run are. */
export async function accountOf(tx: Tx, { connectionId }: Pick<SyncRun, 'connectionId'>): Promise<Account> {
  const connection = await loadConnection(tx, connectionId);
  invariant(connection, 'a sync run has its connection');
  return connection;
}

export const showChange =
  (account: Account) =>
  (change: SyncChange): z.output<typeof changeView> => ({
    contactId: change.crmId,
    hubspotUrl: contactUrl(account, change.crmId),
    outcome: change.outcome,
    reason: change.reason,
    sentence: change.reason && describeSkip(change.reason as SkipReason),
    properties: Object.fromEntries(
      Object.entries(change.properties).map(([name, { before, after, undone = false }]) => [
        name,
        { before, after, undone },
      ]),
    ),
    fields: change.fields ?? {},
    undo: change.undo,
    undoSentence: change.undo && describeUndo(change.undo),
  });

export const showException =
  (account: Account) =>
  ({ crmId, reason, detail }: ListedException): z.output<typeof exceptionView> => ({
    contactId: crmId,
    hubspotUrl: contactUrl(account, crmId),
    reason,
    sentence: describeSkip(reason as SkipReason),
    detail,
  });

const contactUrl = (account: Account, id: string) => recordUrl(account, { objectType: 'contact', id });
