/** Sends runs of workflow actions to the apps that defined them: signed, 30 seconds each, again while an app fails. */
import type { Apps } from '../apps.ts';
import type { Store } from '../store.ts';
import { actionSignatureHeaders } from '../webhooks/signature.ts';
import { answeredOutput, expiryOf, stateOf } from './action-answer.ts';
import { type ActionDefinition, requireDefinition } from './definitions.ts';
import type { ActionRequest, ActionRun, OutputFields } from './run.ts';
import { ActionRuns } from './runs.ts';

interface ActionParts {
  readonly store: Store;
  readonly apps: Apps;
  readonly now: () => number;
}

const timeoutMs = 30_000;
/** On the wire at once, of all apps together. */
const maxSending = 10;

/** HubSpot goes on for three days; a sandbox lets them pass in minutes. */
export const compressedRetriesMs: readonly number[] = [1000, 3000, 10_000, 30_000, 60_000];

export class WorkflowActions {
  readonly runs: ActionRuns;
  readonly #parts: ActionParts;
  readonly #sending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #started = false;

  constructor(parts: ActionParts) {
    this.#parts = parts;
    this.runs = new ActionRuns(parts);
  }

  start(): void {
    this.#started = true;
    this.#pump();
  }

  /** What is on the wire is broken off and will be sent again by the next process. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#sending);
  }

  /** A record has come to the action in somebody's workflow. Answers the id of the run. */
  execute(
    definition: ActionDefinition,
    run: { readonly request: ActionRequest; readonly retryDelaysMs: readonly number[] },
  ): string {
    const callbackId = this.runs.add(definition, run);
    this.#pump();
    return callbackId;
  }

  /** The app says how a parked run ended. Answers whether the run was its own and still parked. */
  complete({ appId, portalId, callbackId }: Completion, output: OutputFields): boolean {
    const run = this.runs.find(callbackId);
    if (run?.appId !== appId || run.portalId !== portalId || run.state !== 'blocked') return false;
    this.#end(run, run.status, output);
    return true;
  }

  /** Ends all that an app that is no more had defined. */
  forgetApp(appId: string): void {
    this.#parts.store.run('DELETE FROM action_definitions WHERE app_id = ?', appId);
    this.#parts.store.run('DELETE FROM action_runs WHERE app_id = ?', appId);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (!this.#started || this.#closing.signal.aborted) return;
    const free = maxSending - this.#sending.size;
    if (free > 0) for (const run of this.runs.takeDue(free)) this.#send(run);
    if (this.#sending.size >= maxSending) return;
    const dueAt = this.runs.nextDueAt();
    if (dueAt !== undefined)
      this.#timer = setTimeout(() => this.#pump(), Math.max(1, dueAt - this.#parts.now())).unref();
  }

  #send(run: ActionRun): void {
    const sending = this.#post(run)
      .then((answer) => this.#hear(run, answer))
      .finally(() => {
        this.#sending.delete(sending);
        this.#pump();
      });
    this.#sending.add(sending);
  }

  #hear(run: ActionRun, answer: Answer | null): void {
    if (answer === null && this.#closing.signal.aborted) return this.runs.untried(run);
    const { status = null, text = '', retryAfterMs } = answer ?? {};
    if (status === null || status >= 500) return this.runs.retry(run, { status });
    if (status === 429) return this.runs.retry(run, { status, afterMs: retryAfterMs });
    if (status < 200 || status >= 300) return this.runs.settle(run, { state: 'failed', status });
    return this.#end(run, status, answeredOutput(text));
  }

  #end(run: ActionRun, status: number | null, output: OutputFields): void {
    const state = stateOf(output);
    const expiresAt = state === 'blocked' ? expiryOf(output, this.#parts.now()) : undefined;
    this.runs.settle(run, { state, status, output, expiresAt });
  }

  /** Null when no answer came in time. */
  async #post(run: ActionRun): Promise<Answer | null> {
    const { store, apps } = this.#parts;
    const body = JSON.stringify({ callbackId: run.callbackId, ...run.request });
    try {
      const { actionUrl: url } = requireDefinition(store, run.appId, String(run.definitionId));
      const { clientSecret } = apps.require(run.appId);
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'HubSpot Connect 2.0 (sandbox)',
          ...actionSignatureHeaders(clientSecret, { method: 'POST', url, body }),
        },
        body,
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#closing.signal]),
      });
      const wished = Number(response.headers.get('retry-after') ?? Number.NaN);
      return {
        status: response.status,
        text: await response.text(),
        ...(wished >= 0 && { retryAfterMs: wished }),
      };
    } catch {
      return null;
    }
  }
}

interface Completion {
  readonly appId: string;
  readonly portalId: number;
  readonly callbackId: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Milliseconds, unlike in HubSpot's own answers. */
  readonly retryAfterMs?: number;
}
