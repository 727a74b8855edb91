import { describe, expect, test } from 'vitest';
import { campaignStatuses, campaignTransitions, canChangeCampaign } from '../../domain/campaign.ts';
import {
  canChangeConnection,
  connectionStatuses,
  connectionTransitions,
  parkedByConnection,
} from '../../domain/connection.ts';
import { payoutStatuses, payoutTransitions } from '../../domain/payout.ts';
import { canTransition, isLive, referralStatuses, referralTransitions } from '../../domain/referral.ts';
import { canMoveReward, rewardStatuses, rewardTransitions } from '../../domain/reward.ts';
import { isSyncOver, syncStates, syncTransitions } from '../../domain/sync.ts';

type Table = Readonly<Record<string, readonly string[]>>;

/** Each table with its states, where things begin, and where they may rest for ever. */
const tables: readonly {
  name: string;
  states: readonly string[];
  table: Table;
  starts: readonly string[];
  ends: readonly string[];
}[] = [
  {
    name: 'referral',
    states: referralStatuses,
    table: referralTransitions,
    starts: ['registered'],
    ends: ['erased'],
  },
  {
    name: 'reward',
    states: rewardStatuses,
    table: rewardTransitions,
    starts: ['pending'],
    ends: ['voided', 'clawed_back'],
  },
  {
    name: 'payout',
    states: payoutStatuses,
    table: payoutTransitions,
    starts: ['pending'],
    ends: ['completed', 'failed', 'canceled'],
  },
  {
    name: 'campaign',
    states: campaignStatuses,
    table: campaignTransitions,
    starts: ['draft'],
    ends: ['ended'],
  },
  {
    name: 'connection',
    states: connectionStatuses,
    table: connectionTransitions,
    starts: ['active'],
    ends: [],
  },
  {
    name: 'sync run',
    states: syncStates,
    table: syncTransitions,
    starts: ['waiting'],
    ends: ['stopped', 'completed'],
  },
];

describe.each(tables)('design §3: the states of a $name', ({ states, table, starts, ends }) => {
  test('each one can be reached', () => {
    const reached = new Set(starts);
    for (const state of reached) for (const next of table[state] ?? []) reached.add(next);
    expect([...reached].sort()).toEqual([...states].sort());
  });

  test('none follows itself', () => {
    expect(states.filter((state) => table[state]?.includes(state))).toEqual([]);
  });

  test('the last ones are those that it is meant to rest in', () => {
    expect(states.filter((state) => table[state]?.length === 0)).toEqual(ends);
  });
});

describe('a referral', () => {
  test('design §3: each status but erasure itself leads to erasure', () => {
    expect(referralStatuses.filter((status) => !canTransition(status, 'erased'))).toEqual(['erased']);
  });

  test('design §3: a reversal inside the hold goes back, one after the reward does not', () => {
    expect(canTransition('qualified', 'registered')).toBe(true);
    expect(canTransition('rewarded', 'registered')).toBe(false);
    expect(canTransition('rewarded', 'reversed')).toBe(true);
  });

  test('S67: nothing is rewarded that did not qualify', () => {
    expect(referralStatuses.filter((status) => canTransition(status, 'rewarded'))).toEqual(['qualified']);
  });

  test('a rejected, expired or erased one lets the same person be referred again', () => {
    expect(referralStatuses.filter(isLive)).toEqual(['registered', 'qualified', 'rewarded', 'reversed']);
  });
});

describe('a reward', () => {
  test('design §10.1: is ordered only from approval or the end of an automatic hold', () => {
    expect(rewardStatuses.filter((status) => canMoveReward(status, 'issuing'))).toEqual(['held', 'approved']);
  });

  test('design §3: once at the provider it is not voided without a look', () => {
    expect(canMoveReward('issuing', 'voided')).toBe(false);
    expect(canMoveReward('issued', 'voided')).toBe(false);
    expect(canMoveReward('needs_review', 'voided')).toBe(true);
  });
});

test('P18: a campaign that has ended stays so, and none goes back to draft', () => {
  expect(campaignStatuses.filter((status) => canChangeCampaign('ended', status))).toEqual([]);
  expect(campaignStatuses.filter((status) => canChangeCampaign(status, 'draft'))).toEqual([]);
});

describe('a connection', () => {
  test('S88: can be made again after a disconnect, which HubSpot cannot undo by itself', () => {
    expect(canChangeConnection('disconnected', 'active')).toBe(true);
    expect(canChangeConnection('disconnected', 'reconnect-needed')).toBe(false);
  });

  test('S86: lets work go on only while it is active, and says what the work waits for', () => {
    expect([...connectionStatuses, null].map(parkedByConnection)).toEqual([
      null,
      'not-connected',
      'reconnect-needed',
      'not-connected',
    ]);
  });
});

test('S41: a sync run is over when it is stopped or completed', () => {
  expect(syncStates.filter(isSyncOver)).toEqual(['stopped', 'completed']);
});
