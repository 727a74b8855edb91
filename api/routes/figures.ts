import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { listActivity } from '../../db/queries/activity.ts';
import { campaignFigures, rewardFigures, signUpsByDay, waitingReferrals } from '../../db/queries/figures.ts';
import { toPublicId } from '../../domain/id.ts';
import { rewardStatuses } from '../../domain/reward.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { cursorOf, instant, pageFrom, pageOf, pageQuery } from '../schemas/shared.ts';

const shownDays = 30;

const figuresView = z
  .object({
    campaigns: z.array(
      z.object({
        campaignId: z.string(),
        referrers: z.int(),
        referrals: z.int(),
        qualified: z.int().describe('qualified by now, rewarded ones included'),
        rewarded: z.int(),
      }),
    ),
    rewards: z.array(
      z.object({
        status: z.enum(rewardStatuses),
        currency: z.string().nullable(),
        rewards: z.int(),
        amountMinor: z.number().nullable(),
      }),
    ),
    waiting: z.object({
      alreadyQualified: z.int().describe('referrals whose person had qualified before (S68)'),
      parked: z.int().describe('referrals that wait for something outside'),
    }),
    signUps: z
      .array(z.object({ day: z.iso.date(), signUps: z.int() }))
      .describe(`the last ${shownDays} days`),
  })
  .meta({ id: 'Figures' });

const activityView = z
  .object({
    id: z.string(),
    kind: z.string(),
    facts: z.record(z.string(), z.unknown()),
    at: instant,
    referralId: z.string(),
    campaignId: z.string(),
    person: z.object({
      email: z.string().nullable(),
      firstName: z.string().nullable(),
      lastName: z.string().nullable(),
    }),
  })
  .meta({ id: 'ActivityItem' });

/** What the dashboard's Overview and Activity show. */
export const figureRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Figures'];

    app.get(
      '/figures',
      {
        schema: {
          summary: 'Figures of the workspace: campaigns, rewards, what waits for a person',
          tags,
          response: { 200: figuresView },
        },
      },
      async (request) =>
        database.app.inWorkspace(request.workspaceId, async (tx) => {
          const [campaigns, rewards] = [await campaignFigures(tx), await rewardFigures(tx)];
          return {
            campaigns: campaigns.map((row) => ({
              ...row,
              campaignId: toPublicId('campaign', row.campaignId),
            })),
            rewards: rewards as z.output<typeof figuresView>['rewards'],
            waiting: await waitingReferrals(tx),
            signUps: await signUpsByDay(tx, shownDays),
          };
        }),
    );

    app.get(
      '/activity',
      {
        schema: {
          summary: 'What happened to all referrals, newest first',
          tags,
          querystring: pageQuery,
          response: { 200: pageOf(activityView) },
        },
      },
      async (request) => {
        const { after, limit } = request.query;
        const beforeId = cursorOf('timelineEvent', after);
        const rows = await database.app.inWorkspace(request.workspaceId, (tx) =>
          listActivity(tx, { beforeId, limit: limit + 1 }),
        );
        return pageFrom(rows, {
          limit,
          cursor: ({ event }) => toPublicId('timelineEvent', event.id),
          item: ({ event, campaignId, person: { email, firstName, lastName } }) => ({
            id: toPublicId('timelineEvent', event.id),
            kind: event.kind,
            facts: event.facts as Record<string, unknown>,
            at: event.at,
            referralId: toPublicId('referral', event.referralId),
            campaignId: toPublicId('campaign', campaignId),
            person: { email, firstName, lastName },
          }),
        });
      },
    );
  };
