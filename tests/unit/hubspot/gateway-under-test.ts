import type { Clock } from '../../../hubspot/clock.ts';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { connectionId, type MemoryPorts, memoryPorts } from '../../fakes/hubspot-ports.ts';
import { type Script, scriptedServer } from './scripted-server.ts';

/** Time that passes only while somebody sleeps. */
export function manualClock(
  startMs = Date.now(),
): Clock & { readonly slept: number[]; advance(ms: number): void } {
  let now = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
  };
}

/** A gateway over ports in memory, against a scripted server; `hubspot` is opened under epoch 1, in the bulk lane. */
export async function gatewayUnderTest(
  script: Script,
  {
    ports = memoryPorts(),
    clock = manualClock(),
  }: { ports?: MemoryPorts; clock?: ReturnType<typeof manualClock> } = {},
) {
  const server = await scriptedServer(script);
  const config = {
    apiUrl: server.url,
    authUrl: 'https://app.hubspot.test',
    version: 'v3',
    appId: '54321',
    clientId: 'client-1',
    clientSecret: 'secret-1',
  };
  const gateway = hubspotGateway(config, ports, { clock, gatherForMs: 5 });
  const hubspot = gateway.open({ connectionId, epoch: 1, lane: 'bulk' });
  return {
    ...gateway,
    hubspot,
    ports,
    clock,
    requests: server.requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A contact as HubSpot sends it. */
export const aContact = (id: string, properties: Readonly<Record<string, string | null>> = {}) => ({
  id,
  properties: { hs_object_id: id, ...properties },
  createdAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-02T10:00:00.000Z',
  archived: false,
});
