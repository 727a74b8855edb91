/**
 * Public ids: `ref_` and the 128 bits of the row's UUID in Crockford base32, lower case. They tell what they name, they
 * sort like the UUIDs behind them, and each UUID has exactly one text, so a public id can be a workflow's id.
 */
import { invariant } from './invariant.ts';

export const idPrefixes = {
  workspace: 'ws',
  apiKey: 'key',
  connection: 'conn',
  campaign: 'cmp',
  person: 'per',
  referrer: 'rfr',
  link: 'lnk',
  referral: 'ref',
  verdict: 'vrd',
  qualification: 'qlf',
  reward: 'rwd',
  payout: 'pay',
  syncRun: 'syn',
  click: 'clk',
  entry: 'ent',
  timelineEvent: 'evt',
  certificate: 'crt',
  fraudFinding: 'fnd',
  rejection: 'rej',
} as const satisfies Record<IdKind, string>;

export type IdKind =
  | 'workspace'
  | 'apiKey'
  | 'connection'
  | 'campaign'
  | 'person'
  | 'referrer'
  | 'link'
  | 'referral'
  | 'verdict'
  | 'qualification'
  | 'reward'
  | 'payout'
  | 'syncRun'
  | 'click'
  | 'entry'
  | 'timelineEvent'
  | 'certificate'
  | 'fraudFinding'
  | 'rejection';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** 26 digits carry 130 bits; the first one is below 8, or it would be more than a UUID holds. */
const encodedPattern = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** `uuid` in lower-case hyphen form, as PostgreSQL writes it. */
export function toPublicId(kind: IdKind, uuid: string): string {
  invariant(uuidPattern.test(uuid), 'a public id is made from a lower-case UUID');
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let digits = '';
  for (let position = 0; position < 26; position += 1) {
    digits = alphabet.charAt(Number(rest & 31n)) + digits;
    rest >>= 5n;
  }
  return `${idPrefixes[kind]}_${digits}`;
}

/** The UUID behind a public id of this kind; null when the text is malformed or names another kind. */
export function fromPublicId(kind: IdKind, text: string): string | null {
  const prefix = `${idPrefixes[kind]}_`;
  const digits = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !encodedPattern.test(digits)) return null;
  const value = Array.from(digits).reduce((sum, digit) => (sum << 5n) | BigInt(alphabet.indexOf(digit)), 0n);
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
