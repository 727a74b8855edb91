/** Waiting for a child to be of use, with an end when it dies first. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Child, type ChildEnd, lastLines } from './child.ts';
import { type PartName, stopPart } from './state-file.ts';

interface Wait {
  readonly name: PartName;
  readonly child: Child;
  /** Throws as long as the part is not ready. */
  readonly check: () => Promise<void>;
}

/** Generous: the first start on a slow disk makes a database cluster, and an old machine bundles workflows. */
const deadlineMs = 60_000;
const everyMs = 40;

/** Throws with the end of the part's log when it ends before it is ready, or is stopped for being late. */
export async function untilReady({ name, child, check }: Wait): Promise<void> {
  let end: ChildEnd | undefined;
  void child.ended.then((ended) => {
    end = ended;
  });
  const until = performance.now() + deadlineMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (cause) {
      if (end) throw new Error(`${name} ended while starting:\n${lastLines(child.logFile)}`, { cause });
      if (performance.now() > until) {
        await stopPart(name, child.identity);
        throw new Error(`${name} was not ready in time:\n${lastLines(child.logFile)}`, { cause });
      }
      await delay(everyMs);
    }
  }
}

/** Resolves when the address answers 200. */
export async function answers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
}

/** Resolves when a JSON line with this `msg` is in the log, at or after the byte `from`. */
export async function logged(
  logFile: string,
  { msg, from }: { readonly msg: string; readonly from: number },
): Promise<void> {
  const text = existsSync(logFile) ? readFileSync(logFile).subarray(from).toString('utf8') : '';
  if (!text.split('\n').some((line) => messageOf(line) === msg))
    throw new Error(`"${msg}" is not logged yet`);
}

function messageOf(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return z.object({ msg: z.string() }).parse(JSON.parse(line)).msg;
  } catch {
    return undefined;
  }
}
