import type { PersonInput } from '../../db/queries/people.ts';
import { emailKey } from '../../domain/email.ts';
import { invariant } from '../../domain/invariant.ts';
import type { PersonBody } from '../schemas/people.ts';

/** A checked body as the query wants it; fields that were not given stay unknown. */
export function personInput({ email, firstName, lastName, phone }: PersonBody): PersonInput {
  const key = emailKey(email);
  invariant(key, 'the schema let only plausible addresses in');
  return { email, emailKey: key, firstName, lastName: lastName ?? null, phone: phone ?? null };
}
