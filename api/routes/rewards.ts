import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { ledgerOf, listRewards } from '../../db/queries/reward-list.ts';
import { loadReward } from '../../db/queries/rewards.ts';
import { toPublicId } from '../../domain/id.ts';
import { rewardStatuses } from '../../domain/reward.ts';
import { approveReward, settleReward, voidReward } from '../commands/reward-orders.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { rewardDetailView, rewardView, showReward } from '../schemas/reward.ts';
import {
  campaignFilter,
  currency,
  cursorOf,
  idParams,
  line,
  pageFrom,
  pageOf,
  pageQuery,
  uuidOf,
  uuidOrUndefined,
} from '../schemas/shared.ts';

const showEntry = ({ kind, amountMinor, at, ...entry }: Awaited<ReturnType<typeof ledgerOf>>[number]) => ({
  kind,
  amountMinor,
  currency: entry.currency,
  at,
});

export const rewardRoutes =
  ({ database, now }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Rewards'];

    app.get(
      '/rewards',
      {
        schema: {
          summary: 'List rewards',
          tags,
          querystring: pageQuery.extend({
            ...campaignFilter,
            referralId: z.string().optional(),
            status: z.enum(rewardStatuses).optional(),
          }),
          response: { 200: pageOf(rewardView) },
        },
      },
      async (request) => {
        const { after, limit, status, campaignId: publicId, referralId: ofReferral } = request.query;
        const afterId = cursorOf('reward', after);
        const campaignId = uuidOrUndefined('campaign', publicId);
        const referralId = uuidOrUndefined('referral', ofReferral);
        const rows = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (campaignId && !(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          return listRewards(tx, { campaignId, referralId, status, afterId }, limit + 1);
        });
        return pageFrom(rows, { limit, cursor: ({ id }) => toPublicId('reward', id), item: showReward });
      },
    );

    app.get(
      '/rewards/:id',
      {
        schema: {
          summary: 'One reward with its ledger',
          tags,
          params: idParams,
          response: { 200: rewardDetailView },
        },
      },
      async (request) => {
        const id = uuidOf('reward', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const reward = await loadReward(tx, id);
          if (!reward) throw notFound('reward');
          const ledger = await ledgerOf(tx, id);
          return {
            ...showReward(reward),
            ledger: ledger.map(showEntry),
          };
        });
      },
    );

    app.post(
      '/rewards/:id/approve',
      {
        schema: {
          summary: 'Approve a reward that waits for a person',
          tags,
          params: idParams,
          response: { 200: rewardView },
        },
      },
      async (request) => {
        const rewardId = uuidOf('reward', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) =>
          showReward(await approveReward(tx, { rewardId, at: now() })),
        );
      },
    );

    app.post(
      '/rewards/:id/settle',
      {
        schema: {
          summary: 'Name the amount of a reward whose sale value made none (S84)',
          tags,
          params: idParams,
          body: z.strictObject({ amountMinor: z.int().positive(), currency }),
          response: { 200: rewardView },
        },
      },
      async (request) => {
        const rewardId = uuidOf('reward', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) =>
          showReward(await settleReward(tx, { rewardId, at: now(), ...request.body })),
        );
      },
    );

    app.post(
      '/rewards/:id/void',
      {
        schema: {
          summary: 'Void a reward that was not ordered yet',
          tags,
          params: idParams,
          body: z.strictObject({ reason: line(200) }),
          response: { 200: rewardView },
        },
      },
      async (request) => {
        const rewardId = uuidOf('reward', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) =>
          showReward(await voidReward(tx, { rewardId, at: now(), reason: request.body.reason })),
        );
      },
    );
  };
