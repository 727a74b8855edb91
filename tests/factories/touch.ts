import type { AttributionInput, Touch } from '../../domain/attribution.ts';

export const signUpAt = '2026-06-30T12:00:00.000Z';

/** A visit at noon of a day of June 2026, through the link of one referrer. */
export function aTouch(name: string, day: number | null, more: Partial<Touch> = {}): Touch {
  const at = day === null ? null : `2026-06-${String(day).padStart(2, '0')}T12:00:00.000Z`;
  return {
    linkId: `link-${name}`,
    referrerId: `referrer-${name}`,
    personId: `person-${name}`,
    live: true,
    firstAt: at,
    lastAt: at,
    ...more,
  };
}

export const aSignUp = (more: Partial<AttributionInput> = {}): AttributionInput => ({
  via: 'cookie',
  given: null,
  visits: [],
  personId: null,
  model: 'last-touch',
  now: signUpAt,
  ...more,
});
