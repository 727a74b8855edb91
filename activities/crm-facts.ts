import type { Tx } from '../db/client.ts';
import { markRead, rememberDealId } from '../db/queries/crm-entries.ts';
import { rememberContactId } from '../db/queries/people.ts';
import type { QualificationFacts } from '../domain/qualification.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { CrmRecord, HubSpot, PropertyVersion } from '../hubspot/gateway.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ReferralContext } from './referral-context.ts';

export interface FactsRead {
  readonly facts: QualificationFacts;
  /** False when there was nothing to ask HubSpot. */
  readonly asked: boolean;
  /** Stores what the read taught: a newer id after a merge, and how new the record was. */
  remember(tx: Tx): Promise<void>;
}

/** Reads what the pinned rule looks at: one record with the history of the watched and the sale-value property. */
export async function readFacts(
  deps: ActivityDependencies,
  context: ReferralContext,
  asOf: string,
): Promise<FactsRead> {
  const { referral, rules, qualification: last, connection } = context;
  const { qualification: rule, saleValue } = rules;
  const object = rule.kind === 'deal-stage' ? 'deal' : 'contact';
  const entry = object === 'deal' ? context.dealEntry : context.contactEntry;
  const id = object === 'deal' ? context.dealId : context.contactId;
  const base = {
    signedUpAt: referral.signedUpAt,
    createdByUs: entry?.outcome === 'created',
    asOf,
    alreadyQualified: referral.alreadyQualified,
    // After a reversal only what comes later counts.
    after: last?.reversedAt ?? null,
  };
  if (rule.kind === 'manual' || id === null) {
    return {
      facts: { ...base, record: null, saleValue: null },
      asked: false,
      remember: async () => undefined,
    };
  }
  const { hubspot, connection: open } = openFor(deps, connection, 'interactive');
  const watched = rule.kind === 'deal-stage' ? 'dealstage' : rule.property;
  const saleProperty = saleValue?.object === object ? saleValue.property : null;
  const record = await readOrNull(hubspot, object, id, [watched, ...(saleProperty ? [saleProperty] : [])]);
  return {
    asked: true,
    facts: {
      ...base,
      record: {
        id: record?.id ?? id,
        exists: record !== null,
        createdAt: record?.createdAt ?? null,
        ...versions(record, watched),
      },
      saleValue: saleProperty
        ? {
            property: saleProperty,
            ...versions(record, saleProperty),
            currency: record?.properties['deal_currency_code'] ?? open.currency,
          }
        : null,
    },
    remember: async (tx) => {
      if (!record || !connection) return;
      const owner = { workspaceId: referral.workspaceId, connectionId: connection.id };
      if (record.id !== id && object === 'contact') {
        await rememberContactId(tx, { ...owner, personId: referral.personId, crmId: record.id });
      }
      if (record.id !== id && object === 'deal') {
        await rememberDealId(tx, { ...owner, referralId: referral.id, crmId: record.id });
      }
      if (entry) await markRead(tx, entry.id, record.updatedAt);
    },
  };
}

const versions = (
  record: CrmRecord | null,
  property: string,
): { value: string | null; history: readonly PropertyVersion[] } => ({
  value: record?.properties[property] ?? null,
  history: record?.history[property] ?? [],
});

async function readOrNull(
  hubspot: HubSpot,
  object: 'contact' | 'deal',
  id: string,
  history: readonly string[],
): Promise<CrmRecord | null> {
  const properties = object === 'deal' ? [...history, 'deal_currency_code'] : history;
  try {
    return await (object === 'deal' ? hubspot.deals : hubspot.contacts).read(id, { properties, history });
  } catch (error) {
    if (isHubSpotError(error, 'not-found')) return null;
    throw error;
  }
}
