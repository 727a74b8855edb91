import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { fixedPorts, freePorts, refuseBusyPorts } from '../../../stack/addresses.ts';

/** Takes a free port of all interfaces, as another program would. */
async function takePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

test('the ports are the documented ones, and each has a variable that moves it', () => {
  expect(fixedPorts({})).toEqual({
    app: 3000,
    postgres: 15_432,
    temporal: 7233,
    temporalUi: 8233,
    sandbox: 4242,
  });
  const moved = {
    VOUCHFLOW_PORT: '1',
    VOUCHFLOW_POSTGRES_PORT: '2',
    VOUCHFLOW_TEMPORAL_PORT: '3',
    VOUCHFLOW_TEMPORAL_UI_PORT: '4',
    VOUCHFLOW_SANDBOX_PORT: '5',
  };
  expect(fixedPorts(moved)).toEqual({ app: 1, postgres: 2, temporal: 3, temporalUi: 4, sandbox: 5 });
});

test.each(['http', '0', '65536', '3000.5'])(
  'a port of "%s" is refused with the name of its variable',
  (port) => {
    expect(() => fixedPorts({ VOUCHFLOW_PORT: port })).toThrow(/^VOUCHFLOW_PORT must be/);
  },
);

test('each busy port is a line that says which one, who wants it and which variable moves it', async () => {
  const [app, sandbox] = [await takePort(), await takePort()];
  const ports = { ...(await freePorts()), app, sandbox };
  await expect(refuseBusyPorts(ports, ['app', 'temporal', 'sandbox'])).rejects.toThrow(
    [
      `Port ${app} is taken by another program. Vouchflow wants it for the API and the public pages; set VOUCHFLOW_PORT to use another port.`,
      `Port ${sandbox} is taken by another program. Vouchflow wants it for the HubSpot sandbox; set VOUCHFLOW_SANDBOX_PORT to use another port.`,
    ].join('\n'),
  );
});

test('a busy port that nobody needs is no trouble; one that two parts are given is', async () => {
  const ports = { ...(await freePorts()), sandbox: await takePort() };
  await expect(
    refuseBusyPorts(ports, ['app', 'postgres', 'temporal', 'temporalUi']),
  ).resolves.toBeUndefined();
  const same = { ...ports, temporalUi: ports.temporal };
  await expect(refuseBusyPorts(same, ['temporal', 'temporalUi'])).rejects.toThrow(/wanted for both/);
});
