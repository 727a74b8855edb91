import { eq, sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { oauthStates } from '../../schema/connections.ts';

export type StateUse =
  | { readonly kind: 'fresh'; readonly workspaceId: string }
  | { readonly kind: 'unknown' | 'used' | 'expired' };

/** Takes a one-time state; of two callbacks with the same state one gets it, whatever runs at once. */
export async function takeState(db: SystemDatabase, stateHash: string): Promise<StateUse> {
  const [taken] = await db.execute<{ workspace_id: string }>(sql`
    update oauth_states set used_at = now()
    where state_hash = ${stateHash} and used_at is null and expires_at > now()
    returning workspace_id`);
  if (taken) return { kind: 'fresh', workspaceId: taken.workspace_id };
  const [known] = await db.select().from(oauthStates).where(eq(oauthStates.stateHash, stateHash));
  if (!known) return { kind: 'unknown' };
  return { kind: known.usedAt === null ? 'expired' : 'used' };
}
