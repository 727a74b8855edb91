import { forgetEdits, recordEdits } from '../db/queries/crm-edits.ts';
import { lookUpByIndex, recordWritten } from '../db/queries/enrolments.ts';
import { recordChanges } from '../db/queries/sync-changes.ts';
import { forgetIntents } from '../db/queries/sync-intents.ts';
import { advanceRun, type RunProgress, recordExceptions } from '../db/queries/sync-runs.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type EnrolledPage, enrolPage, pageKey } from './enrolled-page.ts';
import { overtakeDrain } from './overtaken-writes.ts';
import type { PageContext } from './page-context.ts';
import { pageOutcome } from './page-outcome.ts';
import { writePage } from './page-writing.ts';
import type { ContactPage } from './sync-pages.ts';

/**
 * One page: enrol in a transaction; write to HubSpot what differs; record what was written, the exceptions and the
 * cursor in a second transaction. A crash repeats one page, and nothing of it happens twice. Resolves with how far the
 * run came.
 */
export async function syncPage(
  deps: ActivityDependencies,
  context: PageContext,
  page: ContactPage,
): Promise<RunProgress> {
  return finishPage(deps, context, await enrolPage(deps, context, page));
}

/** The second half of a page: the write, and the transaction that records it. Safe to repeat. */
export async function finishPage(
  deps: ActivityDependencies,
  context: PageContext,
  page: EnrolledPage,
): Promise<RunProgress> {
  const { run, connection } = context;
  const refused = await writePage(context, page.contacts);
  const outcome = pageOutcome(page.contacts, refused, context);
  const { linked, unchanged } = outcome;
  return deps.db.inWorkspace(run.workspaceId, async (tx) => {
    // One round trip for all; the first that fails undoes the others.
    const [, , , , , , , , advanced] = await Promise.all([
      holdFence(tx, connection),
      lookUpByIndex(tx),
      recordWritten(tx, outcome.written),
      recordChanges(tx, run, outcome.changes),
      recordEdits(tx, run, outcome.edits),
      forgetEdits(tx, connection.id, outcome.ours),
      recordExceptions(tx, run, [...page.skipped, ...outcome.exceptions]),
      forgetIntents(tx, run.id, intentsOf(page, context)),
      advanceRun(
        tx,
        run.id,
        page.after,
        // Who was enrolled is counted where they were, so that a repeated page loses none.
        { seen: page.records.length + (page.exceptions?.length ?? 0), enrolled: 0, linked, unchanged },
        page.from === undefined ? undefined : { cursor: page.from },
      ),
    ]);
    if (advanced === null) throw new OvertakenSlice();
    await overtakeDrain(deps, tx, context, { contacts: page.contacts, changes: outcome.changes });
    return advanced;
  });
}

/** Another worker holds the same slice and was faster; what this one did was the same, and is recorded there. */
export class OvertakenSlice extends Error {
  override readonly name = 'OvertakenSlice';
}

/** This page's own, and those of attempts that died and had any of its contacts. */
const intentsOf = (page: EnrolledPage, { leftOver }: PageContext): readonly string[] => [
  ...new Set([pageKey(page), ...page.records.flatMap(({ id }) => leftOver.get(id)?.page ?? [])]),
];
