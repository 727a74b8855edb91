/** What a control may order: a fault spelled out, or one of HubSpot's own by name. */
import { z } from 'zod';
import { faultPresets, presetNames } from './fault-presets.ts';
import { type Fault, faultSchema } from './faults.ts';

const presetOrder = z
  .strictObject({
    preset: z.enum(presetNames),
    method: faultSchema.shape.method,
    path: faultSchema.shape.path.optional(),
    skip: faultSchema.shape.skip,
    times: faultSchema.shape.times,
    delayMs: faultSchema.shape.delayMs.unwrap().optional(),
    retryAfterSeconds: z.number().int().min(0).optional().describe('sent as Retry-After'),
  })
  .transform(({ preset, retryAfterSeconds, ...given }): Fault => {
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const fault = faultSchema.parse({ ...faultPresets[preset].fault, ...known });
    const headers =
      retryAfterSeconds === undefined
        ? fault.headers
        : { ...fault.headers, 'retry-after': String(retryAfterSeconds) };
    return { ...fault, headers, preset };
  });

const anyFault = faultSchema.transform((fault): Fault => fault);

/** A union would answer a mistake with "invalid input"; this way the field that is wrong is named. */
export const faultOrder = z.unknown().transform((value, context): Fault => {
  const named = typeof value === 'object' && value !== null && 'preset' in value;
  const result = (named ? presetOrder : anyFault).safeParse(value);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues)
    context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
});
