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

/** The visit that a link added to the address of the company's own page. */
const visit = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z
    .string()
    .regex(/^[\w-]{22}$/, 'This is no visit; pass on what the link added to the address, or leave it out.')
    .optional()
    .describe('the `visit` that the referral link added to the address of the page'),
);

export const publicSignUpBody = signUpBody.extend({ visit });

export const publicSlugSignUpBody = publicSignUpBody.extend({
  code: optionalLine(64).describe('a referral code that was typed'),
});

/** By a server: `referralCode`, or the `visit` that led to the sign-up, or both. */
export const signUpByApi = signUpBody
  .extend({ referralCode: line(64).optional(), visit })
  .refine(({ referralCode, visit: handedOn }) => referralCode !== undefined || handedOn !== undefined, {
    path: ['referralCode'],
    message: 'Name the referrer: by a referral code, or by the visit that led here.',
  });

export type PersonBody = z.output<typeof signUpBody>;
