import { describe, expect, test } from 'vitest';
import { newVisitId, visitCookie, visitsOf } from '../../../api/visitor.ts';
import { toPublicId } from '../../../domain/id.ts';

const id = '01995a00-1234-7abc-8def-0123456789ab';
const http = 'http://localhost:3000';
const campaign = { id, attributionWindowDays: 30 };
const name = `vf_visit_${toPublicId('campaign', id)}`;

describe('P10: the visit cookie', () => {
  test('is a host-only, secure one on https, and a plain one on http', () => {
    const visitId = newVisitId();
    expect(visitCookie(campaign, visitId, 'https://refer.example')).toBe(
      `__Host-${name}=${visitId}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure`,
    );
    expect(visitCookie(campaign, visitId, http)).not.toMatch(/Secure|__Host/);
  });

  test('of a campaign without a bound lives as long as a browser lets it', () => {
    expect(visitCookie({ id, attributionWindowDays: null }, newVisitId(), http)).toContain(
      `Max-Age=${400 * 86_400};`,
    );
  });

  test('is read back under the name that it was set by, and under no other', () => {
    const visitId = newVisitId();
    const read = (prefix: string, publicUrl: string) => [
      ...visitsOf({ headers: { cookie: `a=b; ${prefix}${name}=${visitId}; c=d` } }, publicUrl),
    ];
    expect(read('', http)).toEqual([[id, visitId]]);
    expect(read('__Host-', 'https://refer.example')).toEqual([[id, visitId]]);
    // Another host of the same domain could have set it, to claim the credit.
    expect(read('', 'https://refer.example')).toEqual([]);
  });

  test.each([
    undefined,
    '',
    ';;=;',
    name,
    `${name}=short`,
    `${name}=${'x'.repeat(23)}`,
    `${name}="${'x'.repeat(20)}"`,
    `vf_visit_cmp_none=${'x'.repeat(22)}`,
    `other=${'x'.repeat(22)}`,
  ])('%s tells of no visit', (cookie) => {
    expect(visitsOf({ headers: cookie === undefined ? {} : { cookie } }, http).size).toBe(0);
  });
});
