/** One claim of the design, measured: what is promised, what came out, beside which baseline. */
export interface Measurement {
  /** Told apart from the benchmark's other figures; the benchmark's own name when there is one only. */
  readonly name: string;
  /** The promise, as `docs/performance.md` and the design have it. */
  readonly target: string;
  readonly figure: number;
  readonly unit: string;
  /** The same unit, measured in the same run on the same machine. */
  readonly baseline?: number;
  /** Ours by the baseline; above 1 is better. */
  readonly ratio?: number;
  readonly holds: boolean;
}

export interface Benchmark {
  readonly name: string;
  /** A line for people: how it is measured, and what the baseline does. */
  readonly about: string;
  run(tools: BenchmarkTools): Promise<readonly Measurement[]>;
}

export interface BenchmarkTools {
  /** Progress, for people; never part of `--json`'s last line. */
  readonly say: (line: string) => void;
}

/** The value below which this share of the values lies; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
