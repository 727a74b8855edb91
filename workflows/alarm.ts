import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';

/**
 * Waits for something to happen or for an instant, whichever is first. One timer serves many waits: it is kept across
 * them and set anew only when the instant changes, since each timer costs an action and two events.
 */
export class Alarm {
  #at: string | null = null;
  #rang = false;
  #scope: CancellationScope | null = null;

  /** Resolves when `happened()` is true, or at `at` (at once when it has passed); null waits without an end. */
  async wait({
    until,
    at,
    summary,
  }: {
    until: () => boolean;
    at: string | null;
    summary: string;
  }): Promise<void> {
    if (at !== this.#at) this.#set(at, summary);
    await condition(() => until() || this.#rang);
    if (!this.#rang) return;
    this.#rang = false;
    this.#at = null;
  }

  #set(at: string | null, summary: string): void {
    this.#scope?.cancel();
    this.#scope = null;
    this.#at = at;
    this.#rang = false;
    if (at === null) return;
    const scope = new CancellationScope();
    this.#scope = scope;
    scope
      .run(() => sleep(Math.max(1, Date.parse(at) - Date.now()), { summary }))
      .then(() => {
        this.#rang = true;
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
}
