import { z } from 'zod';
import { emailKey } from '../../domain/email.ts';
import { line } from './shared.ts';

export const email = z
  .string()
  .trim()
  .max(254, 'At most 254 characters.')
  .refine(
    (text) => emailKey(text) !== null,
    'This is not an e-mail address; it looks like name@example.com.',
  );

/** An empty field of a form is a field that was not filled in. */
const optionalLine = (max: number) =>
  z.preprocess((value) => (value === '' ? undefined : value), line(max).optional());

export const joinBody = z.strictObject({ firstName: line(100), lastName: optionalLine(100), email });

export const signUpBody = z.strictObject({
  firstName: line(100),
  lastName: optionalLine(100),
  email,
  phone: optionalLine(40),
});

export type PersonBody = z.output<typeof signUpBody>;
