import type { Tx } from '../client.ts';
import { oauthStates } from '../schema/connections.ts';

/** A state lives long enough to read HubSpot's consent page, and no longer. */
const lifetimeMs = 10 * 60_000;

export async function insertState(
  tx: Tx,
  row: { stateHash: string; workspaceId: string } & ({ apiKeyId: string } | { sessionId: string }),
): Promise<void> {
  const now = Date.now();
  await tx.insert(oauthStates).values({
    ...row,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + lifetimeMs).toISOString(),
  });
}
