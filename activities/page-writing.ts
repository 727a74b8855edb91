import type { SyncException } from '../db/queries/sync-runs.ts';
import type { HubSpot, RecordUpdate, RowFailure } from '../hubspot/gateway.ts';
import type { PageContext } from './page-context.ts';
import type { PlannedContact } from './planned-contact.ts';

/** HubSpot's batch update takes so many records. */
const batchSize = 100;

/** Codes by which HubSpot refuses a property whatever the value: it was deleted, archived or made read-only. */
const goneCodes: ReadonlySet<string | undefined> = new Set(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE']);

/**
 * Writes what a page changes. A property that HubSpot takes from nobody is left out, here and in all later pages of the
 * slice, and everything else is written. Resolves with the contacts that HubSpot refused, each with its reason. Safe to
 * repeat.
 */
export async function writePage(
  { hubspot, goneProperties }: Pick<PageContext, 'hubspot' | 'goneProperties'>,
  contacts: readonly PlannedContact[],
): Promise<ReadonlyMap<string, SyncException>> {
  const refused = new Map<string, SyncException>();
  let updates = contacts.flatMap(({ crmId, changes }) => updateOf(crmId, changes, goneProperties));
  while (updates.length > 0) {
    const byId = new Map(updates.map((update) => [update.id, update]));
    const again: RecordUpdate[] = [];
    for (const failure of await updateAll(hubspot, updates)) {
      const update = byId.get(failure.id);
      if (update && isGone(failure, update)) {
        goneProperties.add(failure.property);
        again.push(update);
      } else refused.set(failure.id, exceptionOf(failure));
    }
    // Each round leaves out one property more at least.
    updates = again.flatMap(({ id, properties }) => updateOf(id, properties, goneProperties));
  }
  return refused;
}

const isGone = (
  failure: RowFailure,
  { properties }: RecordUpdate,
): failure is RowFailure & { property: string } =>
  failure.property !== undefined && failure.property in properties && goneCodes.has(failure.code);

/** The update without gone properties; none where nothing is left. */
function updateOf(
  id: string,
  properties: Readonly<Record<string, { readonly after: string | null } | string | null>>,
  gone: ReadonlySet<string>,
): readonly RecordUpdate[] {
  const left = Object.entries(properties)
    .filter(([name]) => !gone.has(name))
    .map(
      ([name, value]) => [name, value !== null && typeof value === 'object' ? value.after : value] as const,
    );
  return left.length > 0 ? [{ id, properties: Object.fromEntries(left) }] : [];
}

async function updateAll(hubspot: HubSpot, updates: readonly RecordUpdate[]): Promise<readonly RowFailure[]> {
  const failures: RowFailure[] = [];
  for (let first = 0; first < updates.length; first += batchSize)
    failures.push(...(await hubspot.contacts.updateMany(updates.slice(first, first + batchSize))));
  return failures;
}

function exceptionOf({ id: crmId, kind, property, code }: RowFailure): SyncException {
  if (kind === 'not-found') return { crmId, reason: 'record-gone' };
  return { crmId, reason: 'refused-by-hubspot', detail: [kind, property, code].filter(Boolean).join(' ') };
}
