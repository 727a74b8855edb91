import { once } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type HubSpotError, isHubSpotError } from '../../../hubspot/failures.ts';
import { type HubSpotRequest, hubspotTransport, type TransportLimits } from '../../../hubspot/transport.ts';
import { type Script, type ScriptedAnswer, scriptedServer } from './scripted-server.ts';

const get: HubSpotRequest = { method: 'GET', path: '/crm/v3/objects/contacts/1', repeatable: true };
const create: HubSpotRequest = {
  method: 'POST',
  path: '/crm/v3/objects/contacts',
  body: {},
  repeatable: false,
};

async function send(script: Script, request = get, limits?: TransportLimits) {
  await using server = await scriptedServer(script);
  const outcome = await hubspotTransport(server.url, limits)(request).catch((error: unknown) => error);
  return { outcome, requests: server.requests };
}

async function failure(answer: ScriptedAnswer, request = get): Promise<HubSpotError['detail']> {
  const { outcome } = await send(() => answer, request);
  if (!isHubSpotError(outcome)) throw new Error('the call did not fail as HubSpotError');
  return outcome.detail;
}

test('facts §11: a call carries the token, JSON and its query through the client, and gives the parsed answer', async () => {
  const request: HubSpotRequest = {
    method: 'POST',
    path: '/crm/v3/objects/deals/search',
    query: { archived: 'false' },
    body: { limit: 1 },
    accessToken: 'token-1',
    repeatable: true,
  };
  const { outcome, requests } = await send(() => ({ body: { total: 0 } }), request);
  expect(outcome).toMatchObject({ status: 200, body: { total: 0 } });
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    method: 'POST',
    path: '/crm/v3/objects/deals/search',
    text: '{"limit":1}',
  });
  expect(requests[0]?.query.get('archived')).toBe('false');
  expect(requests[0]?.headers).toMatchObject({
    authorization: 'Bearer token-1',
    'content-type': 'application/json',
  });
});

test('facts §1: a form keeps its secrets in the body and sends no Authorization', async () => {
  const request: HubSpotRequest = {
    method: 'POST',
    path: '/oauth/v3/token',
    form: { code: 'a b+c' },
    repeatable: true,
  };
  const { requests } = await send(() => ({ body: {} }), request);
  expect(requests[0]?.text).toBe('code=a+b%2Bc');
  expect(requests[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(requests[0]?.headers.authorization).toBeUndefined();
});

test('facts §2: 204 without a body is an answer, not a failure', async () => {
  const { outcome } = await send(() => ({ status: 204 }));
  expect(outcome).toMatchObject({ status: 204, body: null });
});

test('facts §8: a 400 names the property and the code of errors[]', async () => {
  const body = {
    status: 'error',
    message: 'Property values were not valid: [...]',
    correlationId: 'c0ffee00-0000-4000-8000-000000000000',
    category: 'VALIDATION_ERROR',
    errors: [
      {
        message: 'V was not one of the allowed options',
        code: 'INVALID_OPTION',
        context: { propertyName: ['tier'] },
      },
    ],
  };
  expect(await failure({ status: 400, body })).toEqual({
    kind: 'invalid',
    status: 400,
    category: 'VALIDATION_ERROR',
    correlationId: 'c0ffee00-0000-4000-8000-000000000000',
    property: 'tier',
    code: 'INVALID_OPTION',
  });
});

test('facts §4: without errors[] the culprit is read from the JSON inside the message', async () => {
  const complaint = {
    isValid: false,
    message: 'Property "x" does not exist',
    error: 'PROPERTY_DOESNT_EXIST',
    name: 'x',
  };
  const body = {
    message: `Property values were not valid: ${JSON.stringify([complaint])}`,
    category: 'VALIDATION_ERROR',
  };
  expect(await failure({ status: 400, body })).toMatchObject({
    kind: 'invalid',
    property: 'x',
    code: 'PROPERTY_DOESNT_EXIST',
  });
});

test.each([
  ['the message', { message: 'Contact already exists. Existing ID: 51', category: 'CONFLICT' }],
  [
    'the context',
    { message: 'Contact already exists.', category: 'CONFLICT', context: { existingId: ['51'] } },
  ],
])('facts §2: a 409 is a conflict with the existing id of %s', async (_, body) => {
  expect(await failure({ status: 409, body }, create)).toMatchObject({
    kind: 'conflict',
    status: 409,
    existingId: '51',
  });
});

test('facts §2: a taken unique value is a conflict although HubSpot answers 400; whose it is must be looked up', async () => {
  const complaint = {
    message: '77 already has that value.',
    error: 'CONFLICTING_UNIQUE_VALUE',
    name: 'vouchflow_referral_id',
  };
  const body = {
    message: `Property values were not valid: ${JSON.stringify([complaint])}`,
    category: 'VALIDATION_ERROR',
  };
  expect(await failure({ status: 400, body }, create)).toEqual({
    kind: 'conflict',
    status: 400,
    category: 'VALIDATION_ERROR',
    property: 'vouchflow_referral_id',
    code: 'CONFLICTING_UNIQUE_VALUE',
  });
});

const tenSecondly = {
  message: 'You have reached your ten_secondly_rolling limit.',
  policyName: 'TEN_SECONDLY_ROLLING',
};
const secondly = { message: 'You have reached your secondly limit.' };
const daily = { message: 'You have reached your daily limit.', policyName: 'DAILY' };

test.each([
  [
    'the rolling limit, ten seconds',
    429,
    tenSecondly,
    {},
    { code: 'TEN_SECONDLY_ROLLING', retryAfterMs: 10_000 },
  ],
  ['the search limit, one second', 429, secondly, {}, { code: 'SECONDLY', retryAfterMs: 1_000 }],
  ['Retry-After, where HubSpot sends one', 429, tenSecondly, { 'retry-after': '3' }, { retryAfterMs: 3_000 }],
  [
    'a Retry-After of nothing, as if there were none',
    429,
    tenSecondly,
    { 'retry-after': '0' },
    { retryAfterMs: 10_000 },
  ],
  ['a body that says nothing', 429, '<html>slow down</html>', {}, { retryAfterMs: 10_000 }],
  ['a record lock, two seconds', 423, { message: 'locked' }, {}, { retryAfterMs: 2_000 }],
  ['a migration, as long as it says', 477, {}, { 'retry-after': '7200' }, { retryAfterMs: 7_200_000 }],
  ['a migration, a day at most', 477, {}, { 'retry-after': '9999999' }, { retryAfterMs: 86_400_000 }],
] as const)('facts §7: wait for %s', async (_, status, body, headers, expected) => {
  expect(await failure({ status, body, headers }, create)).toMatchObject({
    kind: 'retry-after',
    status,
    ...expected,
  });
});

test('facts §7: the daily limit leaves the wait to who knows the time zone of the account', async () => {
  const detail = await failure({ status: 429, body: daily });
  expect(detail).toMatchObject({ kind: 'retry-after', code: 'DAILY' });
  expect(detail.retryAfterMs).toBeUndefined();
});

test.each([401, 403, 404, 414] as const)('facts §7: %i is told by its kind', async (status) => {
  const kinds = { 401: 'reconnect-needed', 403: 'missing-scope', 404: 'not-found', 414: 'invalid' } as const;
  expect(await failure({ status, body: { message: 'no' } })).toEqual({ kind: kinds[status], status });
});

test.each([500, 502, 503, 504, 521, 523, 524])(
  'reliability A2.21: HTML under %i may be tried again, after a create must be looked up',
  async (status) => {
    const answer = { status, body: '<html><h1>Bad gateway for jane@example.test</h1></html>' };
    expect(await failure(answer)).toEqual({ kind: 'unavailable', status });
    expect(await failure(answer, create)).toEqual({ kind: 'outcome-unknown', status });
  },
);

test('reliability C: 2xx with HTML is no answer', async () => {
  const answer = { status: 200, body: '<html>maintenance</html>' };
  expect(await failure(answer)).toEqual({ kind: 'unavailable', status: 200, code: 'UNREADABLE_ANSWER' });
  expect(await failure(answer, create)).toMatchObject({ kind: 'outcome-unknown' });
});

test('reliability C: a body of 50 MB is cut off long before its end', async () => {
  const chunk = Buffer.alloc(1_000_000, 0x20);
  let sent = 0;
  const { outcome } = await send((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const pump = () => {
      while (sent < 50 && !response.destroyed) {
        sent += 1;
        if (!response.write(chunk)) return void response.once('drain', pump);
      }
      response.end();
    };
    pump();
    return 'handled';
  });
  expect(outcome).toMatchObject({ detail: { kind: 'unavailable', code: 'UNREADABLE_ANSWER' } });
  expect(sent).toBeLessThan(50);
});

test('reliability C: 50 MB that travel as a few compressed kilobytes are cut off too, of an error as of an answer', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
  expect(bomb.byteLength).toBeLessThan(100_000);
  for (const [status, detail] of [
    [200, { kind: 'unavailable', status: 200, code: 'UNREADABLE_ANSWER' }],
    [400, { kind: 'invalid', status: 400 }],
  ] as const) {
    const { outcome } = await send((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(bomb);
      return 'handled';
    });
    expect(outcome).toMatchObject({ detail });
  }
});

const impatient: TransportLimits = { timeoutMs: 150, maxBodyBytes: 1_000 };

test('facts §11: a server that hangs costs the timeout, not for ever', async () => {
  const { outcome } = await send(() => 'hang', get, impatient);
  expect(outcome).toMatchObject({ detail: { kind: 'unavailable', code: 'TIMEOUT' } });
  const unknown = await send(() => 'hang', create, impatient);
  expect(unknown.outcome).toMatchObject({ detail: { kind: 'outcome-unknown', code: 'TIMEOUT' } });
});

test('facts §11: the timeout covers a body that never ends', async () => {
  const { outcome } = await send(
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
      return 'handled';
    },
    create,
    impatient,
  );
  expect(outcome).toMatchObject({ detail: { kind: 'outcome-unknown' } });
});

test('a connection that breaks during a create leaves its outcome unknown', async () => {
  expect((await send(() => 'reset', create)).outcome).toMatchObject({
    detail: { kind: 'outcome-unknown', code: 'NO_ANSWER' },
  });
  expect((await send(() => 'reset', get)).outcome).toMatchObject({
    detail: { kind: 'unavailable', code: 'NO_ANSWER' },
  });
});

test('a create that never left this machine has certainly not happened', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = closed.address();
  closed.close();
  await once(closed, 'close');
  const port = typeof address === 'object' ? address?.port : undefined;
  await expect(hubspotTransport(`http://127.0.0.1:${port}`)(create)).rejects.toMatchObject({
    detail: { kind: 'unavailable' },
  });
});

test('design §2: whatever HubSpot writes, a failure carries codes and ids only', async () => {
  const secret = 'jane.doe@example.test';
  const body = {
    message: `Property values were not valid: ${JSON.stringify([{ message: secret, error: secret, name: secret }])} Existing ID: 51`,
    category: secret,
    correlationId: `x ${secret}`,
    policyName: secret,
    context: { existingId: [secret], propertyName: [secret] },
    errors: [{ message: secret, code: secret, in: secret, context: { propertyName: [secret] } }],
  };
  for (const status of [400, 404, 409, 429, 500]) {
    const { outcome } = await send(
      () => ({ status, body, headers: { 'x-hubspot-correlation-id': secret } }),
      create,
    );
    if (!isHubSpotError(outcome)) throw new Error('the call did not fail as HubSpotError');
    const { message, stack, cause, detail } = outcome;
    expect(JSON.stringify([message, stack, cause, detail])).not.toContain('jane');
  }
});
