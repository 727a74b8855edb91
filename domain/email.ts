/** The longest address that mail can carry (RFC 5321, path limit of 256 without its angle brackets). */
const longestAddress = 254;
const longestLocalPart = 64;

/** Spaces, control and invisible characters, and what only a quoted or annotated address could contain. */
const refusedCharacters = /[\s\p{C}<>()[\],;:\\"]/u;
const localPart = /^[^.]+(\.[^.]+)*$/;
/** Labels without a hyphen at either end, at least two of them; letters of any script. */
const domainPart =
  /^([\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])$/u;

/**
 * The key under which a person is unique: the address trimmed and in lower case. Null for text that cannot be an
 * address. Dots and plus tags are kept: that two addresses reach one person is a question for fraud checks.
 */
export function emailKey(text: string): string | null {
  const key = text.trim().toLowerCase();
  const [local = '', domain = '', ...more] = key.split('@');
  const plausible =
    key.length <= longestAddress &&
    more.length === 0 &&
    local.length <= longestLocalPart &&
    !refusedCharacters.test(key) &&
    localPart.test(local) &&
    domainPart.test(domain);
  return plausible ? key : null;
}
