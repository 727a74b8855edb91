import { eq } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { SystemDatabase } from '../../client.ts';
import { apiKeys } from '../../schema/api-keys.ts';
import { workspaces } from '../../schema/workspaces.ts';

export type ApiKey = typeof apiKeys.$inferSelect;

/** By the id that the key itself names; the caller compares the hash. */
export async function findApiKey(db: SystemDatabase, id: string): Promise<ApiKey | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id));
  return row ?? null;
}

/** `last_used_at` is good to the minute, so that a busy key does not cost a write per request. */
const touchEveryMs = 60_000;

export async function touchApiKey(db: SystemDatabase, { id, lastUsedAt }: ApiKey): Promise<void> {
  const now = Date.now();
  if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < touchEveryMs) return;
  await db
    .update(apiKeys)
    .set({ lastUsedAt: new Date(now).toISOString() })
    .where(eq(apiKeys.id, id));
}

/** A workspace with its first key, both or neither. */
export async function insertWorkspaceWithKey(
  db: SystemDatabase,
  input: { readonly name: string; readonly keyId: string; readonly secretHash: string },
): Promise<{ workspaceId: string }> {
  const workspaceId = newId();
  const createdAt = new Date().toISOString();
  await db.transaction(async (tx) => {
    await tx.insert(workspaces).values({ id: workspaceId, name: input.name, createdAt });
    await tx
      .insert(apiKeys)
      .values({ id: input.keyId, workspaceId, name: 'first key', secretHash: input.secretHash, createdAt });
  });
  return { workspaceId };
}
