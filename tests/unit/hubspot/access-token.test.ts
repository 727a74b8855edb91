import { expect, test } from 'vitest';
import { tokenRefresh } from '../../../hubspot/access-token.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import type { HubSpotOAuth } from '../../../hubspot/oauth.ts';
import { connectionId, memoryPorts } from '../../fakes/hubspot-ports.ts';

const scope = { connectionId, epoch: 1, lane: 'interactive' } as const;

function underTest(exchange: HubSpotOAuth['refresh']) {
  const ports = memoryPorts();
  const refresh = ports.tokens.refresh.bind(ports.tokens);
  let locks = 0;
  const tokens = {
    ...ports.tokens,
    refresh: (input: Parameters<typeof refresh>[0]) => {
      locks += 1;
      return refresh(input);
    },
  };
  const oauth = { refresh: exchange } as HubSpotOAuth;
  return { ports, ...tokenRefresh({ tokens, oauth }), locks: () => locks };
}

const renewed = {
  accessToken: 'access-2',
  refreshToken: 'refresh-2',
  expiresAt: new Date('2026-11-24T12:00:00Z'),
};

test('reliability A2.11: in one process, fifty callers with one stale token ask the store once', async () => {
  const under = underTest(async () => renewed);
  await Promise.all(Array.from({ length: 50 }, () => under.refresh(scope, 'access-1')));
  expect(under.locks()).toBe(1);
  expect(under.ports.connection.accessToken).toBe('access-2');
});

test('a refresh that failed is not remembered: the next caller tries again', async () => {
  const answers = [() => Promise.reject(new HubSpotError({ kind: 'unavailable' })), async () => renewed];
  const under = underTest(() => answers.shift()?.() ?? Promise.reject(new Error('asked too often')));
  await expect(under.refresh(scope, 'access-1')).rejects.toMatchObject({ detail: { kind: 'unavailable' } });
  await expect(under.refresh(scope, 'access-1')).resolves.toBeUndefined();
});
