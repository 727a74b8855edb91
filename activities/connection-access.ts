import type { Tx } from '../db/client.ts';
import { type Connection, holdEpoch } from '../db/queries/connections.ts';
import { HubSpotError } from '../hubspot/failures.ts';
import type { HubSpot } from '../hubspot/gateway.ts';
import type { Lane } from '../hubspot/ports.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** HubSpot under the epoch that was just read; a closed connection is a failure that parks, not one that retries. */
export function openFor(
  deps: Pick<ActivityDependencies, 'openHubSpot'>,
  connection: Connection | null,
  lane: Lane,
): { readonly connection: Connection; readonly hubspot: HubSpot } {
  if (connection?.status === 'reconnect-needed') throw new HubSpotError({ kind: 'reconnect-needed' });
  if (connection?.status !== 'active') throw new HubSpotError({ kind: 'connection-closed' });
  return {
    connection,
    hubspot: deps.openHubSpot({ connectionId: connection.id, epoch: connection.epoch, lane }),
  };
}

/**
 * The second half of the fence: holds the connection's epoch until this transaction ends, so that what HubSpot
 * answered is stored only while the connection is still the one that asked. Throws `connection-closed`.
 */
export async function holdFence(tx: Tx, connection: Pick<Connection, 'id' | 'epoch'> | null): Promise<void> {
  if (!(connection && (await holdEpoch(tx, connection.id, connection.epoch)))) {
    throw new HubSpotError({ kind: 'connection-closed' });
  }
}
