import { isSameValue } from './value-change.ts';

/**
 * Whether a value that HubSpot holds is a person's edit: something that we never sent, in a property of a contact that
 * we did send something to; an emptied one too. What was there before we ever wrote is nobody's edit of ours, and an
 * older value of ours is one that was overtaken. `sent` is all we are known to have sent, in any order.
 */
export const isPersonsEdit = (held: string | null, sent: readonly string[]): boolean =>
  sent.length > 0 && !sent.some((value) => isSameValue(value, held));
