import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPortal } from './a-portal.ts';
import { aSlice, findings, openRun, runOf } from './a-run.ts';
import { aSyncCampaign, exceptionsOf, runRow } from './a-sync.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const sync = { kind: 'sync' } as const;

/** Two contacts without an address, one with a bad one, one that is fine, and the run that met them. */
async function aRunWithExceptions() {
  const portal = aPortal();
  const fine = portal.put({ email: 'fine@example.com' });
  const [one, other, bad] = [portal.put({}), portal.put({}), portal.put({ email: 'nonsense' })];
  const campaign = await aSyncCampaign(core, portal);
  const ofRunId = await runOf(core, campaign, sync);
  const mend = (id: string, email: string) => Object.assign(portal.contacts.get(id) ?? {}, { email });
  portal.calls.length = 0;
  return { portal, campaign, ofRunId, fine, one, other, bad, mend };
}

test('S40: a retry takes up what the run skipped and nothing else; what is still wrong is listed again', async () => {
  const { portal, campaign, ofRunId, one, other, bad, mend } = await aRunWithExceptions();
  mend(one, 'one@example.com');
  mend(bad, 'bad@example.com');
  const later = portal.put({ email: 'later@example.com' });
  portal.calls.length = 0;
  const retried = await runOf(core, campaign, { kind: 'retry', ofRunId });
  expect(portal.calls).toEqual(['readMany', 'updateMany 2']);
  expect(await runRow(core, retried)).toMatchObject({
    state: 'completed',
    seen: 3,
    total: 3,
    enrolled: 2,
    linked: 2,
  });
  expect(Object.keys(await findings(core, retried)).sort()).toEqual([bad, one].sort());
  expect(await exceptionsOf(core, retried)).toEqual([{ crm_id: other, reason: 'no-email', detail: null }]);
  expect(portal.contacts.get(later)?.['link']).toBeUndefined();
  // The run that was retried still tells what it met.
  expect(await exceptionsOf(core, ofRunId)).toHaveLength(3);
});

test('S40: a retry of one reason leaves the others', async () => {
  const { portal, campaign, ofRunId, one, bad, mend } = await aRunWithExceptions();
  mend(one, 'one@example.com');
  mend(bad, 'bad@example.com');
  const retried = await runOf(core, campaign, { kind: 'retry', ofRunId, onlyReason: 'invalid-email' });
  expect(await runRow(core, retried)).toMatchObject({ seen: 1, total: 1, enrolled: 1 });
  expect(portal.contacts.get(one)?.['link']).toBeUndefined();
});

test('S40: a contact that vanished meanwhile is an exception of the retry', async () => {
  const { portal, campaign, ofRunId, one } = await aRunWithExceptions();
  portal.contacts.delete(one);
  const retried = await runOf(core, campaign, { kind: 'retry', ofRunId, onlyReason: 'no-email' });
  expect(await exceptionsOf(core, retried)).toContainEqual({
    crm_id: one,
    reason: 'record-gone',
    detail: null,
  });
  expect(await runRow(core, retried)).toMatchObject({ seen: 2 });
});

test('S41: a retry that dies after the write makes no second referrer and no second link', async () => {
  const { portal, campaign, ofRunId, one, mend } = await aRunWithExceptions();
  mend(one, 'one@example.com');
  await openRun(core, campaign, { kind: 'retry', ofRunId });
  portal.onCall = (call) => {
    if (call.startsWith('updateMany')) throw new Error('the process died');
  };
  await expect(aSlice(core, campaign)).rejects.toThrow('the process died');
  portal.onCall = () => undefined;
  const link = portal.contacts.get(one)?.['link'];
  const retried = await runOf(core, campaign, { kind: 'retry', ofRunId });
  expect(portal.contacts.get(one)?.['link']).toBe(link);
  expect(await runRow(core, retried)).toMatchObject({ enrolled: 1 });
  const [counts] = await core.rows(sql`
    select count(*)::int as referrers, (select count(*)::int from referral_links l where l.campaign_id = ${campaign.campaignId}) as links
    from referrers where campaign_id = ${campaign.campaignId}`);
  // The campaign's own referrer, the contact that was fine, and the one that was mended.
  expect(counts).toEqual({ referrers: 3, links: 3 });
});

test('E4: what a retry wrote is taken back like what a sync wrote', async () => {
  const { portal, campaign, ofRunId, fine, one, mend } = await aRunWithExceptions();
  mend(one, 'one@example.com');
  const retried = await runOf(core, campaign, { kind: 'retry', ofRunId });
  await runOf(core, campaign, { kind: 'undo', ofRunId: retried });
  expect(portal.contacts.get(one)?.['link']).toBe('');
  expect(portal.contacts.get(fine)?.['link']).toMatch('/r/');
});

test('S40: more exceptions than a page are taken up page by page', async () => {
  const portal = aPortal();
  const ids = Array.from({ length: 130 }, () => portal.put({}));
  const campaign = await aSyncCampaign(core, portal);
  const ofRunId = await runOf(core, campaign, sync);
  ids.forEach((id, n) => {
    Object.assign(portal.contacts.get(id) ?? {}, { email: `c${n}@example.com` });
  });
  const retried = await runOf(core, campaign, { kind: 'retry', ofRunId });
  expect(await runRow(core, retried)).toMatchObject({ seen: 130, enrolled: 130, linked: 130 });
});
