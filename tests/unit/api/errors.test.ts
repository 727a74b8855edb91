import { describe, expect, test } from 'vitest';
import { toProblem } from '../../../api/plugins/errors.ts';
import { HubSpotError, type HubSpotFailureKind } from '../../../hubspot/failures.ts';

describe('errors as problems', () => {
  test('an unexpected error says nothing of itself', () => {
    const { status, detail } = toProblem(new Error('select * from people where email = canary'));
    expect(status).toBe(500);
    expect(detail).not.toMatch(/select|canary/);
  });

  test('what is no error at all is a 500 as well', () => {
    for (const thrown of [undefined, null, 'text', 7, {}]) expect(toProblem(thrown).status).toBe(500);
  });

  test('each failure of HubSpot says whose turn it is', () => {
    const expected: Record<HubSpotFailureKind, number> = {
      'connection-closed': 409,
      'reconnect-needed': 409,
      'missing-scope': 409,
      'retry-after': 503,
      'not-found': 404,
      unavailable: 502,
      'outcome-unknown': 502,
      conflict: 502,
      invalid: 502,
      misconfigured: 502,
    };
    const kinds = Object.keys(expected) as HubSpotFailureKind[];
    const statuses = kinds.map((kind) => [kind, toProblem(new HubSpotError({ kind })).status]);
    expect(Object.fromEntries(statuses)).toEqual(expected);
    expect(toProblem(new HubSpotError({ kind: 'retry-after', retryAfterMs: 2_100 })).headers).toEqual({
      'retry-after': '3',
    });
  });
});
