import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from '@hubspot/api-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signatureV2 } from '../../../hubspot/sandbox/webhooks/signature.ts';
import {
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../unit/hubspot/scripted-server.ts';
import { app, aSandbox, portalId, send, type TestSandbox } from './fixture.ts';

const appId = Number(app.appId);

interface Run {
  readonly callbackId: string;
  readonly state: string;
  readonly attempt: number;
  readonly status: number | null;
  readonly outputFields: Record<string, unknown>;
}

let sandbox: TestSandbox;
let target: ScriptedServer;
let answers: ScriptedAnswer[];
let developer: Client;
let contactId: string;
beforeEach(async () => {
  answers = [];
  target = await scriptedServer(() => answers.shift() ?? { status: 200, body: {} });
  sandbox = await aSandbox();
  developer = new Client({ developerApiKey: `dev-${app.appId}`, basePath: sandbox.url });
  contactId = await sandbox.contact({ email: 'ada@example.test', firstname: 'Ada' });
});
afterEach(async () => {
  await sandbox.close();
  await target[Symbol.asyncDispose]();
});

const define = () =>
  developer.automation.actions.definitionsApi.create(appId, {
    actionUrl: `${target.url}/actions/reward?campaign=1`,
    published: true,
    functions: [],
    objectTypes: ['CONTACT'],
    objectRequestOptions: { properties: ['firstname', 'city'] },
    labels: { en: { actionName: 'Reward the referrer' } },
    inputFields: [
      {
        isRequired: true,
        supportedValueTypes: ['STATIC_VALUE' as never],
        typeDefinition: { name: 'amount', type: 'number' as never, options: [], externalOptions: false },
      },
    ],
  });
const execute = async (definitionId: string, more: object = {}) =>
  (
    await sandbox.control<{ callbackId: string }>('POST', `/portals/${portalId}/workflow-actions`, {
      definitionId,
      recordId: contactId,
      inputFields: { amount: '5' },
      retryDelaysMs: [1, 1],
      ...more,
    })
  ).body.callbackId;
const runOf = async (callbackId: string): Promise<Run | undefined> => {
  const { body } = await sandbox.control<{ results: Run[] }>('GET', `/portals/${portalId}/workflow-actions`);
  return body.results.find((run) => run.callbackId === callbackId);
};
const stateOf = (callbackId: string) =>
  expect.poll(async () => (await runOf(callbackId))?.state, { timeout: 10_000 });
const output = (fields: Record<string, string>): ScriptedAnswer => ({ body: { outputFields: fields } });
const complete = (callbackId: string, state = 'SUCCESS') =>
  sandbox.client.automation.actions.callbacksApi.complete(callbackId, {
    outputFields: { hs_execution_state: state },
  });

test('facts §10: an action is defined by the developer’s key, changed, listed and archived by the typed client', async () => {
  const { definitionsApi } = developer.automation.actions;
  const made = await define();
  expect(made).toMatchObject({ revisionId: '1', published: true, objectTypes: ['CONTACT'] });
  expect(made.labels['en']?.actionName).toBe('Reward the referrer');
  const changed = await definitionsApi.update(made.id, appId, { published: false });
  expect(changed).toMatchObject({
    id: made.id,
    revisionId: '2',
    published: false,
    actionUrl: made.actionUrl,
  });
  expect((await definitionsApi.getPage(appId)).results.map(({ id }) => id)).toEqual([made.id]);
  await definitionsApi.archive(made.id, appId);
  await expect(definitionsApi.getById(made.id, appId)).rejects.toMatchObject({ code: 404 });
  const wrongKey = new Client({ developerApiKey: 'x', basePath: sandbox.url });
  await expect(wrongKey.automation.actions.definitionsApi.getPage(appId)).rejects.toMatchObject({
    code: 401,
  });
});

test('facts §10: an execution tells the record, its values and the inputs, signed in v2', async () => {
  const { id } = await define();
  const callbackId = await execute(id, { workflowId: 77 });
  await stateOf(callbackId).toBe('succeeded');
  const [request] = target.requests;
  expect(JSON.parse(request?.text ?? '')).toEqual({
    callbackId,
    origin: { portalId, actionDefinitionId: Number(id), actionDefinitionVersion: 1 },
    context: { source: 'WORKFLOWS', workflowId: 77 },
    object: {
      objectId: Number(contactId),
      objectType: 'CONTACT',
      properties: { firstname: 'Ada', city: null },
    },
    inputFields: { amount: '5' },
  });
  const signed = {
    method: 'POST',
    url: `${target.url}/actions/reward?campaign=1`,
    body: request?.text ?? '',
  };
  expect(request?.headers).toMatchObject({
    'x-hubspot-signature-version': 'v2',
    'x-hubspot-signature': signatureV2(app.clientSecret, signed),
  });
});

test.each([
  ['SUCCESS', 'succeeded'],
  ['FAIL_CONTINUE', 'failed'],
  ['BLOCK', 'blocked'],
  ['ASYNC', 'blocked'],
])('facts §10: the state %s in an answer means %s', async (state, meaning) => {
  answers.push(output({ hs_execution_state: state, reward: '5' }));
  const callbackId = await execute((await define()).id);
  await stateOf(callbackId).toBe(meaning);
  expect((await runOf(callbackId))?.outputFields['reward']).toBe('5');
});

test('facts §10: a blocked run waits for its completion, which works once, in its own portal only', async () => {
  const { id } = await define();
  answers.push(output({ hs_execution_state: 'BLOCK' }), output({ hs_execution_state: 'BLOCK' }));
  const [one, two] = [await execute(id), await execute(id)];
  await stateOf(one).toBe('blocked');
  await stateOf(two).toBe('blocked');
  const { body: other } = await sandbox.control<{ portalId: number }>('POST', '/portals');
  const { body: install } = await sandbox.control<{ access_token: string }>(
    'POST',
    `/portals/${other.portalId}/install`,
  );
  const elsewhere = await send(`${sandbox.url}/automation/v4/actions/callbacks/${one}/complete`, 'POST', {
    token: install.access_token,
    body: { outputFields: { hs_execution_state: 'SUCCESS' } },
  });
  expect(elsewhere.status).toBe(404);
  await complete(one);
  await stateOf(one).toBe('succeeded');
  await expect(complete(one)).rejects.toMatchObject({ code: 404 });
  const inputs = [one, two].map((callbackId) => ({ callbackId, outputFields: {} }));
  expect((await sandbox.api('POST', '/automation/v4/actions/callbacks/complete', { inputs })).status).toBe(
    404,
  );
  await stateOf(two).toBe('blocked');
  const dated = '/automation/actions/callbacks/2026-03/complete';
  expect((await sandbox.api('POST', dated, { inputs: inputs.slice(1) })).status).toBe(204);
  await stateOf(two).toBe('succeeded');
});

test('facts §10: completing needs the scope automation', async () => {
  const { body } = await sandbox.control<{ access_token: string }>('POST', `/portals/${portalId}/install`, {
    scopes: ['oauth'],
  });
  const refused = await send(`${sandbox.url}/automation/v4/actions/callbacks/x/complete`, 'POST', {
    token: body.access_token,
    body: { outputFields: {} },
  });
  expect(refused).toMatchObject({ status: 403, body: { category: 'MISSING_SCOPES' } });
});

test('facts §10: a blocked run goes on without the app once its time is up', async () => {
  answers.push(output({ hs_execution_state: 'BLOCK', hs_expiration_duration: 'PT0.05S' }));
  const callbackId = await execute((await define()).id);
  await stateOf(callbackId).toBe('expired');
  await expect(complete(callbackId)).rejects.toMatchObject({ code: 404 });
});

test('design §4: a file of the version before actions is led up; a blocked run outlives a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const database = join(folder, 'sandbox.sqlite');
  await (await aSandbox({ database })).close();
  const old = new DatabaseSync(database);
  old.exec(`DROP TABLE action_runs; DROP TABLE action_definitions;
    ALTER TABLE portals DROP COLUMN additional_currencies; PRAGMA user_version = 2`);
  old.close();

  await sandbox.close();
  sandbox = await aSandbox({ database });
  developer = new Client({ developerApiKey: `dev-${app.appId}`, basePath: sandbox.url });
  contactId = await sandbox.contact({ firstname: 'Ada' });
  answers.push(output({ hs_execution_state: 'BLOCK' }));
  const callbackId = await execute((await define()).id);
  await stateOf(callbackId).toBe('blocked');
  await sandbox.close();

  sandbox = await aSandbox({ database });
  await stateOf(callbackId).toBe('blocked');
  await complete(callbackId);
  await stateOf(callbackId).toBe('succeeded');
  expect(target.requests).toHaveLength(1);
  await rm(folder, { recursive: true });
});

test('facts §10: 5xx is tried again until the tries are used up, 429 after the app’s own milliseconds, 4xx never', async () => {
  const { id } = await define();
  answers.push({ status: 500 }, { status: 429, headers: { 'retry-after': '2' } }, { status: 200 });
  const repeated = await execute(id, { retryDelaysMs: [1, 600_000] });
  await stateOf(repeated).toBe('succeeded');
  expect((await runOf(repeated))?.attempt).toBe(2);
  answers.push({ status: 503 }, { status: 503 }, { status: 503 });
  const hopeless = await execute(id);
  await stateOf(hopeless).toBe('failed');
  answers.push({ status: 404 });
  const refused = await execute(id);
  await stateOf(refused).toBe('failed');
  expect(await runOf(refused)).toMatchObject({ attempt: 0, status: 404 });
});
