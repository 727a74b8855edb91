/** Facts "Rate limits": the daily limit and a data-centre migration (477) are waited for, not retried. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HubSpotError, type HubSpotFailureDetail } from '../../../hubspot/failures.ts';
import { aCrm } from './a-crm.ts';
import { aQualified, lifecycle, now } from './a-qualified-referral.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

/** A referral whose next decision meets this failure. */
async function refusedBy(detail: HubSpotFailureDetail) {
  const crm = aCrm();
  const referral = await aQualified(core, crm, { rewards: [{ holdDays: 30 }] });
  crm.onCall = () => {
    throw new HubSpotError(detail);
  };
  return { crm, referral };
}

describe('a wait that HubSpot asks for', () => {
  test('of more than a minute is a durable one, until the instant that HubSpot told', async () => {
    const { crm, referral } = await refusedBy({
      kind: 'retry-after',
      status: 429,
      code: 'DAILY',
      retryAfterMs: 7_200_000,
    });
    const asOf = now();
    const standing = await lifecycle(core, crm).decide(referral, asOf);
    expect(standing).toMatchObject({
      parked: 'hubspot-limit',
      deadline: new Date(Date.parse(asOf) + 7_200_000).toISOString(),
    });
    crm.onCall = () => undefined;
    expect((await lifecycle(core, crm).decide(referral)).parked).toBeNull();
  });

  test('of a minute or less is a retry of the activity, which knows how long', async () => {
    const { crm, referral } = await refusedBy({ kind: 'retry-after', status: 429, retryAfterMs: 60_000 });
    await expect(lifecycle(core, crm).decide(referral)).rejects.toMatchObject({
      detail: { retryAfterMs: 60_000 },
    });
  });
});

test('a grant that is gone parks until a person reconnects, without a timer', async () => {
  const { crm, referral } = await refusedBy({ kind: 'reconnect-needed', code: 'BAD_REFRESH_TOKEN' });
  // The token store has marked the connection before the failure reaches the activity.
  await core.rows(
    sql`update connections set status = 'reconnect-needed' where id = ${referral.connectionId}`,
  );
  expect(await lifecycle(core, crm).decide(referral)).toMatchObject({
    parked: 'reconnect-needed',
    deadline: null,
  });
});

test('a client that HubSpot refuses is looked at again by itself: the operator repairs it, nobody reconnects', async () => {
  const { crm, referral } = await refusedBy({ kind: 'misconfigured', code: 'BAD_CLIENT_SECRET' });
  const standing = await lifecycle(core, crm).decide(referral);
  expect(standing.deadline).not.toBeNull();
});
