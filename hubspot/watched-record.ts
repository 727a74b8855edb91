import type { WatchedReading } from '../domain/watched-reading.ts';
import { isHubSpotError } from './failures.ts';
import type { CrmRecord, HubSpot } from './gateway.ts';

/** The record that a rule watches, with the history that tells since when; null when HubSpot has it no more. */
export async function readWatchedRecord(
  hubspot: HubSpot,
  { object, id, watched, saleProperty }: WatchedReading,
): Promise<CrmRecord | null> {
  const history = [watched, ...(saleProperty === null ? [] : [saleProperty])];
  const properties = object === 'deal' ? [...history, 'deal_currency_code'] : history;
  try {
    return await (object === 'deal' ? hubspot.deals : hubspot.contacts).read(id, { properties, history });
  } catch (error) {
    if (isHubSpotError(error, 'not-found')) return null;
    throw error;
  }
}
