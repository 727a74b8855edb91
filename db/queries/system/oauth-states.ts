import { eq, sql } from 'drizzle-orm';
import { isAfter, toInstant } from '../../../domain/time.ts';
import type { SystemDatabase } from '../../client.ts';
import { oauthStates } from '../../schema/connections.ts';

export type StateUse =
  | { readonly kind: 'fresh'; readonly workspaceId: string }
  /**
   * `key-revoked`: whoever asked may not connect any more. `other-session`: it was asked for in a session that this
   * browser is not signed in with, so somebody may be lured into connecting their account to another's workspace.
   */
  | { readonly kind: 'unknown' | 'used' | 'expired' | 'key-revoked' | 'other-session' };

/** Takes a one-time state; of two callbacks with the same state one gets it, whatever runs at once. */
export async function takeState(
  db: SystemDatabase,
  { stateHash, sessionId }: { readonly stateHash: string; readonly sessionId: string | null },
): Promise<StateUse> {
  const [taken] = await db.execute<{ workspace_id: string }>(sql`
    update oauth_states set used_at = now()
    where state_hash = ${stateHash} and used_at is null and expires_at > now()
      and (session_id = ${sessionId}
        or exists (select 1 from api_keys k where k.id = oauth_states.api_key_id and k.revoked_at is null))
    returning workspace_id`);
  if (taken) return { kind: 'fresh', workspaceId: taken.workspace_id };
  const [known] = await db.select().from(oauthStates).where(eq(oauthStates.stateHash, stateHash));
  if (!known) return { kind: 'unknown' };
  if (known.usedAt !== null) return { kind: 'used' };
  if (!isAfter(known.expiresAt, toInstant(Date.now()))) return { kind: 'expired' };
  return { kind: known.apiKeyId === null ? 'other-session' : 'key-revoked' };
}
