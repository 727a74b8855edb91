import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromPublicId, toPublicId } from '../../../domain/id.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let campaignId: string;
/** One property per campaign, since two campaigns may not share the one of their links. */
const properties = Array.from({ length: 40 }, (_, n) => `link_${n}`);
beforeAll(async () => {
  accounts = await startAccounts();
  for (const name of properties) await accounts.addProperty(firstPortal, { name });
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
});
beforeEach(async () => {
  campaignId = (await operator.call('POST', '/campaigns', { name: 'Runs' })).body.id;
  const saved = await operator.call('PUT', `/campaigns/${campaignId}/hubspot`, {
    sync: {
      scope: { kind: 'all' },
      mappingsOut: [
        {
          objectType: 'contact',
          property: properties.pop(),
          source: { kind: 'dynamic', field: 'referral_link' },
        },
      ],
    },
  });
  if (saved.status !== 200) throw new Error('The campaign was not configured');
});
afterAll(async () => {
  await api?.stop();
  await accounts?.stop();
});

const order = (what: string, body?: object, headers?: Record<string, string>) =>
  operator.call('POST', what, body, headers);
const start = (kind: 'sync' | 'sync/preview') => order(`/campaigns/${campaignId}/${kind}`);
const get = (path: string) => operator.call('GET', path);
const uuid = (publicId: string): string => fromPublicId('syncRun', publicId) ?? '';
const campaignUuid = () => fromPublicId('campaign', campaignId) ?? '';
const system = () => api.database.system;

/** The worker's part: the run has come to its end. */
const finish = (publicId: string, state = 'completed') =>
  system().execute(
    sql`update sync_runs set state = ${state}, finished_at = now() where id = ${uuid(publicId)}`,
  );

async function aFinishedSync(): Promise<string> {
  const { body } = await start('sync');
  await finish(body.id);
  return body.id;
}

/** A sync of this moment, beside whatever is open: kinds that are not started by these routes. */
async function aRun(kind: string, finished = true): Promise<string> {
  const id = newId();
  await system().execute(sql`
    insert into sync_runs (id, workspace_id, campaign_id, connection_id, epoch, kind, state, started_at, finished_at)
    select ${id}, workspace_id, id, connection_id, 1, ${kind}, ${finished ? 'completed' : 'running'}, now(),
      ${finished ? sql`now()` : sql`null`}
    from campaigns where id = ${campaignUuid()}`);
  return toPublicId('syncRun', id);
}

interface Row {
  readonly crmId: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly undo?: string;
}

const record = (runId: string, rows: readonly Row[]) =>
  system().execute(sql`
    insert into sync_changes (run_id, crm_id, workspace_id, outcome, reason, properties, fields, undo, created_at)
    select ${uuid(runId)}, "crmId", ${operator.workspaceId}, coalesce(outcome, 'update'), reason,
      '{"link": {"before": "old", "after": "new"}}', '{"first_name": {"before": null, "after": "Ana"}}', undo, now()
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as told ("crmId" text, outcome text, reason text, undo text)`);

const skip = (runId: string, rows: readonly { crmId: string; reason: string; detail?: string }[]) =>
  system().execute(sql`
    insert into sync_exceptions (run_id, crm_id, workspace_id, reason, detail, created_at)
    select ${uuid(runId)}, "crmId", ${operator.workspaceId}, reason, detail, now()
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as told ("crmId" text, reason text, detail text)`);

const refusal = (words: RegExp) => ({ status: 409, body: { detail: expect.stringMatching(words) } });

describe('one open run per campaign', () => {
  test('E4: a preview is a run of its own kind; asked for again while it is open, it is answered', async () => {
    const first = await start('sync/preview');
    expect(first).toMatchObject({
      status: 201,
      body: { kind: 'preview', state: 'waiting', ofRunId: null, total: null, secondsLeft: null },
    });
    const again = await start('sync/preview');
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    expect((await get(`/campaigns/${campaignId}/sync`)).body.id).toBe(first.body.id);
  });

  test('S40: a sync that meets an open preview is refused and told what to do, and the other way round', async () => {
    const preview = await start('sync/preview');
    expect(await start('sync')).toMatchObject(refusal(/A preview .* is open.*stop it first/));
    await finish(preview.body.id, 'stopped');
    expect((await start('sync')).status).toBe(201);
    expect(await start('sync/preview')).toMatchObject(refusal(/A sync .* is open/));
  });

  test('S34: a preview is refused where a sync would be', async () => {
    const bare = (await operator.call('POST', '/campaigns', { name: 'Not configured' })).body.id;
    const [preview, sync] = [
      await order(`/campaigns/${bare}/sync/preview`),
      await order(`/campaigns/${bare}/sync`),
    ];
    expect([preview.status, preview.body.errors]).toEqual([422, sync.body.errors]);
  });

  test('E4: a preview is paused, resumed and stopped like a sync', async () => {
    await start('sync/preview');
    for (const [what, wanted] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['stop', 'stopped'],
    ] as const) {
      expect((await order(`/campaigns/${campaignId}/sync/${what}`)).body).toMatchObject({
        kind: 'preview',
        wanted,
      });
    }
  });

  test('each order is taken once under its Idempotency-Key, and starts the campaign’s workflow once', async () => {
    const source = await aFinishedSync();
    await record(source, [{ crmId: '1' }]);
    await skip(source, [{ crmId: '2', reason: 'no-email' }]);
    const paths = [
      `/campaigns/${campaignId}/sync/preview`,
      `/sync-runs/${source}/undo`,
      `/sync-runs/${source}/retry`,
    ];
    for (const path of paths) {
      const key = { 'idempotency-key': `key-${path}` };
      const [first, again] = [await order(path, undefined, key), await order(path, undefined, key)];
      expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([201, 201, 'true']);
      expect(again.body).toEqual(first.body);
      const [starts] = await system().execute<{ n: number }>(
        sql`select count(*)::int as n from outbox where kind = 'start' and input -> 'args' ->> 'syncRunId' = ${uuid(first.body.id)}`,
      );
      expect(starts?.n).toBe(1);
      await finish(first.body.id, 'stopped');
    }
  });
});

describe('the runs of a campaign', () => {
  test('are listed newest first, of every kind, page by page', async () => {
    const kinds = ['sync', 'preview', 'ongoing', 'undo', 'retry'];
    const ids: string[] = [];
    for (const kind of kinds) ids.push(await aRun(kind));
    const first = await get(`/campaigns/${campaignId}/sync/runs?limit=3`);
    expect(first.body.items.map(({ kind }) => kind)).toEqual(['retry', 'undo', 'ongoing']);
    const rest = await get(`/campaigns/${campaignId}/sync/runs?limit=3&after=${first.body.next}`);
    expect(rest.body.items.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    expect(rest.body.next).toBeNull();
  });

  test('tell how fast they are and how long they will take, while that is known', async () => {
    const { body } = await start('sync');
    const show = async (changes: ReturnType<typeof sql>) => {
      await system().execute(sql`update sync_runs set ${changes} where id = ${uuid(body.id)}`);
      return (await get(`/sync-runs/${body.id}`)).body;
    };
    expect(await show(sql`state = 'running', total = 1000, seen = 400, per_second = 50`)).toMatchObject({
      total: 1000,
      seen: 400,
      perSecond: 50,
      secondsLeft: 12,
    });
    expect(await show(sql`seen = 1200`)).toMatchObject({ secondsLeft: 0 });
    expect(await show(sql`per_second = 0`)).toMatchObject({ secondsLeft: null });
    expect(await show(sql`per_second = 50, state = 'paused'`)).toMatchObject({ secondsLeft: null });
    expect(await show(sql`state = 'running', total = null`)).toMatchObject({ secondsLeft: null });
  });

  test('E4: a preview counts its contacts by outcome and by reason; other runs say what was taken back', async () => {
    const preview = await aRun('preview');
    await record(preview, [
      { crmId: '1', outcome: 'create' },
      { crmId: '2', outcome: 'create' },
      { crmId: '3', outcome: 'update', reason: 'edited-in-hubspot' },
      { crmId: '4', outcome: 'skipped', reason: 'no-email' },
    ]);
    expect((await get(`/sync-runs/${preview}`)).body).toMatchObject({
      outcomes: { create: 2, update: 1, unchanged: 0, skipped: 1 },
      skipped: { 'edited-in-hubspot': 1, 'no-email': 1 },
      undo: null,
    });
    // A later run has deleted them.
    await system().execute(sql`delete from sync_changes where run_id = ${uuid(preview)}`);
    await system().execute(sql`update sync_runs set seen = 4 where id = ${uuid(preview)}`);
    expect((await get(`/sync-runs/${preview}`)).body).toMatchObject({ outcomes: null, skipped: {} });
    const sync = await aRun('sync');
    expect((await get(`/sync-runs/${sync}`)).body).toMatchObject({ outcomes: null, undo: null });
    await record(sync, [{ crmId: '1', undo: 'undone' }, { crmId: '2', undo: 'left-edited' }, { crmId: '3' }]);
    const undo = await aRun('undo');
    await system().execute(sql`update sync_runs set of_run_id = ${uuid(sync)} where id = ${uuid(undo)}`);
    const counts = { undone: 1, leftEdited: 1, leftGone: 0, leftRefused: 0 };
    expect((await get(`/sync-runs/${undo}`)).body).toMatchObject({ ofRunId: sync, undo: counts });
    expect((await get(`/sync-runs/${sync}`)).body).toMatchObject({ ofRunId: null, undo: counts });
  });

  test('and all that belongs to them are unknown to another workspace', async () => {
    const run = await aFinishedSync();
    const other = await api.operator('Other');
    for (const path of ['', '/changes', '/exceptions', '/exceptions.csv']) {
      expect((await other.call('GET', `/sync-runs/${run}${path}`)).status).toBe(404);
    }
    expect((await other.call('GET', `/campaigns/${campaignId}/sync/runs`)).status).toBe(404);
    expect((await other.call('POST', `/sync-runs/${run}/undo`)).status).toBe(404);
    expect((await other.call('POST', `/sync-runs/${run}/retry`)).status).toBe(404);
    expect((await other.call('POST', `/campaigns/${campaignId}/sync/preview`)).status).toBe(404);
  });
});

describe('E4: the changes of a run', () => {
  test('show each contact with its address in HubSpot, the reason in words, and values before and after', async () => {
    const run = await aRun('preview');
    await record(run, [
      { crmId: '51', outcome: 'skipped', reason: 'no-email' },
      { crmId: '52', undo: 'left-gone' },
    ]);
    const { body } = await get(`/sync-runs/${run}/changes`);
    expect(body.items).toEqual([
      {
        contactId: '51',
        hubspotUrl: expect.stringMatching(new RegExp(`^https://.*/contacts/${firstPortal}/record/0-1/51$`)),
        outcome: 'skipped',
        reason: 'no-email',
        sentence: 'The contact has no e-mail address.',
        properties: { link: { before: 'old', after: 'new', undone: false } },
        fields: { first_name: { before: null, after: 'Ana' } },
        undo: null,
        undoSentence: null,
      },
      expect.objectContaining({ undo: 'left-gone', undoSentence: expect.stringContaining('deleted') }),
    ]);
  });

  test('are filtered, and paged by contact', async () => {
    const run = await aRun('preview');
    const rows = Array.from({ length: 5 }, (_, n) => ({
      crmId: `10${n}`,
      outcome: n < 4 ? 'create' : 'unchanged',
    }));
    await record(run, rows);
    const list = async (query: string) => (await get(`/sync-runs/${run}/changes?${query}`)).body;
    const first = await list('outcome=create&limit=3');
    expect(first.items.map(({ contactId }) => contactId)).toEqual(['100', '101', '102']);
    const rest = await list(`outcome=create&limit=3&after=${first.next}`);
    expect([rest.items.map(({ contactId }) => contactId), rest.next]).toEqual([['103'], null]);
    expect((await list('outcome=unchanged')).items).toHaveLength(1);
    for (const query of ['outcome=deleted', 'after=x', 'limit=0', 'colour=red']) {
      expect((await get(`/sync-runs/${run}/changes?${query}`)).status).toBe(400);
    }
  });

  test('of an undo are those of the run that it takes back', async () => {
    const sync = await aFinishedSync();
    await record(sync, [
      { crmId: '1', undo: 'undone' },
      { crmId: '2', undo: 'left-edited' },
    ]);
    const undo = await aRun('undo');
    await system().execute(sql`update sync_runs set of_run_id = ${uuid(sync)} where id = ${uuid(undo)}`);
    const { body } = await get(`/sync-runs/${undo}/changes?undo=left-edited`);
    expect(body.items).toMatchObject([{ contactId: '2', undo: 'left-edited' }]);
  });
});

describe('the exceptions of a run', () => {
  test('S40: say the reason in words, and are filtered by it', async () => {
    const run = await aFinishedSync();
    await skip(run, [
      { crmId: '1', reason: 'no-email' },
      { crmId: '2', reason: 'refused-by-hubspot', detail: 'invalid link READ_ONLY_VALUE' },
    ]);
    const all = await get(`/sync-runs/${run}/exceptions`);
    expect(all.body.items).toMatchObject([
      { contactId: '1', reason: 'no-email', sentence: 'The contact has no e-mail address.', detail: null },
      {
        contactId: '2',
        detail: 'invalid link READ_ONLY_VALUE',
        hubspotUrl: expect.stringContaining('/0-1/2'),
      },
    ]);
    const some = await get(`/sync-runs/${run}/exceptions?reason=no-email`);
    expect(some.body.items).toHaveLength(1);
    expect((await get(`/campaigns/${campaignId}/sync/exceptions?reason=no-email`)).body).toEqual(some.body);
    expect((await get(`/sync-runs/${run}/exceptions?reason=bad-luck`)).status).toBe(400);
    expect((await get(`/sync-runs/${run}`)).body).toMatchObject({
      skipped: { 'no-email': 1, 'refused-by-hubspot': 1 },
    });
  });

  test('P13: are a CSV file of any length in which no spreadsheet finds a formula', async () => {
    const run = await aFinishedSync();
    const rows = Array.from({ length: 2_300 }, (_, n) => ({ crmId: String(10_000 + n), reason: 'no-email' }));
    await skip(run, [...rows, { crmId: '1', reason: 'value-too-long', detail: '=HYPERLINK("x"),\n"y"' }]);
    const file = await get(`/sync-runs/${run}/exceptions.csv`);
    expect(file.status).toBe(200);
    expect(file.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="exceptions-${run}.csv"`,
    });
    const [header, ...lines] = file.text.trimEnd().split('\n');
    expect(header).toBe('contact_id,hubspot_url,reason,sentence,detail');
    expect(lines.slice(0, 2).join('\n')).toMatch(
      /^1,https:.*,value-too-long,.*,"'=HYPERLINK\(""x""\),\n""y"""$/,
    );
    expect(lines.slice(2).map((line) => line.split(',')[0])).toEqual(rows.map(({ crmId }) => crmId));
    const filtered = await get(`/sync-runs/${run}/exceptions.csv?reason=value-too-long`);
    expect(filtered.text.split('\n')).toHaveLength(4);
  });

  test('P13: a file that breaks in the middle is cut off, not ended', async () => {
    const run = await aFinishedSync();
    await skip(
      run,
      Array.from({ length: 1_500 }, (_, n) => ({ crmId: String(n), reason: 'no-email' })),
    );
    const inWorkspace = api.database.app.inWorkspace.bind(api.database.app);
    let reads = 0;
    Object.assign(api.database.app, {
      inWorkspace: (...args: Parameters<typeof inWorkspace>) => {
        reads += 1;
        // The caller's own look-ups and the first page; then the database is gone.
        return reads > 2 ? Promise.reject(new Error('the database is gone')) : inWorkspace(...args);
      },
    });
    const broken = get(`/sync-runs/${run}/exceptions.csv`);
    await expect(broken).rejects.toThrow(/destroyed/);
    Object.assign(api.database.app, { inWorkspace });
  });
});

describe('E4: an undo is refused, with what to do,', () => {
  test('of a preview or an undo, and of a run that is open', async () => {
    for (const kind of ['preview', 'undo']) {
      expect(await order(`/sync-runs/${await aRun(kind)}/undo`)).toMatchObject(
        refusal(/only what a sync wrote/),
      );
    }
    const open = await start('sync');
    await record(open.body.id, [{ crmId: '1' }]);
    expect(await order(`/sync-runs/${open.body.id}/undo`)).toMatchObject(refusal(/still open.*sync\/stop/));
  });

  test('of a run that wrote nothing, or was undone', async () => {
    const run = await aFinishedSync();
    expect(await order(`/sync-runs/${run}/undo`)).toMatchObject(refusal(/nothing in HubSpot/));
    await record(run, [
      { crmId: '1', undo: 'undone' },
      { crmId: '2', undo: 'left-edited' },
    ]);
    expect(await order(`/sync-runs/${run}/undo`)).toMatchObject(refusal(/nothing in HubSpot/));
  });

  test('while the ongoing sync is on', async () => {
    const run = await aFinishedSync();
    await record(run, [{ crmId: '1' }]);
    const ongoing = await aRun('ongoing', false);
    expect(await order(`/sync-runs/${run}/undo`)).toMatchObject(refusal(/ongoing sync is on.*Turn it off/));
    await finish(ongoing, 'stopped');
    expect((await order(`/sync-runs/${run}/undo`)).status).toBe(201);
  });

  test('before a later run that wrote as well, which it names; then it goes backwards', async () => {
    const [first, second, idle] = [await aFinishedSync(), await aFinishedSync(), await aFinishedSync()];
    await record(first, [{ crmId: '1' }]);
    await record(second, [{ crmId: '2' }]);
    expect(await order(`/sync-runs/${first}/undo`)).toMatchObject(
      refusal(new RegExp(`Undo that one first.*${second}/undo`)),
    );
    const undo = await order(`/sync-runs/${second}/undo`);
    expect(undo).toMatchObject({ status: 201, body: { kind: 'undo', ofRunId: second } });
    await system().execute(sql`update sync_changes set undo = 'left-edited' where run_id = ${uuid(second)}`);
    // Stopped half way it is not done.
    await finish(undo.body.id, 'stopped');
    expect(await order(`/sync-runs/${first}/undo`)).toMatchObject(refusal(/Undo that one first/));
    await finish(undo.body.id);
    expect((await order(`/sync-runs/${first}/undo`)).status).toBe(201);
    expect(await order(`/sync-runs/${idle}/undo`)).toMatchObject(refusal(/nothing in HubSpot/));
  });

  test('of a run over another HubSpot account, which holds up no run over this one', async () => {
    const [here, there] = [await aFinishedSync(), await aFinishedSync()];
    await record(here, [{ crmId: '1' }]);
    await record(there, [{ crmId: '1' }]);
    const elsewhere = newId();
    await system().execute(sql`
      insert into connections select (jsonb_populate_record(c, jsonb_build_object('id', ${elsewhere}::text, 'portal_id',
        ${elsewhere}::text, 'status', 'disconnected'))).* from connections c where c.workspace_id = ${operator.workspaceId} limit 1`);
    await system().execute(sql`update sync_runs set connection_id = ${elsewhere} where id = ${uuid(there)}`);
    expect(await order(`/sync-runs/${there}/undo`)).toMatchObject(refusal(/another HubSpot account/));
    expect((await order(`/sync-runs/${here}/undo`)).status).toBe(201);
  });
});

test('E4: the same undo is answered while it is open, another order is refused; an ended campaign can be undone', async () => {
  const run = await aFinishedSync();
  await record(run, [{ crmId: '1' }]);
  await skip(run, [{ crmId: '2', reason: 'no-email' }]);
  await operator.call('PATCH', `/campaigns/${campaignId}`, { status: 'published' });
  await operator.call('PATCH', `/campaigns/${campaignId}`, { status: 'ended' });
  const first = await order(`/sync-runs/${run}/undo`);
  const again = await order(`/sync-runs/${run}/undo`);
  expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id]);
  expect(await order(`/sync-runs/${run}/retry`)).toMatchObject(refusal(/campaign is ended/));
});

describe('S40: a retry', () => {
  test('is a run about another one, of all its exceptions or those of one reason', async () => {
    const run = await aFinishedSync();
    await skip(run, [
      { crmId: '1', reason: 'no-email' },
      { crmId: '2', reason: 'invalid-email' },
    ]);
    const retry = await order(`/sync-runs/${run}/retry`, { reason: 'no-email' });
    expect(retry).toMatchObject({
      status: 201,
      body: { kind: 'retry', ofRunId: run, onlyReason: 'no-email', state: 'waiting' },
    });
    expect((await order(`/sync-runs/${run}/retry`, { reason: 'no-email' })).status).toBe(200);
    expect(await order(`/sync-runs/${run}/retry`)).toMatchObject(refusal(/A retry .* is open/));
    await finish(retry.body.id);
    expect((await order(`/sync-runs/${run}/retry`, {})).body).toMatchObject({ onlyReason: null });
  });

  test('is refused where there is nothing to retry, of a preview, and of a run that is open', async () => {
    const run = await aFinishedSync();
    await skip(run, [{ crmId: '1', reason: 'no-email' }]);
    expect(await order(`/sync-runs/${run}/retry`, { reason: 'record-gone' })).toMatchObject(
      refusal(/nothing to retry/),
    );
    expect(await order(`/sync-runs/${await aRun('preview')}/retry`)).toMatchObject(
      refusal(/exceptions of a sync/),
    );
    const open = await start('sync');
    await skip(open.body.id, [{ crmId: '1', reason: 'no-email' }]);
    expect(await order(`/sync-runs/${open.body.id}/retry`)).toMatchObject(refusal(/still open/));
    expect((await order(`/sync-runs/${run}/retry`, { reason: 'bad-luck' })).status).toBe(400);
  });

  test('takes up the exceptions of an ongoing sync while it is on', async () => {
    const ongoing = await aRun('ongoing', false);
    await skip(ongoing, [{ crmId: '1', reason: 'no-email' }]);
    expect((await order(`/sync-runs/${ongoing}/retry`)).body).toMatchObject({
      kind: 'retry',
      ofRunId: ongoing,
    });
  });
});
