const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Milliseconds until the daily limit is filled again: the account's next midnight (developer docs, read 2026-11-24).
 * One hour where the time zone is not known. May be an hour off on the two days a year on which clocks change.
 */
export function dailyResetMs({
  now,
  timeZone,
}: {
  readonly now: number;
  readonly timeZone: string | undefined;
}): number {
  const sinceMidnight = timeZone === undefined ? undefined : timeOfDayMs(now, timeZone);
  return sinceMidnight === undefined ? hourMs : dayMs - sinceMidnight;
}

function timeOfDayMs(now: number, timeZone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', timeStyle: 'medium' });
    const [hours = 0, minutes = 0, seconds = 0] = format.format(now).split(':').map(Number);
    return hours * hourMs + minutes * 60_000 + seconds * 1_000;
  } catch {
    return undefined; // a zone that this Node does not know
  }
}
