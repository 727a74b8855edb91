import { updateRun } from '../db/queries/sync-runs.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { discardPage, enrolPage } from './enrolled-page.ts';
import { loadPageContext, type PageContext, pageProperties } from './page-context.ts';
import { type Pass, walkPages } from './slice.ts';
import { finishPage } from './sync-page.ts';
import { contactPages, oneAhead } from './sync-pages.ts';

/**
 * Enrols the contacts of the campaign's scope and gives each one its link. While HubSpot writes one page the next is
 * enrolled and the one after it is read; pages are recorded in their order.
 */
export const syncPass: Pass = async (deps, context) => {
  const { run, connection } = context;
  const { hubspot } = openFor(deps, connection, 'bulk');
  const page = await loadPageContext(deps, context, hubspot);
  if (run.total === null) await countScope(deps, page);
  const read = contactPages(hubspot, {
    listId: page.listId,
    from: run.cursor,
    properties: pageProperties(page),
  });
  const enrolled = oneAhead(
    read,
    (contacts) => enrolPage(deps, page, contacts),
    (done) => discardPage(deps, page, done),
  );
  return walkPages(deps, enrolled, (each) => finishPage(deps, page, each));
};

/** How many contacts there are to see; null where HubSpot does not tell it of the list. */
export async function countScope(
  deps: ActivityDependencies,
  { run, hubspot, listId }: PageContext,
): Promise<void> {
  const total = listId === null ? await hubspot.contacts.count() : (await hubspot.lists.read(listId)).size;
  await deps.db.inWorkspace(run.workspaceId, (tx) => updateRun(tx, run.id, { total }));
}
