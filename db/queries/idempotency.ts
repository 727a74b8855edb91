import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { idempotencyKeys } from '../schema/api-keys.ts';

export interface KeyAddress {
  readonly workspaceId: string;
  /** Method and route pattern, such as `POST /api/v1/campaigns`. */
  readonly route: string;
  readonly key: string;
}

/** Answers are replayed for this long; afterwards a key is as good as new. */
const keptHours = 24;

/** True when no other transaction works under this key; held until this one ends. */
export async function claimKey(tx: Tx, { workspaceId, route, key }: KeyAddress): Promise<boolean> {
  const [row] = await tx.execute<{ taken: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${`${workspaceId}/${route}/${key}`}, 3)) as taken`,
  );
  return row?.taken ?? false;
}

export async function findAnswer(
  tx: Tx,
  address: KeyAddress,
): Promise<{ requestHash: string; status: number; response: string } | null> {
  await tx
    .delete(idempotencyKeys)
    .where(
      and(sameKey(address), sql`${idempotencyKeys.createdAt} < now() - make_interval(hours => ${keptHours})`),
    );
  const [row] = await tx.select().from(idempotencyKeys).where(sameKey(address));
  if (!row || row.status === null || row.response === null) return null;
  return { requestHash: row.requestHash, status: row.status, response: row.response };
}

export async function storeAnswer(
  tx: Tx,
  answer: KeyAddress & { readonly requestHash: string; readonly status: number; readonly response: string },
): Promise<void> {
  await tx.insert(idempotencyKeys).values({ ...answer, createdAt: new Date().toISOString() });
}

const sameKey = ({ workspaceId, route, key }: KeyAddress) =>
  and(
    eq(idempotencyKeys.workspaceId, workspaceId),
    eq(idempotencyKeys.route, route),
    eq(idempotencyKeys.key, key),
  );
