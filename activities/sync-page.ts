import { randomInt } from 'node:crypto';
import type { Tx } from '../db/client.ts';
import type { Campaign } from '../db/queries/campaigns.ts';
import type { Connection } from '../db/queries/connections.ts';
import { type ContactToEnrol, enrolContacts, recordWrittenLinks } from '../db/queries/enrolments.ts';
import { referrerFigures } from '../db/queries/referrers.ts';
import { referralLink, reflectedFields } from '../db/queries/reflection.ts';
import {
  advanceRun,
  lockRun,
  recordExceptions,
  type SyncException,
  type SyncRun,
} from '../db/queries/sync-runs.ts';
import { emailKey } from '../domain/email.ts';
import type { FieldMapping } from '../domain/field-mapping.ts';
import { invariant } from '../domain/invariant.ts';
import { newLinkCode } from '../domain/link-code.ts';
import type { CrmRecord, HubSpot, RecordUpdate } from '../hubspot/gateway.ts';
import { holdFence } from './connection-access.ts';
import type { ContactFields } from './contact-fields.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ContactPage } from './sync-pages.ts';

export interface PageContext {
  readonly run: SyncRun;
  readonly campaign: Campaign;
  readonly connection: Connection;
  readonly hubspot: HubSpot;
  readonly fields: ContactFields;
  readonly mappings: readonly FieldMapping[];
}

/** What one contact's record shall hold, and who it is. */
interface WantedRecord extends RecordUpdate {
  readonly referrerId: string;
  readonly link: string;
  readonly enrolled: boolean;
}

/**
 * One page: enrol in a transaction; write to HubSpot what differs; record what was written, the exceptions and the
 * cursor in a second transaction. A crash repeats one page, and nothing of it happens twice. Returns the run's row.
 */
export async function syncPage(
  deps: ActivityDependencies,
  context: PageContext,
  page: ContactPage,
): Promise<SyncRun> {
  const { run, hubspot } = context;
  const { contacts, exceptions } = readable(page.records, context.fields);
  const { wanted, duplicates } = await deps.db.inWorkspace(run.workspaceId, (tx) =>
    enrol(deps, tx, context, contacts),
  );
  const byId = new Map(page.records.map((record) => [record.id, record]));
  const differing = wanted.flatMap((each) => {
    const held = byId.get(each.id)?.properties ?? {};
    const properties = Object.fromEntries(
      Object.entries(each.properties).filter(([name, value]) => (held[name] ?? '') !== value),
    );
    return Object.keys(properties).length > 0 ? [{ ...each, properties }] : [];
  });
  const refused = await writeInBatches(hubspot, differing);
  const written = wanted.filter(({ id }) => !refused.has(id));
  return deps.db.inWorkspace(run.workspaceId, async (tx) => {
    await holdFence(tx, context.connection);
    await lockRun(tx, run.id);
    await recordWrittenLinks(tx, written);
    await recordExceptions(tx, run, [
      ...exceptions,
      ...duplicates.map((crmId) => ({ crmId, reason: 'duplicate-email' })),
      ...refused.values(),
    ]);
    await advanceRun(tx, run.id, page.after, {
      seen: page.records.length,
      enrolled: wanted.filter(({ enrolled }) => enrolled).length,
      linked: differing.length - refused.size,
      unchanged: wanted.length - differing.length,
    });
    const now = await lockRun(tx, run.id);
    invariant(now, 'the sync run exists');
    return now;
  });
}

/** Contacts that can be enrolled, one per address; the others are listed by reason, never silently dropped. */
function readable(records: readonly CrmRecord[], fields: ContactFields) {
  const contacts = new Map<string, ContactToEnrol>();
  const exceptions: SyncException[] = [];
  for (const { id: crmId, properties } of records) {
    const email = properties[fields.email];
    if (!email) {
      exceptions.push({ crmId, reason: 'no-email' });
      continue;
    }
    const key = emailKey(email);
    if (key === null) exceptions.push({ crmId, reason: 'invalid-email' });
    else if (contacts.has(key)) exceptions.push({ crmId, reason: 'duplicate-email' });
    else {
      contacts.set(key, {
        crmId,
        email: email.trim(),
        emailKey: key,
        firstName: properties[fields.first_name] ?? null,
        lastName: properties[fields.last_name] ?? null,
        phone: (fields.phone && properties[fields.phone]) ?? null,
        language: (fields.language && properties[fields.language]) ?? null,
      });
    }
  }
  return { contacts: [...contacts.values()], exceptions };
}

async function enrol(
  deps: ActivityDependencies,
  tx: Tx,
  context: PageContext,
  contacts: readonly ContactToEnrol[],
): Promise<{ wanted: readonly WantedRecord[]; duplicates: readonly string[] }> {
  const { run, campaign, connection, mappings } = context;
  await holdFence(tx, context.connection);
  const enrolment = await enrolContacts(tx, {
    workspaceId: run.workspaceId,
    campaignId: campaign.id,
    connectionId: connection.id,
    contacts,
    newCode: () => newLinkCode(randomInt),
  });
  const figures = await referrerFigures(
    tx,
    enrolment.contacts.map(({ referrerId }) => referrerId),
  );
  const byReferrer = new Map(figures.map((each) => [each.referrerId, each]));
  const wanted = enrolment.contacts.flatMap(({ crmId, referrerId, enrolled }) => {
    const theirs = byReferrer.get(referrerId);
    if (!theirs) return [];
    const fields = reflectedFields(theirs, deps.publicUrl);
    const properties = Object.fromEntries(
      mappings.flatMap(({ property, source }) => {
        const value = source.kind === 'fixed' ? source.value : fields[source.field];
        return value === undefined ? [] : [[property, value]];
      }),
    );
    return [{ id: crmId, properties, referrerId, enrolled, link: referralLink(deps.publicUrl, theirs.code) }];
  });
  return { wanted, duplicates: enrolment.duplicates };
}

async function writeInBatches(
  hubspot: HubSpot,
  updates: readonly RecordUpdate[],
): Promise<Map<string, SyncException>> {
  const refused = new Map<string, SyncException>();
  for (let first = 0; first < updates.length; first += 100) {
    const batch = updates.slice(first, first + 100).map(({ id, properties }) => ({ id, properties }));
    for (const { id, kind, property, code } of await hubspot.contacts.updateMany(batch)) {
      const detail = [kind, property, code].filter(Boolean).join(' ');
      refused.set(id, { crmId: id, reason: 'refused-by-hubspot', detail });
    }
  }
  return refused;
}
