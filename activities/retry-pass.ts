import { countExceptions, listExceptions } from '../db/queries/sync-run-views.ts';
import { type SyncException, updateRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import type { CrmRecord } from '../hubspot/gateway.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { loadPageContext, type PageContext, pageProperties } from './page-context.ts';
import { type Pass, walkPages } from './slice.ts';
import { syncPage } from './sync-page.ts';
import type { ContactPage } from './sync-pages.ts';

/** HubSpot's batch read takes so many ids. */
const pageSize = 100;

/**
 * Takes up again what another run skipped, by the contacts' ids, with the same page work as a sync. Whether a contact is
 * still in the campaign's scope is not asked: the run that skipped it found it there.
 */
export const retryPass: Pass = async (deps, context) => {
  const { run, connection } = context;
  const { ofRunId, onlyReason: reason } = run;
  invariant(ofRunId, 'a retry names its run');
  const { hubspot } = openFor(deps, connection, 'bulk');
  const page = await loadPageContext(deps, context, hubspot);
  if (run.total === null) {
    await deps.db.inWorkspace(run.workspaceId, async (tx) =>
      updateRun(tx, run.id, { total: await countExceptions(tx, { runId: ofRunId, reason }) }),
    );
  }
  return walkPages(deps, skippedContacts(deps, page, ofRunId), (each) => syncPage(deps, page, each));
};

async function* skippedContacts(
  deps: ActivityDependencies,
  context: PageContext,
  runId: string,
): AsyncGenerator<ContactPage> {
  const { run, hubspot } = context;
  const properties = pageProperties(context);
  for (let from = run.cursor; ; ) {
    const rows = await deps.db.inWorkspace(run.workspaceId, (tx) =>
      listExceptions(tx, { runId, reason: run.onlyReason, afterCrmId: from }, pageSize + 1),
    );
    const asked = rows.slice(0, pageSize).map(({ crmId }) => crmId);
    const after = rows.length > pageSize ? (asked.at(-1) ?? null) : null;
    const lookups = asked.length > 0 ? await hubspot.contacts.readMany(asked, { properties }) : [];
    // Two that were merged since are one record by now.
    const records = new Map<string, CrmRecord>();
    const exceptions: SyncException[] = [];
    for (const { askedId, record } of lookups) {
      if (record) records.set(record.id, record);
      else exceptions.push({ crmId: askedId, reason: 'record-gone' });
    }
    yield { records: [...records.values()], exceptions, from, after };
    if (after === null) return;
    from = after;
  }
}
