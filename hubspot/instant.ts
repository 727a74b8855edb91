import { z } from 'zod';

/** Latest instant that four-digit years can say; a larger number is not a time. */
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant in any form HubSpot has been seen to use (ISO, epoch milliseconds as number or text), as an ISO string. */
export const instantSchema = z.union([z.string().min(1), z.number()]).transform((value, context) => {
  const ms =
    typeof value === 'number' || /^\d+(\.\d+)?$/.test(value) ? Math.trunc(Number(value)) : Date.parse(value);
  if (ms >= 0 && ms <= latestMs) return new Date(ms).toISOString();
  context.addIssue({ code: 'custom', message: 'not an instant' });
  return z.NEVER;
});
