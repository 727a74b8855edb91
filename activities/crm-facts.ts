import type { Tx } from '../db/client.ts';
import { markRead, rememberDealId } from '../db/queries/crm-entries.ts';
import type { QualificationFacts } from '../domain/qualification.ts';
import { qualificationFacts, watchedReading } from '../domain/watched-reading.ts';
import { readWatchedRecord } from '../hubspot/watched-record.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { followContacts } from './identity.ts';
import type { ReferralContext } from './referral-context.ts';

export interface FactsRead {
  readonly facts: QualificationFacts;
  /** False when there was nothing to ask HubSpot. */
  readonly asked: boolean;
  /** Stores what the read taught: a newer id of a merged deal, and how new the record was. */
  remember(tx: Tx): Promise<void>;
}

/**
 * Reads what the pinned rule looks at: one record with the history of the watched and the sale-value property. A contact
 * that is gone, or another one than we thought, is followed at once; where that changes whose referral this is, the
 * decision number has moved on, so that nothing is decided or claimed upon this reading.
 */
export async function readFacts(
  deps: ActivityDependencies,
  context: ReferralContext,
  asOf: string,
): Promise<FactsRead> {
  const { referral, connection } = context;
  const reading = watchedReading(context);
  if (reading === null) {
    return {
      facts: qualificationFacts(context, null, { record: null, currency: null, asOf }),
      asked: false,
      remember: async () => undefined,
    };
  }
  const { object, id } = reading;
  const { hubspot, connection: open } = openFor(deps, connection, 'interactive');
  const record = await readWatchedRecord(hubspot, reading);
  const isOther = record === null || record.id !== id || !context.isContactLive;
  if (object === 'contact' && isOther) await followContacts(deps, open, [{ askedId: id, record }]);
  const entry = object === 'deal' ? context.dealEntry : context.contactEntry;
  return {
    asked: true,
    facts: qualificationFacts(context, reading, { record, currency: open.currency, asOf }),
    remember: async (tx) => {
      if (!record || !connection) return;
      const owner = { workspaceId: referral.workspaceId, connectionId: connection.id };
      if (record.id !== id && object === 'deal') {
        await rememberDealId(tx, { ...owner, referralId: referral.id, crmId: record.id });
      }
      if (entry) await markRead(tx, entry.id, record.updatedAt);
    },
  };
}
