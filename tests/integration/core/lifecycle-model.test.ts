/**
 * Whatever order, number and delay of HubSpot's notices: the end is that of a referral which was told of each change at
 * once. A year of changes is played to the activities over PostgreSQL, as the workflow would call them.
 */
import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dueReward, type Standing } from '../../../domain/standing.ts';
import { addMs, DAY_MS, isAfter } from '../../../domain/time.ts';
import { aCampaign, aReferral, moneyOf, property, qualifying, type TestReferral } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { contactOf, lifecycle, now } from './a-qualified-referral.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

interface Change {
  /** Hours after the sign-up. */
  readonly hour: number;
  readonly value: string;
}

interface Terms {
  readonly holdDays: number | null;
  readonly expiryDays: number | null;
}

const HOUR_MS = DAY_MS / 24;
const lastHour = 24 * 365;

const anyChanges = fc.uniqueArray(
  fc.record({
    hour: fc.integer({ min: 1, max: 24 * 120 }),
    value: fc.constantFrom('NEW', 'OPEN', qualifying, qualifying),
  }),
  { selector: ({ hour }) => hour, minLength: 1, maxLength: 6 },
);
const anyTerms = fc.record({
  holdDays: fc.constantFrom(null, 10, 30),
  expiryDays: fc.constantFrom(null, 60),
});
/** When somebody looks, besides the deadlines of the referral itself. */
const anyLooks = fc.array(fc.integer({ min: 1, max: 24 * 200 }), { maxLength: 8 });

/** The end of a referral that is looked at in these hours. */
async function play(terms: Terms, changes: readonly Change[], looks: readonly number[]) {
  const crm = aCrm();
  const { holdDays, expiryDays } = terms;
  const campaign = await aCampaign(core, { rewards: [{ holdDays }], expiryDays });
  const signedUpAt = now();
  const referral = await aReferral(core, campaign, { signedUpAt });
  if (expiryDays !== null) {
    const expiresAt = addMs(signedUpAt, expiryDays * DAY_MS);
    await core.rows(sql`update referrals set expires_at = ${expiresAt} where id = ${referral.referralId}`);
  }
  const at = (hour: number) => addMs(signedUpAt, hour * HOUR_MS);
  let standing = await lifecycle(core, crm).enter(referral);
  const contact = await contactOf(core, referral);
  const moments = [
    ...changes.map((change) => ({ hour: change.hour, change })),
    ...[...looks, lastHour].map((hour) => ({ hour: hour + 0.5, change: null })),
  ].sort((a, b) => a.hour - b.hour);
  for (const { hour, change } of moments) {
    standing = await untilThen(standing, at(hour));
    if (change) crm.set(contact, property, change.value, at(hour));
    else if (!standing.settled) standing = await untilQuiet(await decide(at(hour)), at(hour));
  }
  return endOf(referral);

  function decide(asOf: string): Promise<Standing> {
    return lifecycle(core, crm).decide(referral, asOf);
  }

  /** What the workflow's own timer does before `until`. */
  async function untilThen(from: Standing, until: string): Promise<Standing> {
    let current = from;
    for (let step = 0; step < 50; step += 1) {
      const deadline = nextAt(current);
      if (current.settled || deadline === null || isAfter(deadline, until)) return current;
      current = await untilQuiet(current, deadline);
      if (nextAt(current) === deadline) current = await decide(deadline);
    }
    throw new Error('The referral never comes to rest');
  }

  /** Issues what is due, and decides again where HubSpot's answer is another one now. */
  async function untilQuiet(from: Standing, asOf: string): Promise<Standing> {
    let current = from;
    for (let step = 0; step < 50; step += 1) {
      const rewardId = dueReward(current, asOf);
      if (current.settled || rewardId === null) return current;
      const issued = await lifecycle(core, crm).issue({ ...referral, rewardId, contactId: contact }, asOf);
      current = issued.changed ? await decide(asOf) : issued.standing;
    }
    throw new Error('The referral never comes to rest');
  }
}

function nextAt({ deadline, issuable }: Standing): string | null {
  const instants = [deadline, ...issuable.map(({ from }) => from)].filter((instant) => instant !== null);
  return instants.sort()[0] ?? null;
}

async function endOf({ referralId }: TestReferral) {
  const [referral] = await core.rows(sql`select status from referrals where id = ${referralId}`);
  const occurrences = await core.rows(
    sql`select occurrence, status from rewards where referral_id = ${referralId} order by occurrence`,
  );
  const { owed, orders, kinds } = await moneyOf(core, referralId);
  return { ...referral, occurrences, owed, orders, kinds };
}

test('design §2: late, lost, repeated and disordered notices end in the state of prompt ones', async () => {
  await fc.assert(
    fc.asyncProperty(anyTerms, anyChanges, anyLooks, async (theirs, told, late) => {
      const prompt = await play(
        theirs,
        told,
        told.map(({ hour }) => hour),
      );
      const delayed = await play(theirs, told, late);
      expect(delayed).toEqual(prompt);
    }),
    { numRuns: 60 },
  );
}, 300_000);
