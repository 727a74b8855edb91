import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Tx } from '../../db/client.ts';
import { claimKey, findAnswer, storeAnswer } from '../../db/queries/idempotency.ts';
import { sha256 } from '../api-key.ts';
import { Problem } from '../problem.ts';

interface Created<T> {
  readonly status: number;
  readonly body: T;
}

/**
 * Runs the effect of a POST in one transaction of its workspace. With an `Idempotency-Key` the answer is stored in that
 * same transaction: the same request again gets it back for 24 hours, another request under the key is 422, and one
 * that is still running is 409. An error stores nothing, so the key may be used again.
 */
export async function createOnce<T>(
  database: Database,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  effect: (tx: Tx) => Promise<Created<T>>,
): Promise<T> {
  const key = keyOf(request);
  const { workspaceId } = request;
  const made = await database.app.inWorkspace(workspaceId, async (tx) => {
    if (key === null) return effect(tx);
    const row = { workspaceId, route: `${request.method} ${request.routeOptions.url}`, key };
    if (!(await claimKey(tx, row))) {
      throw new Problem(
        409,
        'A request with this Idempotency-Key is still running. Wait for it, then repeat.',
      );
    }
    const requestHash = sha256(JSON.stringify([request.method, request.url, request.body ?? null]));
    const stored = await findAnswer(tx, row);
    if (!stored) {
      const created = await effect(tx);
      await storeAnswer(tx, {
        ...row,
        requestHash,
        status: created.status,
        response: JSON.stringify(created.body),
      });
      return created;
    }
    if (stored.requestHash !== requestHash) {
      throw new Problem(
        422,
        'This Idempotency-Key was used for another request. Use a new key for a new request.',
      );
    }
    reply.header('idempotency-replayed', 'true');
    return { status: stored.status, body: JSON.parse(stored.response) as T };
  });
  reply.code(made.status);
  return made.body;
}

/**
 * The stored answer of a POST whose work does not fit into a transaction, or null when it is to be done: then do it, and
 * store its answer by `createOnce`. Such work must be safe to repeat: two of the same may run at once.
 */
export async function answeredBefore(
  database: Database,
  context: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<unknown> {
  if (keyOf(context.request) === null) return null;
  const nothingStored = new Error('Nothing is stored under this key');
  try {
    return await createOnce(database, context, () => Promise.reject(nothingStored));
  } catch (error) {
    if (error === nothingStored) return null;
    throw error;
  }
}

function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new Problem(400, 'Idempotency-Key must be 1 to 255 visible ASCII characters, for example a UUID.');
}
