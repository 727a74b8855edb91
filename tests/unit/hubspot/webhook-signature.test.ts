import { expect, test } from 'vitest';
import { signatureV3, verifyWebhookSignature } from '../../../hubspot/webhook-signature.ts';

const clientSecret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const sentAt = 1_693_657_560_000;
const genuine = {
  method: 'POST',
  targetUrl: 'https://www.example.com/webhook_uri',
  rawBody: Buffer.from("{'example_field':'example_value'}"),
  signature: 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
  timestamp: String(sentAt),
};
const verify = (change: Partial<typeof genuine> = {}, now = sentAt) =>
  verifyWebhookSignature({ ...genuine, ...change }, { clientSecret, now });
const sign = (targetUrl: string) => signatureV3({ ...genuine, targetUrl, clientSecret });
const refused = (reason: string) => ({ kind: 'refused', reason });

test('facts §6: the official v3 vector is genuine', () => {
  expect(verify()).toEqual({ kind: 'genuine' });
});

test.each([
  [
    'v1',
    '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]',
    '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de',
  ],
  [
    'v2',
    '{"example_field":"example_value"}',
    '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
  ],
])(
  'facts §6: the official %s vector, which could be replayed for ever, does not pass for v3',
  (_, body, signature) => {
    expect(verify({ rawBody: Buffer.from(body), signature })).toEqual(refused('signature-differs'));
  },
);

test.each([
  ['the body', { rawBody: Buffer.from("{'example_field':'example_valuE'}") }],
  ['the method', { method: 'PUT' }],
  ['the address', { targetUrl: 'https://www.example.com/webhook_uri/' }],
  ['the timestamp', { timestamp: String(sentAt + 1) }],
  ['the signature', { signature: 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Z=' }],
  ['the length of the signature', { signature: 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y' }],
])('facts §6: one change in %s is refused', (_, change) => {
  expect(verify(change)).toEqual(refused('signature-differs'));
});

test('reliability B: a request is good for five minutes, into the past and into the future', () => {
  for (const drift of [300_000, -300_000]) expect(verify({}, sentAt + drift)).toEqual({ kind: 'genuine' });
  for (const drift of [300_001, -300_001])
    expect(verify({}, sentAt + drift)).toEqual(refused('timestamp-out-of-window'));
});

test.each(['soon', 'NaN', '-1', '1.6e12', '1693657560000 ', '0x18a5'])(
  'facts §6: the timestamp %j is refused before any comparison',
  (timestamp) => {
    expect(verify({ timestamp })).toEqual(refused('timestamp-unreadable'));
  },
);

test('reliability B: without its headers a request is refused', () => {
  const { signature, timestamp, ...rest } = genuine;
  const check = (headers: { signature: string | undefined; timestamp: string | undefined }) =>
    verifyWebhookSignature({ ...rest, ...headers }, { clientSecret, now: sentAt });
  expect(check({ signature: undefined, timestamp })).toEqual(refused('header-missing'));
  expect(check({ signature, timestamp: undefined })).toEqual(refused('header-missing'));
  expect(check({ signature: '', timestamp })).toEqual(refused('header-missing'));
});

test('facts §6: HubSpot decodes twelve characters of the address before signing, and no other', () => {
  const encoded = 'https://x.test/a?b=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3a';
  expect(sign(encoded)).toBe(sign("https://x.test/a?b=:/?@!$'()*,;:"));
  expect(sign('https://x.test/a?b=%20%26')).not.toBe(sign('https://x.test/a?b= &'));
});

test('facts §6: the bytes are signed as they came, though they be no valid text', () => {
  const rawBody = Buffer.from([0x5b, 0xff, 0xfe, 0x5d]);
  const signature = signatureV3({ ...genuine, rawBody, clientSecret });
  expect(verify({ rawBody, signature })).toEqual({ kind: 'genuine' });
  expect(verify({ rawBody: Buffer.from(rawBody.toString('utf8')), signature })).toEqual(
    refused('signature-differs'),
  );
});
