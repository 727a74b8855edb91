import { invariant } from './invariant.ts';

/** An instant as ISO 8601 text in UTC. Compared by the moment it names, never as text. */
export type Instant = string;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Milliseconds since 1970; loud for text that names no instant, as that is always a mistake of ours. */
export function toMs(instant: Instant): number {
  const ms = Date.parse(instant);
  invariant(Number.isFinite(ms), 'an instant is an ISO 8601 text');
  return ms;
}

export function toInstant(ms: number): Instant {
  invariant(Number.isFinite(ms), 'an instant is made from a finite number of milliseconds');
  return new Date(ms).toISOString();
}

export const isAfter = (a: Instant, b: Instant): boolean => toMs(a) > toMs(b);

export const isBefore = (a: Instant, b: Instant): boolean => toMs(a) < toMs(b);

export const addMs = (instant: Instant, ms: number): Instant => toInstant(toMs(instant) + ms);

/** The first of those that are set; null when none is. */
export function earliest(instants: readonly (Instant | null | undefined)[]): Instant | null {
  return instants.reduce<Instant | null>((first, instant) => {
    if (instant == null) return first;
    return first === null || isBefore(instant, first) ? instant : first;
  }, null);
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `3 May 2026`, in UTC: a day for people to read, the same in every locale and on every machine. */
export function formatDay(instant: Instant): string {
  const [year, month, day] = toInstant(toMs(instant)).slice(0, 10).split('-');
  return `${Number(day)} ${months[Number(month) - 1]} ${year}`;
}
