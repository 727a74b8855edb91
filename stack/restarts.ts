/** How often a part may be started again: a part that dies at once, again and again, is not helped by it. */
export interface RestartLimit {
  /** Counts this restart, and says whether it is still within the limit. */
  allow(part: string, nowMs: number): boolean;
}

export function restartLimit({
  restarts,
  withinMs,
}: {
  readonly restarts: number;
  readonly withinMs: number;
}): RestartLimit {
  const times = new Map<string, readonly number[]>();
  return {
    allow(part, nowMs) {
      const recent = (times.get(part) ?? []).filter((time) => time > nowMs - withinMs);
      times.set(part, [...recent, nowMs]);
      return recent.length < restarts;
    },
  };
}
