import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, expect, test } from 'vitest';
import { signalProcess, waitForEnd } from '../../../stack/processes.ts';
import { type EmbeddedTemporal, startTemporal } from '../../../stack/temporal.ts';
import { recordIn, testFolder } from '../../support/stack.ts';

let folder: string;
let databaseFile: string;

beforeAll(async () => {
  folder = await testFolder('temporal');
  databaseFile = join(folder, 'temporal.db');
});

const start = (options: { readonly say?: (line: string) => void } = {}): Promise<EmbeddedTemporal> =>
  startTemporal({
    databaseFile,
    logFile: join(folder, 'temporal.log'),
    say: options.say ?? ((line) => console.log(line)),
    onSpawn: recordIn(folder, 'temporal'),
  });

async function withClient<T>(server: EmbeddedTemporal, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

test('design §9: a workflow survives kill -9 of the server, with its search attributes', async () => {
  const first = await start();
  const attributes = { WorkspaceId: ['ws'], CampaignId: ['c'], ConnectionId: ['hs'] };
  await withClient(first, (client) =>
    client.workflow.start('none', { workflowId: 'kept', taskQueue: 'nobody', searchAttributes: attributes }),
  );
  signalProcess(first.identity, 'SIGKILL');
  await waitForEnd(first.identity, 5_000);
  // A write-ahead log, and not the slow default, is what it wrote to.
  expect(existsSync(`${databaseFile}-wal`)).toBe(true);

  const second = await start();
  const described = await withClient(second, (client) => client.workflow.getHandle('kept').describe());
  expect(described.status.name).toBe('RUNNING');
  expect(described.searchAttributes).toEqual(attributes);
  await second.stop();
});

test('design §9: the state of another server version is moved aside, and that is said', async () => {
  writeFileSync(databaseFile, 'written by another server');
  writeFileSync(`${databaseFile}.server-version`, '1.20.0\n');
  const said: string[] = [];
  const server = await start({ say: (line) => said.push(line) });
  const found = withClient(server, (client) => client.workflow.getHandle('kept').describe());
  await expect(found).rejects.toThrow(/not found/);
  await server.stop();
  expect(said).toEqual([expect.stringContaining('written by server 1.20.0')]);
  expect(readdirSync(folder)).toContainEqual(expect.stringMatching(/^temporal\.db\.of-1\.20\.0-\d+$/));
});

test('the web UI answers on its own address', async () => {
  const server = await start();
  const response = await fetch(server.uiUrl ?? '');
  expect(response.status).toBe(200);
  await server.stop();
});
