import { expect, test } from 'vitest';
import { connectionId, memoryPorts } from '../../fakes/hubspot-ports.ts';
import { aContact, gatewayUnderTest, manualClock } from './gateway-under-test.ts';
import type { Script } from './scripted-server.ts';

const details = {
  portalId: 4711,
  timeZone: 'Europe/Berlin',
  companyCurrency: 'EUR',
  uiDomain: 'app.hubspot.test',
};
const tokenAnswer = {
  access_token: 'access-2',
  refresh_token: 'refresh-2',
  expires_in: 1_800,
  token_type: 'bearer',
};

/** Tokens are refreshed to `access-2`; every other call is answered by the given script. */
const withTokens =
  (script: Script): Script =>
  (request, response) =>
    request.path === '/oauth/v3/token' ? { body: tokenAnswer } : script(request, response);

const detailsOnly = () => ({ body: details });

test('design §4: a call takes its instant first, then reads the fence, then sends', async () => {
  const ports = memoryPorts();
  ports.pace.push({ kind: 'wait', delayMs: 300 }, { kind: 'slot', delayMs: 90 });
  const order: string[] = [];
  const reserve = ports.pacer.reserve.bind(ports.pacer);
  const read = ports.fence.read.bind(ports.fence);
  Object.assign(ports.pacer, { reserve: (input: never) => (order.push('reserve'), reserve(input)) });
  Object.assign(ports.fence, { read: (id: string) => (order.push('fence'), read(id)) });
  await using under = await gatewayUnderTest(() => (order.push('sent'), { body: details }), { ports });
  await under.hubspot.account.details();
  await under.hubspot.account.details();
  // The first read tells the portal, whose budget is then asked; later calls know it.
  expect(order).toEqual(['fence', 'reserve', 'reserve', 'fence', 'sent', 'reserve', 'fence', 'sent']);
  expect(under.clock.slept).toEqual([300, 90]);
  expect(ports.reservations[0]).toEqual({ portalId: '4711', budget: 'general', lane: 'bulk' });
});

test.each([
  ['disconnected', { status: 'disconnected' as const }],
  ['waiting for a reconnect', { status: 'reconnect-needed' as const }],
  ['reconnected since the caller started', { epoch: 2 }],
])('design §4: nothing is sent when the connection is %s', async (_, row) => {
  await using under = await gatewayUnderTest(detailsOnly, { ports: memoryPorts(row) });
  await expect(under.hubspot.account.details()).rejects.toMatchObject({
    detail: { kind: 'connection-closed' },
  });
  expect(under.requests).toHaveLength(0);
});

test('design §4: a disconnect during the wait for a turn stops the call', async () => {
  const ports = memoryPorts();
  ports.pace.push({ kind: 'slot', delayMs: 500 });
  const clock = manualClock();
  const disconnecting = {
    ...clock,
    sleep: async (ms: number) => {
      await clock.sleep(ms);
      ports.connection.status = 'disconnected';
    },
  };
  await using under = await gatewayUnderTest(detailsOnly, { ports, clock: disconnecting });
  await expect(under.hubspot.account.details()).rejects.toMatchObject({
    detail: { kind: 'connection-closed' },
  });
  expect(under.requests).toHaveLength(0);
});

test('design §4: an instant missed by more than 150 ms is forfeited and another is taken', async () => {
  const ports = memoryPorts();
  const clock = manualClock();
  const read = ports.fence.read.bind(ports.fence);
  const delays = [0, 151, 150];
  Object.assign(ports.fence, {
    read: async (id: string) => {
      clock.advance(delays.shift() ?? 0);
      return read(id);
    },
  });
  await using under = await gatewayUnderTest(detailsOnly, { ports, clock });
  await under.hubspot.account.details();
  expect(ports.reservations).toHaveLength(2);
  expect(under.requests).toHaveLength(1);
});

test.each([
  ['one instant that is too far', [{ kind: 'slot', delayMs: 10_001 }], 10_001, []],
  [
    'waits that add up',
    [
      { kind: 'wait', delayMs: 6_000 },
      { kind: 'wait', delayMs: 5_000 },
    ],
    5_000,
    [6_000],
  ],
] as const)(
  'design §3: after 10 s of %s the call is given back with its delay',
  async (_, pace, retryAfterMs, slept) => {
    const ports = memoryPorts();
    ports.pace.push(...pace);
    await using under = await gatewayUnderTest(detailsOnly, { ports });
    await expect(under.hubspot.account.details()).rejects.toMatchObject({
      detail: { kind: 'retry-after', retryAfterMs },
    });
    expect(under.clock.slept).toEqual(slept);
    expect(under.requests).toHaveLength(0);
  },
);

test('facts §1: a token with less than a minute left is exchanged before the call', async () => {
  const ports = memoryPorts({ accessTokenExpiresAt: new Date(Date.now() + 59_000) });
  await using under = await gatewayUnderTest(withTokens(detailsOnly), { ports });
  await under.hubspot.account.details();
  expect(under.requests.map(({ path }) => path)).toEqual(['/oauth/v3/token', '/account-info/v3/details']);
  expect(under.requests[0]?.text).toContain('grant_type=refresh_token&refresh_token=refresh-1');
  expect(under.requests[1]?.headers.authorization).toBe('Bearer access-2');
});

test('reliability A2.10: a 401 in the middle costs one refresh, and the call goes through', async () => {
  await using under = await gatewayUnderTest(
    withTokens(({ headers }) =>
      headers.authorization === 'Bearer access-2'
        ? { body: details }
        : { status: 401, body: { category: 'EXPIRED_AUTHENTICATION' } },
    ),
  );
  await expect(under.hubspot.account.details()).resolves.toMatchObject({ portalId: '4711' });
  expect(under.ports.exchanges).toHaveLength(1);
});

test('reliability A2.11: fifty calls with a dead token make one refresh', async () => {
  await using under = await gatewayUnderTest(
    withTokens(({ headers }) =>
      headers.authorization === 'Bearer access-2' ? { body: details } : { status: 401 },
    ),
  );
  await Promise.all(Array.from({ length: 50 }, () => under.hubspot.account.details()));
  expect(under.requests.filter(({ path }) => path === '/oauth/v3/token')).toHaveLength(1);
});

test('a token refused after a refresh asks for a person', async () => {
  await using under = await gatewayUnderTest(withTokens(() => ({ status: 401, body: {} })));
  await expect(under.hubspot.account.details()).rejects.toMatchObject({
    detail: { kind: 'reconnect-needed' },
  });
  expect(under.ports.connection.status).toBe('reconnect-needed');
  expect(under.ports.reconnectReasons).toEqual(['TOKEN_REFUSED']);
});

test.each(['BAD_REFRESH_TOKEN', 'BAD_HUB'])(
  'reliability A2.11: %s ends the connection until a person reconnects',
  async (status) => {
    await using under = await gatewayUnderTest(({ path }) =>
      path === '/oauth/v3/token' ? { status: 400, body: { status, message: 'gone' } } : { status: 401 },
    );
    await expect(under.hubspot.account.details()).rejects.toMatchObject({
      detail: { kind: 'reconnect-needed', code: status },
    });
    expect(under.ports.reconnectReasons).toEqual([status]);
  },
);

test.each(['BAD_CLIENT_ID', 'BAD_CLIENT_SECRET', 'BAD_GRANT_TYPE'])(
  'facts §1: %s is our mistake and never ends a connection',
  async (status) => {
    await using under = await gatewayUnderTest(({ path }) =>
      path === '/oauth/v3/token'
        ? { status: 400, body: { status, error: 'invalid_client' } }
        : { status: 401 },
    );
    await expect(under.hubspot.account.details()).rejects.toMatchObject({
      detail: { kind: 'misconfigured', code: status },
    });
    expect(under.ports.connection.status).toBe('active');
  },
);

test('a token endpoint that is down ends nothing either', async () => {
  await using under = await gatewayUnderTest(({ path }) => ({
    status: path === '/oauth/v3/token' ? 503 : 401,
  }));
  await expect(under.hubspot.account.details()).rejects.toMatchObject({
    detail: { kind: 'unavailable', status: 503 },
  });
  expect(under.ports.connection.status).toBe('active');
});

test('a refresh under an epoch that is over stops the call', async () => {
  const ports = memoryPorts();
  await using under = await gatewayUnderTest(
    () => {
      ports.connection.epoch = 2;
      return { status: 401 };
    },
    { ports },
  );
  await expect(under.hubspot.account.details()).rejects.toMatchObject({
    detail: { kind: 'connection-closed' },
  });
  expect(ports.exchanges).toHaveLength(0);
});

test('design §4: the pace follows the maximum of the headers, and hears of it only when it changes', async () => {
  const maxima = ['110', '110', '190', '190'];
  await using under = await gatewayUnderTest(() => ({
    body: details,
    headers: {
      'x-hubspot-ratelimit-max': maxima.shift() ?? '',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
    },
  }));
  for (let call = 0; call < 5; call += 1) await under.hubspot.account.details();
  expect(under.ports.observed).toEqual([
    { maximum: 110, intervalMs: 10_000 },
    { maximum: 190, intervalMs: 10_000 },
  ]);
});

test('a pacer that fails after the call does not lose a contact that was made', async () => {
  const ports = memoryPorts();
  Object.assign(ports.pacer, { observeMaximum: () => Promise.reject(new Error('database away')) });
  await using under = await gatewayUnderTest(
    () => ({
      status: 201,
      body: aContact('51'),
      headers: { 'x-hubspot-ratelimit-max': '110', 'x-hubspot-ratelimit-interval-milliseconds': '10000' },
    }),
    { ports },
  );
  await expect(under.hubspot.contacts.create({ email: 'a@example.test' })).resolves.toMatchObject({
    id: '51',
  });
});

test('facts §7: a 429 empties the budget it came from', async () => {
  await using under = await gatewayUnderTest(({ path }) =>
    path.endsWith('/search')
      ? { status: 429, body: { message: 'You have reached your secondly limit.' } }
      : { status: 429, body: { message: 'You have reached your ten_secondly_rolling limit.' } },
  );
  const window = {
    objectType: 'contact',
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-02T00:00:00Z',
    afterId: null,
    properties: [],
  } as const;
  await expect(under.hubspot.changed(window)).rejects.toMatchObject({
    detail: { kind: 'retry-after', retryAfterMs: 1_000 },
  });
  await expect(under.hubspot.account.details()).rejects.toMatchObject({
    detail: { kind: 'retry-after', retryAfterMs: 10_000 },
  });
  expect(under.ports.drains).toEqual([
    { budget: 'search', untilMs: 1_000 },
    { budget: 'general', untilMs: 10_000 },
  ]);
});

test('reliability A2.20: the daily limit waits for midnight in the account, or an hour where its zone is not known', async () => {
  const clock = manualClock(Date.parse('2026-11-24T20:30:00Z')); // 21:30 in Berlin
  const ports = memoryPorts({ accessTokenExpiresAt: new Date(clock.now() + 1_800_000) });
  const exhausted = {
    status: 429,
    body: { message: 'You have reached your daily limit.', policyName: 'DAILY' },
  };
  await using under = await gatewayUnderTest(
    ({ path }) => (path.endsWith('/details') ? { body: details } : exhausted),
    { ports, clock },
  );
  const read = () => under.hubspot.pipelines.list();
  await expect(read()).rejects.toMatchObject({ detail: { kind: 'retry-after', retryAfterMs: 3_600_000 } });
  await under.hubspot.account.details();
  await expect(read()).rejects.toMatchObject({ detail: { kind: 'retry-after', retryAfterMs: 9_000_000 } });
  expect(ports.drains.slice(-2)).toEqual([
    { budget: 'general', untilMs: 9_000_000 },
    { budget: 'search', untilMs: 9_000_000 },
  ]);
});

test('a connection that now leads to another portal takes its turn there', async () => {
  const ports = memoryPorts();
  await using under = await gatewayUnderTest(detailsOnly, { ports });
  await under.hubspot.account.details();
  ports.connection.portalId = '4712';
  await under.open({ connectionId, epoch: 1, lane: 'interactive' }).account.details();
  expect(ports.reservations.map(({ portalId }) => portalId)).toEqual(['4711', '4711', '4712']);
  expect(under.requests).toHaveLength(2);
});
