/** Executions of workflow actions: sent until the app answers, or parked until it completes them. */
import { randomUUID } from 'node:crypto';
import type { Store } from '../store.ts';
import type { ActionDefinition } from './definitions.ts';
import { type ActionRun, type OutputFields, type RunRow, type RunState, runFromRow } from './run.ts';

/** Settled ones that are kept to be looked at. */
const kept = 1000;

export class ActionRuns {
  readonly #store: Store;
  readonly #now: () => number;

  constructor({ store, now }: { store: Store; now: () => number }) {
    this.#store = store;
    this.#now = now;
    // What was on the wire when an earlier process ended may not have arrived.
    store.run("UPDATE action_runs SET state = 'pending' WHERE state = 'sending'");
  }

  /** Answers the id under which the app may complete it. */
  add(
    { id, appId }: ActionDefinition,
    { request, retryDelaysMs }: Pick<ActionRun, 'request' | 'retryDelaysMs'>,
  ): string {
    const callbackId = `ap-${request.origin.portalId}-${randomUUID()}`;
    this.#store.run(
      `INSERT INTO action_runs (callback_id, app_id, portal_id, definition_id, request, state, attempt, due_at,
         retry_delays_ms, output) VALUES (?, ?, ?, ?, ?, 'pending', 0, ?, ?, '{}')`,
      callbackId,
      appId,
      request.origin.portalId,
      id,
      JSON.stringify(request),
      this.#now(),
      JSON.stringify(retryDelaysMs),
    );
    this.#store.run(
      `DELETE FROM action_runs WHERE state IN ('succeeded', 'failed', 'expired')
         AND n <= (SELECT max(n) FROM action_runs) - ${kept}`,
    );
    return callbackId;
  }

  find(callbackId: string): ActionRun | undefined {
    this.#expire();
    const row = this.#store.get<RunRow>('SELECT * FROM action_runs WHERE callback_id = ?', callbackId);
    return row && runFromRow(row);
  }

  /** Of one portal, newest first. */
  of(portalId: number, limit: number): ActionRun[] {
    this.#expire();
    const sql = 'SELECT * FROM action_runs WHERE portal_id = ? ORDER BY n DESC LIMIT ?';
    return this.#store.all<RunRow>(sql, portalId, limit).map(runFromRow);
  }

  /** Takes those that are due, at most `limit`, and marks them as being sent. */
  takeDue(limit: number): ActionRun[] {
    return this.#store
      .all<RunRow>(
        `UPDATE action_runs SET state = 'sending' WHERE n IN (
           SELECT n FROM action_runs WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, n LIMIT ?) RETURNING *`,
        this.#now(),
        limit,
      )
      .map(runFromRow);
  }

  /** When the next one is due, if any waits. */
  nextDueAt(): number | undefined {
    return this.#store.get<{ due_at: number }>(
      "SELECT due_at FROM action_runs WHERE state = 'pending' ORDER BY due_at LIMIT 1",
    )?.due_at;
  }

  settle(
    { n }: ActionRun,
    end: { state: RunState; status: number | null; output?: OutputFields; expiresAt?: number | undefined },
  ): void {
    this.#store.run(
      'UPDATE action_runs SET state = ?, status = ?, output = ?, expires_at = ? WHERE n = ?',
      end.state,
      end.status,
      JSON.stringify(end.output ?? {}),
      end.expiresAt ?? null,
      n,
    );
  }

  /** Puts a run back for another try, or gives it up when its delays are used up. `afterMs` is the app's own wish. */
  retry(run: ActionRun, { status, afterMs }: { status: number | null; afterMs?: number | undefined }): void {
    const delayMs = run.retryDelaysMs[run.attempt];
    if (delayMs === undefined) return this.settle(run, { state: 'failed', status });
    this.#store.run(
      "UPDATE action_runs SET state = 'pending', attempt = attempt + 1, due_at = ?, status = ? WHERE n = ?",
      this.#now() + (afterMs ?? delayMs),
      status,
      run.n,
    );
  }

  /** Puts a run back as if it had not been tried. */
  untried({ n }: ActionRun): void {
    this.#store.run("UPDATE action_runs SET state = 'pending' WHERE n = ?", n);
  }

  #expire(): void {
    const sql = "UPDATE action_runs SET state = 'expired' WHERE state = 'blocked' AND expires_at <= ?";
    this.#store.run(sql, this.#now());
  }
}
