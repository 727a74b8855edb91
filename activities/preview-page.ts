import type { Tx } from '../db/client.ts';
import {
  earlierFindings,
  type KnownPerson,
  knownContacts,
  peopleById,
  peopleOfReferrers,
} from '../db/queries/preview.ts';
import { type RecordedChange, recordChanges } from '../db/queries/sync-changes.ts';
import { advanceRun, type RunProgress } from '../db/queries/sync-runs.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type EnrolledPage, enrolPage } from './enrolled-page.ts';
import type { PageContext } from './page-context.ts';
import { type Found, findingOf, skipped } from './preview-finding.ts';
import { OvertakenSlice } from './sync-page.ts';
import type { ContactPage } from './sync-pages.ts';

/**
 * One page of a preview: the sync's own enrolment is carried out and rolled back, so that a preview cannot tell another
 * story than the sync. Its findings and the cursor are one transaction: a page that is repeated was not there before.
 */
export async function previewPage(
  deps: ActivityDependencies,
  context: PageContext,
  page: ContactPage,
): Promise<RunProgress> {
  const { run, connection } = context;
  return deps.db.inWorkspace(run.workspaceId, async (tx) => {
    const { enrolled, after } = await dryRun(deps, tx, context, page);
    const found = await look(tx, context, enrolled, after);
    const findings = [
      ...enrolled.skipped.map(({ crmId, reason }) => skipped(crmId, reason)),
      ...enrolled.contacts.map((contact) =>
        findingOf(contact, found, { mappings: context.mappings, publicUrl: deps.publicUrl }),
      ),
    ];
    await holdFence(tx, connection);
    await recordChanges(tx, run, onePerContact(findings));
    const seen = page.records.length + (page.exceptions?.length ?? 0);
    const counts = { seen, enrolled: 0, linked: 0, unchanged: 0 };
    const advanced = await advanceRun(
      tx,
      run.id,
      page.after,
      counts,
      page.from === undefined ? undefined : { cursor: page.from },
    );
    if (advanced === null) throw new OvertakenSlice();
    return advanced;
  });
}

interface DryRun {
  readonly enrolled: EnrolledPage;
  /** Who the referrers would be, and what we would know of them. */
  readonly after: ReadonlyMap<string, KnownPerson>;
}

class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** Enrols the page inside a savepoint that is always rolled back: people, referrers and links leave no trace. */
async function dryRun(
  deps: ActivityDependencies,
  tx: Tx,
  context: PageContext,
  page: ContactPage,
): Promise<DryRun> {
  let result: DryRun | null = null;
  try {
    await tx.transaction(async (dry) => {
      const inside: ActivityDependencies = { ...deps, db: { inWorkspace: (_, work) => work(dry) } };
      const enrolled = await enrolPage(inside, context, page);
      const after = await peopleOfReferrers(
        dry,
        enrolled.contacts.map(({ referrerId }) => referrerId),
      );
      result = { enrolled, after };
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  if (result === null) throw new Error('A dry run ended without a result');
  return result;
}

async function look(
  tx: Tx,
  { run, connection }: PageContext,
  { contacts }: EnrolledPage,
  after: DryRun['after'],
): Promise<Found> {
  const persons = [...after.values()];
  const findings = await earlierFindings(
    tx,
    run.id,
    persons.flatMap(({ emailKey }) => emailKey ?? []),
  );
  return {
    after,
    before: await peopleById(
      tx,
      persons.map(({ personId }) => personId),
    ),
    knownContacts: await knownContacts(
      tx,
      connection.id,
      contacts.map(({ crmId }) => crmId),
    ),
    earlier: new Map(findings.flatMap(({ crmId, emailKey }) => (emailKey ? [[emailKey, crmId]] : []))),
  };
}

const onePerContact = (findings: readonly RecordedChange[]): readonly RecordedChange[] => [
  ...new Map(findings.map((finding) => [finding.crmId, finding])).values(),
];
