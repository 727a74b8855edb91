import { type SQL, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toPublicId } from '../../../domain/id.ts';
import { formatDay } from '../../../domain/time.ts';
import { aPublishedCampaign, type PublishedCampaign } from './a-published-campaign.ts';
import { aReferralInHubSpot, type ReferralInHubSpot } from './a-referral-in-hubspot.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

const property = 'hs_lead_status';
const today = formatDay(new Date().toISOString());
const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

interface Why {
  readonly sentence: string;
  readonly result: string | null;
  readonly asOf: string;
  readonly fresh: boolean;
  readonly inputs: Record<string, unknown>;
  readonly rule: Record<string, unknown>;
  readonly standing: { readonly sentence: string } & Record<string, unknown>;
  readonly rewards: readonly { readonly id: string; readonly status: string; readonly sentence: string }[];
  readonly lastVerdict: Record<string, unknown> | null;
}

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let campaign: PublishedCampaign;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
  campaign = await aPublishedCampaign(operator);
  const dynamic = (name: string, field: string) => ({
    objectType: 'contact',
    property: name,
    source: { kind: 'dynamic', field },
  });
  const { status } = await operator.call('PUT', `/campaigns/${campaign.id}/hubspot`, {
    personInvited: {
      action: 'create-contact',
      mappings: [dynamic('firstname', 'first_name'), dynamic('email', 'email')],
    },
    qualification: { kind: 'contact-property', property, qualifyingValues: ['CONNECTED'] },
    rewards: [{ kind: 'fixed', amountMinor: 2_500, currency: 'USD', beneficiary: 'referrer' }],
  });
  if (status !== 200) throw new Error(`The setup was answered ${status}`);
});
afterEach(async () => {
  await accounts.heal();
  await run(sql`update connections set status = 'active'`);
});
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

const run = (query: SQL) => api.database.system.execute(query);
const aReferral = () => aReferralInHubSpot({ api, accounts, operator }, campaign);
const why = async ({ id }: Pick<ReferralInHubSpot, 'id'>): Promise<Why> => {
  const answer = await operator.call<Why>('GET', `/referrals/${id}/why`);
  expect(answer.status).toBe(200);
  return answer.body;
};
const become = ({ uuid }: ReferralInHubSpot, status: string, more: SQL = sql``) =>
  run(sql`update referrals set status = ${status} ${more} where id = ${uuid}`);
/** Everything that a decision or an answer of HubSpot could have changed. */
const rowsOf = async ({ uuid }: ReferralInHubSpot) => [
  await run(sql`select * from referrals where id = ${uuid}`),
  await run(sql`select * from verdicts where referral_id = ${uuid}`),
  await run(sql`select * from crm_entries where referral_id = ${uuid}`),
  await run(sql`select * from timeline_events where referral_id = ${uuid}`),
  await run(sql`select k.* from person_crm_ids k join referrals r using (person_id) where r.id = ${uuid}`),
  await run(sql`select id from outbox where workflow_id = ${`referral:${toPublicId('referral', uuid)}`}`),
];

describe('E1: why, at this moment', () => {
  test('a referral that waits says what HubSpot shows, what the rule asks for and what it waits for', async () => {
    const referral = await aReferral();
    await referral.set(property, 'OPEN');
    expect(await why(referral)).toMatchObject({
      sentence: `"Lead Status" is "Open" since ${today}; the rule asks for "Connected".`,
      result: 'waiting',
      fresh: true,
      inputs: {
        facts: { record: { id: referral.contactId, value: 'OPEN' } },
        evaluation: { kind: 'waiting', reason: 'value-not-qualifying' },
      },
      rule: { qualification: { kind: 'contact-property', property, qualifyingValues: ['CONNECTED'] } },
      standing: {
        sentence: 'Waiting for what the rule asks for.',
        waitingFor: 'qualification',
        parked: null,
      },
      rewards: [],
      lastVerdict: null,
    });
  });

  test('what HubSpot shows by now is told before anything decided upon it, and asking changes no row', async () => {
    const referral = await aReferral();
    await referral.set(property, 'CONNECTED');
    const before = await rowsOf(referral);
    const told = await why(referral);
    expect(told).toMatchObject({
      sentence: `"Lead Status" became "Connected" on ${today}, which qualifies.`,
      result: 'qualified',
      lastVerdict: null,
    });
    expect(await rowsOf(referral)).toEqual(before);
  });

  test('a contact that is gone is told as gone, and its id stays as it is known', async () => {
    const referral = await aReferral();
    await referral.archive();
    const before = await rowsOf(referral);
    expect(await why(referral)).toMatchObject({ result: 'gone', fresh: true });
    expect(await rowsOf(referral)).toEqual(before);
  });

  test('a referral that HubSpot knows nothing of yet is told without asking', async () => {
    const { code } = await campaign.referrer();
    const { body } = await operator.call<{ referral: { id: string } }>(
      'POST',
      `/campaigns/${campaign.id}/referrals`,
      { referralCode: code, firstName: 'Finn', email: `${newId()}@people.example` },
    );
    await accounts.fail({ path: '/crm/', status: 503, body: 'html' });
    expect(await why(body.referral)).toMatchObject({
      sentence: 'There is no contact in HubSpot yet; the rule asks for "Connected".',
      fresh: true,
      standing: { waitingFor: 'crm-entry' },
    });
  });

  test('a parked one names the value that HubSpot refuses, and when it is tried again', async () => {
    const referral = await aReferral();
    await become(
      referral,
      'registered',
      sql`, parked_reason = 'mapping-refused', parked_retry_at = ${tomorrow}`,
    );
    await run(sql`insert into timeline_events (id, workspace_id, referral_id, kind, facts, at)
      select ${newId()}, workspace_id, id, 'parked', '{"reason":"mapping-refused","property":"plan"}', now()
      from referrals where id = ${referral.uuid}`);
    const { standing } = await why(referral);
    expect(standing).toMatchObject({ parked: 'mapping-refused', waitingFor: 'operator', deadline: tomorrow });
    expect(standing.sentence).toMatch(/refuses the value of "plan".*tried again at .* UTC\.$/);
  });

  test('another workspace and an unknown id get the same 404', async () => {
    const referral = await aReferral();
    const other = await api.operator();
    const statuses = [
      (await other.call('GET', `/referrals/${referral.id}/why`)).status,
      (await operator.call('GET', `/referrals/${toPublicId('referral', newId())}/why`)).status,
      (await operator.call('GET', '/referrals/nonsense/why')).status,
    ];
    expect(statuses).toEqual([404, 404, 404]);
  });
});

describe('E1: once it has qualified, and once it is over', () => {
  test.each([
    ['held', { holdUntil: tomorrow }, `held until ${formatDay(tomorrow)}, and issued then`],
    ['pending', {}, 'waits for a person to approve it'],
    ['issued', { issuedAt: new Date().toISOString() }, `issued on ${today}.`],
    ['voided', { reason: 'left-qualifying-value' }, 'since the qualifying value was left'],
  ] as const)('a reward that is %s says so', async (status, more, said) => {
    const referral = await aReferral();
    await referral.set(property, 'CONNECTED');
    await become(referral, 'qualified');
    const id = await referral.reward({ status, ...more });
    const told = await why(referral);
    expect(told).toMatchObject({ result: 'qualified', rewards: [{ id, status }] });
    expect(told.rewards[0]?.sentence).toMatch(/^USD 25\.00 for the referrer: /);
    expect(told.rewards[0]?.sentence).toContain(said);
  });

  test('P7: held for fraud names the check, and what it found', async () => {
    const referral = await aReferral();
    await referral.set(property, 'CONNECTED');
    await become(referral, 'qualified');
    await run(sql`insert into fraud_findings (id, workspace_id, campaign_id, referral_id, rule, severity, evidence, found_at)
      select ${newId()}, workspace_id, campaign_id, id, 'ring', 'hold', '{}', now() from referrals where id = ${referral.uuid}`);
    await referral.reward({ status: 'needs_review', reason: 'fraud:ring' });
    const { standing, rewards } = await why(referral);
    expect(standing.sentence).toContain('The fraud check "ring" keeps its rewards back');
    expect(rewards[0]?.sentence).toMatch(/held back by the fraud check "ring".*referred each other/);
  });

  test('rewarded: the qualification stands, and nothing is left to wait for', async () => {
    const referral = await aReferral();
    await referral.set(property, 'CONNECTED');
    await become(referral, 'rewarded', sql`, settled_at = now()`);
    expect(await why(referral)).toMatchObject({
      result: 'qualified',
      standing: { sentence: 'Rewarded; nothing more can change.', settled: true, waitingFor: 'nothing' },
    });
  });

  test('reversed: says so first, and then what HubSpot shows', async () => {
    const referral = await aReferral();
    await referral.set(property, 'OPEN');
    await become(referral, 'reversed', sql`, settled_at = now()`);
    await referral.reward({ status: 'clawed_back', reason: 'left-qualifying-value' });
    await run(sql`update qualifications set reversed_at = now() where referral_id = ${referral.uuid}`);
    const told = await why(referral);
    expect(told).toMatchObject({ result: 'left', fresh: true });
    expect(told.sentence).toMatch(
      /^Reversed: .* What HubSpot shows changes nothing any more: "Lead Status" is/,
    );
    expect(told.rewards[0]?.sentence).toContain('taken back');
  });

  test.each([
    ['rejected', 'self-referral', 'Rejected, since referrer and friend are the same person.'],
    ['rejected', 'merged-duplicate', 'Rejected, since the friend had been referred before'],
    ['expired', null, 'Expired: the time in which it could qualify is over.'],
  ])('%s (%s) comes before a value that would have qualified', async (status, reason, said) => {
    const referral = await aReferral();
    await referral.set(property, 'CONNECTED');
    await become(referral, status, sql`, rejected_reason = ${reason}, settled_at = now()`);
    const { sentence, standing, result } = await why(referral);
    expect(sentence.startsWith(said)).toBe(true);
    expect(sentence).toContain('changes nothing any more: "Lead Status" became "Connected"');
    expect(standing.sentence.startsWith(said)).toBe(true);
    expect(result).toBe('qualified');
  });

  test('a value that came after the expiry is told as too late, before the decision that expires it', async () => {
    const referral = await aReferral();
    await become(referral, 'registered', sql`, expires_at = now()`);
    await referral.set(property, 'CONNECTED');
    expect((await why(referral)).sentence).toMatch(/which qualifies\. That was after the referral expired/);
  });

  test('an erased one is not read, and what is blanked is not told', async () => {
    const referral = await aReferral();
    await referral.reward({ status: 'voided' });
    await become(referral, 'erased', sql`, settled_at = now()`);
    await run(
      sql`update people p set erased_at = now() from referrals r where r.person_id = p.id and r.id = ${referral.uuid}`,
    );
    const before = (await accounts.paths(4_242_001)).length;
    expect(await why(referral)).toMatchObject({
      sentence: 'The person asked to be forgotten; what was known is erased.',
      result: null,
      inputs: {},
      lastVerdict: { sentence: 'What this decision saw is erased.' },
    });
    expect(await accounts.paths(4_242_001)).toHaveLength(before);
  });
});

describe('E1: when HubSpot cannot be asked', () => {
  const storeVerdict = ({ uuid }: ReferralInHubSpot) => {
    const evaluation = { kind: 'waiting', reason: 'value-not-qualifying', since: null, value: 'OPEN' };
    return run(sql`insert into verdicts (id, workspace_id, referral_id, decision_seq, rule_id, result, reason, inputs, decided_at)
      select ${newId()}, workspace_id, id, 1, rule_id, 'waiting', 'value-not-qualifying',
        ${JSON.stringify({ evaluation })}::jsonb, '2026-05-03T09:30:00Z' from referrals where id = ${uuid}`);
  };
  const fromMay =
    /^"Lead Status" is "Open"; the rule asks for "Connected"\. HubSpot could not be asked now, since (.*); this is from 3 May 2026\.$/;

  test.each([
    ['disconnected', 'no HubSpot account is connected'],
    ['reconnect-needed', 'HubSpot withdrew its permission'],
  ])('a connection that is %s leaves the last verdict', async (status, because) => {
    const referral = await aReferral();
    await storeVerdict(referral);
    await run(sql`update connections set status = ${status}`);
    const told = await why(referral);
    expect(told).toMatchObject({
      fresh: false,
      asOf: '2026-05-03T09:30:00.000Z',
      result: 'waiting',
      lastVerdict: { result: 'waiting', decidedAt: '2026-05-03T09:30:00.000Z' },
    });
    expect(told.inputs).toEqual(told.lastVerdict?.['inputs']);
    expect(fromMay.exec(told.sentence)?.[1]).toBe(because);
  });

  test.each([
    [{ status: 503, body: 'html' }, 'HubSpot does not answer'],
    [{ status: 403 }, 'the connection lacks a permission'],
    // Last, since nothing more is sent until that time is over.
    [{ status: 429, headers: { 'retry-after': '30' } }, 'HubSpot takes no more calls for now'],
  ])('so does an answer like %o', async (fault, because) => {
    const referral = await aReferral();
    await storeVerdict(referral);
    await accounts.fail({ path: '/crm/v3/objects/contacts', ...fault });
    const told = await why(referral);
    expect([told.fresh, fromMay.exec(told.sentence)?.[1]]).toEqual([false, because]);
  });

  test('without a verdict it says that nothing was read before', async () => {
    const referral = await aReferral();
    await run(sql`update connections set status = 'disconnected'`);
    expect(await why(referral)).toMatchObject({
      sentence:
        'Nothing was decided about this referral yet. HubSpot could not be asked now, since no HubSpot account is connected; nothing was read before.',
      result: null,
      fresh: false,
      lastVerdict: null,
    });
  });
});
