import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until the answer is truthy; gives up with what it waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | null | undefined>,
  { withinMs = 120_000, everyMs = 200 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline)
      throw new Error(`Within ${withinMs / 1000} s it did not happen that ${what}.`);
    await delay(everyMs);
  }
}
