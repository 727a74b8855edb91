import { z } from 'zod';

/** What is worth knowing of an error body: codes, ids and names. Nothing in it was typed by a person. */
export interface ErrorFacts {
  readonly category?: string;
  readonly correlationId?: string;
  readonly policy?: LimitPolicy;
  readonly existingId?: string;
  readonly property?: string;
  readonly code?: string;
  /** A unique property's value belongs to another record; HubSpot sends it as a plain validation error. */
  readonly valueTaken: boolean;
}

/** HubSpot's limits by the names it gives them in a 429. */
type LimitPolicy = 'DAILY' | 'SECONDLY' | 'TEN_SECONDLY_ROLLING';

/** A word that HubSpot made up, never one that a person typed: anything else in its place is left out. */
const code = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
const propertyName = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/i);
const recordId = z.string().regex(/^\d{1,20}$/);
const correlation = z.string().regex(/^[\w-]{1,64}$/);

const words = z.record(z.string(), z.unknown()).catch({});
const errorItem = z.object({
  message: z.string().catch(''),
  code: code.optional().catch(undefined),
  in: propertyName.optional().catch(undefined),
  context: words,
});
/** HubSpot: "treat every field as optional". So does this schema, which never refuses an object. */
const errorBody = z.object({
  message: z.string().catch(''),
  category: code.optional().catch(undefined),
  correlationId: correlation.optional().catch(undefined),
  policyName: z.string().catch(''),
  context: words,
  errors: z.array(errorItem.catch({ message: '', context: {} })).catch([]),
});
const complaint = z.object({
  error: code.optional().catch(undefined),
  name: propertyName.optional().catch(undefined),
});

/** Reads an error body, or one item of a 207; understands nothing (and says so by absence) of HTML and the like. */
export function errorFacts(body: unknown): ErrorFacts {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return { valueTaken: false };
  const { message, category, correlationId, context, errors, policyName } = parsed.data;
  const [first] = errors;
  const inMessage = firstComplaint(message);
  const texts = [message, ...errors.map((error) => error.message)];
  return given({
    category,
    correlationId,
    policy: limitPolicy(`${policyName} ${message}`),
    existingId:
      firstOf(recordId, context, 'existingId') ??
      firstOf(recordId, first?.context ?? {}, 'existingId') ??
      texts.map(idInText).find((id) => id !== undefined),
    property:
      firstOf(propertyName, first?.context ?? {}, 'propertyName') ??
      inMessage?.name ??
      firstOf(propertyName, context, 'propertyName') ??
      first?.in,
    code: first?.code ?? inMessage?.error,
    valueTaken: texts.some((text) => text.includes('already has that value')),
  });
}

/** The text of an error's first context value under `key`, for 207 items: trace ids and record ids. */
export function contextValues(body: unknown, key: string): readonly string[] {
  const context = errorBody.safeParse(body).data?.context[key];
  return Array.isArray(context) ? context.map(String) : [];
}

function limitPolicy(text: string): LimitPolicy | undefined {
  const lower = text.toLowerCase();
  if (lower.includes('daily')) return 'DAILY';
  if (lower.includes('ten_secondly')) return 'TEN_SECONDLY_ROLLING';
  return lower.includes('secondly') ? 'SECONDLY' : undefined;
}

/** `Contact already exists. Existing ID: 51`. What stands before "already has that value" is not known to be an id. */
const idInText = (text: string): string | undefined => /Existing ID: (\d{1,20})/i.exec(text)?.[1];

/** A refused write lists its complaints as JSON inside the message; `errors[]` repeats them, but not always. */
function firstComplaint(message: string): z.output<typeof complaint> | undefined {
  const [start, end] = [message.indexOf('['), message.lastIndexOf(']')];
  if (start < 0 || end <= start) return undefined;
  try {
    return z.array(complaint).safeParse(JSON.parse(message.slice(start, end + 1))).data?.[0];
  } catch {
    return undefined;
  }
}

function firstOf(
  schema: z.ZodType<string>,
  context: Readonly<Record<string, unknown>>,
  key: string,
): string | undefined {
  const value = context[key];
  return schema.safeParse(Array.isArray(value) ? String(value[0]) : value).data;
}

/** Leaves out what is not there, as `exactOptionalPropertyTypes` wants it. */
function given<T extends object>(facts: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
