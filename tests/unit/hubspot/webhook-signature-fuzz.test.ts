import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type SignedRequest,
  signatureV3,
  verifyWebhookSignature,
} from '../../../hubspot/webhook-signature.ts';

const now = 1_700_000_000_000;
const path = fc
  .array(fc.constantFrom(...Array.from('abcXYZ019-_./?=&')), { minLength: 1, maxLength: 40 })
  .map((letters) => `https://vouch.example.test/${letters.join('')}`);
const aRequest = fc.record({
  method: fc.constant('POST'),
  targetUrl: path,
  rawBody: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  timestamp: fc.integer({ min: now - 300_000, max: now + 300_000 }).map(String),
  clientSecret: fc.string({ minLength: 1 }),
});
const verify = (request: SignedRequest, clientSecret: string) =>
  verifyWebhookSignature(request, { clientSecret, now }).kind;

/** The text with one character replaced by another one. */
const withOneChanged = (text: string, at: number, by: string): string => {
  const index = at % text.length;
  const replacement = text[index] === by ? (by === 'a' ? 'b' : 'a') : by;
  return text.slice(0, index) + replacement + text.slice(index + 1);
};

const withFlippedBit = (bytes: Uint8Array, at: number): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  const index = (at >> 3) % bytes.length;
  changed[index] = (changed[index] ?? 0) ^ (1 << (at & 7));
  return changed;
};

test('facts §6: what was signed is genuine; one bit of the body or one character of address, timestamp or signature, and it is not', () => {
  fc.assert(
    fc.property(aRequest, fc.nat(), fc.integer({ min: 0, max: 9 }).map(String), (given, at, digit) => {
      const { clientSecret, ...request } = given;
      const signed = { ...request, signature: signatureV3(given) };
      expect(verify(signed, clientSecret)).toBe('genuine');
      const changes = [
        { rawBody: withFlippedBit(request.rawBody, at) },
        { rawBody: Uint8Array.from([...request.rawBody, 0]) },
        { rawBody: request.rawBody.slice(0, -1) },
        { targetUrl: withOneChanged(request.targetUrl, at, 'a') },
        { targetUrl: `${request.targetUrl}x` },
        { timestamp: withOneDigitChanged(request.timestamp, at, digit) },
        { timestamp: `${request.timestamp}0` },
        { signature: withOneChanged(signed.signature, at, 'a') },
        { signature: signed.signature.slice(0, -1) },
        { signature: `${signed.signature}=` },
        {
          signature:
            signed.signature.toLowerCase() === signed.signature ? '' : signed.signature.toLowerCase(),
        },
        { method: 'PUT' },
      ];
      for (const change of changes) expect(verify({ ...signed, ...change }, clientSecret)).toBe('refused');
      expect(verify(signed, `${clientSecret}x`)).toBe('refused');
    }),
    { numRuns: 300 },
  );
});

const withOneDigitChanged = (text: string, at: number, digit: string): string => {
  const index = at % text.length;
  const other = text[index] === digit ? String((Number(digit) + 1) % 10) : digit;
  return text.slice(0, index) + other + text.slice(index + 1);
};

test('facts §6: bytes do not move between the parts: a body’s first byte is not an address’s last one', () => {
  fc.assert(
    fc.property(aRequest, (given) => {
      const signature = signatureV3(given);
      const moved = {
        ...given,
        targetUrl: given.targetUrl.slice(0, -1),
        rawBody: Uint8Array.from([given.targetUrl.charCodeAt(given.targetUrl.length - 1), ...given.rawBody]),
      };
      // Nothing stands between the parts in HubSpot's scheme, so the two are one text: only our own address tells them apart.
      expect(signatureV3(moved)).toBe(signature);
      expect(verify({ ...given, rawBody: moved.rawBody, signature }, given.clientSecret)).toBe('refused');
    }),
    { numRuns: 50 },
  );
});

test('reliability B: whatever stands in the headers and the body, the verdict is a refusal and no exception', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constant(undefined),
  );
  const guess = fc.record({
    method: fc.string(),
    targetUrl: fc.oneof(fc.string(), fc.constant('%'), fc.constant('%zz%3')),
    rawBody: fc.uint8Array(),
    signature: anything,
    timestamp: fc.oneof(anything, fc.constant(String(now))),
  });
  fc.assert(
    fc.property(guess, (request) => {
      expect(verifyWebhookSignature(request, { clientSecret: 'secret', now }).kind).toBe('refused');
    }),
    { numRuns: 150 },
  );
});
