import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { outbox } from '../schema/messages.ts';

/** A workflow as the outbox names it; built by `workflows/contract.ts`. */
export interface WorkflowAddress {
  readonly workflowType: string;
  readonly workflowId: string;
  /** Arguments and search attributes; a nudge carries the same input as the start. */
  readonly input: unknown;
}

/** Wakes the relays as soon as the transaction commits; they would look by themselves a moment later. */
export const outboxChannel = 'vf_outbox';

/** Rows of one statement, far below the 65,534 parameters that the driver takes. */
const rowsPerStatement = 1_000;

/** The starts go out with this transaction, or not at all. A start that comes twice is one workflow, by its id. */
export async function enqueueStarts(
  tx: Tx,
  starts: readonly { readonly workspaceId: string; readonly address: WorkflowAddress }[],
): Promise<void> {
  if (starts.length === 0) return;
  const createdAt = new Date().toISOString();
  for (const part of inParts(starts)) {
    await tx.insert(outbox).values(
      part.map(({ workspaceId, address }) => ({
        id: newId(),
        workspaceId,
        kind: 'start' as const,
        ...address,
        createdAt,
      })),
    );
  }
  await tx.execute(sql`select pg_notify(${outboxChannel}, '')`);
}

/**
 * Nudges fold: one waiting nudge per workflow is enough. The waiting row is *locked* rather than left alone, so that
 * no relay sends it before this transaction has committed what the workflow shall see.
 */
export async function enqueueNudges(
  tx: Tx,
  nudges: readonly {
    readonly workspaceId: string;
    readonly address: WorkflowAddress;
    readonly nudge: unknown;
  }[],
): Promise<void> {
  if (nudges.length === 0) return;
  const createdAt = new Date().toISOString();
  const byWorkflow = new Map(nudges.map((each) => [each.address.workflowId, each]));
  // One order of locks for everybody.
  const ordered = [...byWorkflow.values()].sort((a, b) =>
    a.address.workflowId < b.address.workflowId ? -1 : 1,
  );
  for (const part of inParts(ordered)) {
    await tx
      .insert(outbox)
      .values(
        part.map(({ workspaceId, address, nudge }) => ({
          id: newId(),
          workspaceId,
          kind: 'nudge' as const,
          ...address,
          nudge,
          createdAt,
        })),
      )
      .onConflictDoUpdate({
        target: outbox.workflowId,
        targetWhere: sql`kind = 'nudge' and claimed_until is null and sent_at is null and dropped_at is null and dead_at is null`,
        set: { nudge: sql`excluded.nudge` },
      });
  }
  await tx.execute(sql`select pg_notify(${outboxChannel}, '')`);
}

function* inParts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let first = 0; first < rows.length; first += rowsPerStatement)
    yield rows.slice(first, first + rowsPerStatement);
}
