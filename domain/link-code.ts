/** Letters and digits that nobody confuses when reading a code aloud. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const length = 10;

/** A referral link's code, one of 31^10; `pick(n)` gives an unpredictable whole number from 0 to below n. */
export const newLinkCode = (pick: (below: number) => number): string =>
  Array.from({ length }, () => alphabet.charAt(pick(alphabet.length))).join('');
