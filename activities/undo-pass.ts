import { updateRun } from '../db/queries/sync-runs.ts';
import { changesToUndo, countLeftToUndo } from '../db/queries/undo.ts';
import { invariant } from '../domain/invariant.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type Pass, walkPages } from './slice.ts';
import { type UndoContext, type UndoPage, undoPage } from './undo-page.ts';

/** HubSpot's batch read and batch update take so many records. */
const pageSize = 100;

/**
 * E4: takes back what another run wrote, where HubSpot still holds our value. Referrers and their links stay; HubSpot is
 * not kept current for them until a sync runs again. An edit that a person makes between our read of a page and our
 * write, a fraction of a second, is not seen.
 */
export const undoPass: Pass = async (deps, context) => {
  const { run, connection } = context;
  const { ofRunId } = run;
  invariant(ofRunId, 'an undo names its run');
  const { hubspot } = openFor(deps, connection, 'bulk');
  if (run.total === null) {
    await deps.db.inWorkspace(run.workspaceId, async (tx) =>
      updateRun(tx, run.id, { total: await countLeftToUndo(tx, ofRunId) }),
    );
  }
  const whole: UndoContext = { ...context, ofRunId, hubspot };
  return walkPages(deps, changedContacts(deps, whole), (page) => undoPage(deps, whole, page));
};

async function* changedContacts(
  deps: ActivityDependencies,
  { run, ofRunId: runId }: UndoContext,
): AsyncGenerator<UndoPage> {
  for (let from = run.cursor; ; ) {
    const rows = await deps.db.inWorkspace(run.workspaceId, (tx) =>
      changesToUndo(tx, { runId, afterCrmId: from }, pageSize + 1),
    );
    const records = rows.slice(0, pageSize);
    const after = rows.length > pageSize ? (records.at(-1)?.crmId ?? null) : null;
    yield { records, from, after };
    if (after === null) return;
    from = after;
  }
}
