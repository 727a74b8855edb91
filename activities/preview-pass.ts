import type { Tx } from '../db/client.ts';
import { earlierPreviews, forgetSomeFindings } from '../db/queries/preview.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { loadPageContext, type PageContext, pageProperties } from './page-context.ts';
import { previewPage } from './preview-page.ts';
import { type Pass, type RunContext, walkPages } from './slice.ts';
import { contactPages } from './sync-pages.ts';
import { countScope } from './sync-pass.ts';

/**
 * E4: says of each contact of the scope what a sync would do with it, and writes nothing but these findings. Like a
 * sync it goes page by page from its cursor.
 */
export const previewPass: Pass = async (deps, context) => {
  const { run, connection } = context;
  const { hubspot } = openFor(deps, connection, 'bulk');
  const page = await loadPageContext(deps, context, hubspot);
  if (run.total === null) await countScope(deps, page);
  await leaveOutGoneProperties(page);
  const pages = contactPages(hubspot, {
    listId: page.listId,
    from: run.cursor,
    properties: pageProperties(page),
  });
  return walkPages(deps, pages, (each) => previewPage(deps, page, each));
};

/** A sync learns from HubSpot's refusal which property it takes from nobody any more; a preview must ask. */
async function leaveOutGoneProperties({ hubspot, mappings, goneProperties }: PageContext): Promise<void> {
  const definitions = await hubspot.properties.list('contact');
  const writable = new Set(definitions.flatMap(({ name, readOnly }) => (readOnly ? [] : name)));
  for (const { property } of mappings) if (!writable.has(property)) goneProperties.add(property);
}

/**
 * The findings of a preview hold personal data and are of use until the next run over the scope: that one deletes
 * them, a bounded number at a time.
 */
export async function forgetEarlierPreviews(
  deps: ActivityDependencies,
  { run: { id: exceptRunId, workspaceId, campaignId } }: RunContext,
): Promise<void> {
  const inWorkspace = <T>(work: (tx: Tx) => Promise<T>) => deps.db.inWorkspace(workspaceId, work);
  for (const runId of await inWorkspace((tx) => earlierPreviews(tx, { campaignId, exceptRunId }))) {
    let afterCrmId: string | null = null;
    do {
      const from: string | null = afterCrmId;
      afterCrmId = await inWorkspace((tx) => forgetSomeFindings(tx, { runId, afterCrmId: from }));
      deps.heartbeat();
    } while (afterCrmId !== null && !deps.stopping());
  }
}
