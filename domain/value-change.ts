import { storableText } from './storable-text.ts';

/** One value that is changed, or would be; `null` is empty. */
export interface ValueChange {
  readonly before: string | null;
  readonly after: string | null;
}

/** Values by the name of their property; a property that is absent is empty. */
type Values = Readonly<Record<string, string | null | undefined>>;

/**
 * What must change so that a record that holds `held` holds `wanted`, by property; empty when it does already. A value
 * that HubSpot gives back in another spelling (`5` as `5.0`, an instant as its milliseconds) is no difference.
 */
export function differing(
  held: Values,
  wanted: Readonly<Record<string, string>>,
): Readonly<Record<string, ValueChange>> {
  const changes: Record<string, ValueChange> = {};
  for (const [property, after] of Object.entries(wanted)) {
    const before = storableText(held[property] || null);
    if (!isSameValue(before, after)) changes[property] = { before, after: after || null };
  }
  return changes;
}

/** Whether two values of one property are the same to HubSpot, which keeps numbers and dates in its own spelling. */
export function isSameValue(one: string | null | undefined, other: string | null | undefined): boolean {
  const [a, b] = [one ?? '', other ?? ''];
  if (a === b) return true;
  if (a === '' || b === '') return false;
  const [numberA, numberB] = [asNumber(a), asNumber(b)];
  if (numberA !== null && numberA === numberB) return true;
  const [instantA, instantB] = [asInstant(a), asInstant(b)];
  return instantA !== null && instantA === instantB;
}

/** A plain decimal that survives the way through a double; a code with leading zeros is none. */
const plainNumber = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/;
const asNumber = (text: string): number | null => (plainNumber.test(text) ? Number(text) : null);

const isoDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
const epochMilliseconds = /^\d{12,14}$/;

function asInstant(text: string): number | null {
  const ms = epochMilliseconds.test(text) ? Number(text) : isoDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
