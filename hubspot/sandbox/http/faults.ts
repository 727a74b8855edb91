/** Failures on demand: what the next requests to a path meet instead of, or on the way to, their answer. */
import { z } from 'zod';

const regularExpression = z.string().refine(isPattern, { error: 'must be a regular expression' });

export const faultSchema = z.strictObject({
  method: z.string().toUpperCase().optional().describe('any method when left out'),
  path: regularExpression.describe('regular expression, tried on path and query as sent'),
  status: z.number().int().min(200).max(599).optional(),
  body: z.enum(['json', 'html', 'empty']).default('json'),
  json: z.record(z.string(), z.unknown()).optional().describe('the body of a `json` fault'),
  headers: z.record(z.string(), z.string()).default({}),
  skip: z.number().int().min(0).default(0).describe('calls that fit and pass unharmed first'),
  times: z.number().int().min(1).optional().describe('for ever when left out'),
  delayMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(0)
    .describe('waited first; alone it only slows the answer'),
  hang: z.boolean().default(false).describe('never answers'),
  dropResponse: z.boolean().default(false).describe('does the work, then breaks the connection'),
});

export type Fault = z.output<typeof faultSchema> & {
  /** The name that it was ordered by, if it was. */
  readonly preset?: string;
};

interface Armed {
  readonly fault: Fault;
  readonly path: RegExp;
  skip: number;
  left: number;
}

export class Faults {
  #armed: Armed[] = [];

  arm(faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => ({
      fault,
      path: new RegExp(fault.path),
      skip: fault.skip,
      left: fault.times ?? Number.POSITIVE_INFINITY,
    }));
  }

  /** The first fault that fits, counted down; one that still lets calls pass leaves this one to those behind it. */
  take({ method, path }: { method: string; path: string }): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault, path: pattern, left } = armed;
      const fits = (fault.method === undefined || fault.method === method) && pattern.test(path);
      if (left === 0 || !fits) continue;
      if (armed.skip > 0) armed.skip -= 1;
      else {
        armed.left -= 1;
        return fault;
      }
    }
    return undefined;
  }

  /** Adds one behind those that are armed already. */
  add(fault: Fault): void {
    this.arm([
      ...this.#armed
        .filter(({ left }) => left > 0)
        .map(({ fault: old, skip, left }) => ({ ...old, skip, times: finite(left) })),
      fault,
    ]);
  }

  /** What is armed, with how often each will still be met (`null` = for ever). */
  list(): readonly (Fault & { readonly left: number | null })[] {
    return this.#armed.map(({ fault, skip, left }) => ({ ...fault, skip, left: finite(left) ?? null }));
  }
}

const finite = (left: number): number | undefined => (Number.isFinite(left) ? left : undefined);

/** The page that a proxy in front of HubSpot answers with. */
export const htmlFailure = (status: number): string =>
  `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>HTTP ${status}</h1><p>The server could not answer.</p></body></html>`;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
