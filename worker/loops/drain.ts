import type { Logger } from 'pino';
import type { SystemDatabase } from '../../db/client.ts';
import { holdEpoch } from '../../db/queries/connections.ts';
import {
  type CrmWrite,
  connectionsToDrain,
  dueWrites,
  markRefused,
  markSent,
  takeDrainLock,
} from '../../db/queries/system/drain.ts';
import { isHubSpotError } from '../../hubspot/failures.ts';
import type { HubSpot, OpenHubSpot, RecordUpdate, RowFailure } from '../../hubspot/gateway.ts';

interface DrainDependencies {
  readonly db: SystemDatabase;
  readonly openHubSpot: OpenHubSpot;
  readonly log: Logger;
}

const recordsPerCall = 100;

/**
 * Sends what HubSpot shall hold (links, counters), newest version of each value, one call per hundred records. A crash
 * after the call sends the same values again, which changes nothing. True when there may be more.
 */
export async function drainCrmWrites({ db, openHubSpot, log }: DrainDependencies): Promise<boolean> {
  let more = false;
  for (const connection of await connectionsToDrain(db)) {
    const { connectionId } = connection;
    const hubspot = openHubSpot({ ...connection, lane: 'bulk' });
    try {
      for (const objectType of ['contact', 'deal'] as const) {
        more = (await drainOnce(db, hubspot, connection, objectType)) || more;
      }
    } catch (error) {
      if (!isHubSpotError(error)) throw error;
      log.warn({ connectionId, kind: error.kind }, 'the drain waits for HubSpot');
    }
  }
  return more;
}

type Drained = Awaited<ReturnType<typeof connectionsToDrain>>[number];

function drainOnce(
  db: SystemDatabase,
  hubspot: HubSpot,
  { connectionId, epoch }: Drained,
  objectType: CrmWrite['objectType'],
): Promise<boolean> {
  return db.transaction(async (tx) => {
    if (!(await takeDrainLock(tx, connectionId))) return false;
    const writes = await dueWrites(tx, connectionId, objectType, recordsPerCall);
    if (writes.length === 0) return false;
    const byRecord = Map.groupBy(writes, ({ objectId }) => objectId);
    const updates: RecordUpdate[] = [...byRecord].map(([id, values]) => ({
      id,
      properties: Object.fromEntries(values.map(({ property, value }) => [property, value])),
    }));
    const client = objectType === 'contact' ? hubspot.contacts : hubspot.deals;
    const refused = new Map((await client.updateMany(updates)).map((failure) => [failure.id, failure]));
    // What HubSpot answered to a connection that is closed by now changes nothing.
    if (!(await holdEpoch(tx, connectionId, epoch))) return false;
    await markSent(
      tx,
      writes.filter(({ objectId }) => !refused.has(objectId)),
    );
    let left = false;
    for (const [id, failure] of refused) {
      const values = byRecord.get(id) ?? [];
      const blamed = blamedValues(values, failure);
      await markRefused(tx, blamed, [failure.kind, failure.property, failure.code].filter(Boolean).join(' '));
      left ||= blamed.length < values.length;
    }
    return left || byRecord.size === recordsPerCall;
  });
}

/** HubSpot refuses a record as a whole: where it names a property, the other values are sent again without that one. */
function blamedValues(values: readonly CrmWrite[], { property }: RowFailure): readonly CrmWrite[] {
  const named = values.filter((value) => value.property === property);
  return named.length > 0 ? named : values;
}
