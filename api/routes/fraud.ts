import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { listFindings, loadFinding } from '../../db/queries/fraud.ts';
import { findingStates, fraudRules } from '../../domain/fraud.ts';
import { toPublicId } from '../../domain/id.ts';
import { rejectFinding, releaseFinding } from '../commands/fraud-orders.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { decisionBody, findingView, showFinding } from '../schemas/fraud.ts';
import {
  campaignFilter,
  cursorOf,
  idParams,
  pageFrom,
  pageOf,
  pageQuery,
  uuidOf,
  uuidOrUndefined,
} from '../schemas/shared.ts';

/** P7: what fraud checks found, and what a person decides about it. */
export const fraudRoutes =
  ({ database, now }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Fraud'];
    const filters = {
      ...campaignFilter,
      referralId: z.string().optional(),
      state: z.enum(findingStates).optional(),
      rule: z.enum(fraudRules).optional(),
    };

    app.get(
      '/fraud-findings',
      {
        schema: {
          summary: 'List what fraud checks found, newest first',
          tags,
          querystring: pageQuery.extend(filters),
          response: { 200: pageOf(findingView) },
        },
      },
      async (request) => {
        const { after, limit, state, rule } = request.query;
        const afterId = cursorOf('fraudFinding', after);
        const campaignId = uuidOrUndefined('campaign', request.query.campaignId);
        const referralId = uuidOrUndefined('referral', request.query.referralId);
        const rows = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (campaignId && !(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          return listFindings(tx, { campaignId, referralId, state, rule, afterId }, limit + 1);
        });
        return pageFrom(rows, {
          limit,
          cursor: ({ finding }) => toPublicId('fraudFinding', finding.id),
          item: showFinding,
        });
      },
    );

    app.get(
      '/fraud-findings/:id',
      {
        schema: {
          summary: 'One finding with its evidence',
          tags,
          params: idParams,
          response: { 200: findingView },
        },
      },
      async (request) => {
        const id = uuidOf('fraudFinding', request.params.id);
        const row = await database.app.inWorkspace(request.workspaceId, (tx) => loadFinding(tx, id));
        if (!row) throw notFound('fraud finding');
        return showFinding(row);
      },
    );

    const orders = {
      release: {
        summary: 'Release a finding: the rewards that only it kept back go on',
        carryOut: releaseFinding,
      },
      reject: {
        summary: 'Reject the referral for a finding: its rewards that were not ordered yet are voided',
        carryOut: rejectFinding,
      },
    } as const;
    for (const [order, { summary, carryOut }] of Object.entries(orders)) {
      app.post(
        `/fraud-findings/:id/${order}`,
        { schema: { summary, tags, params: idParams, body: decisionBody, response: { 200: findingView } } },
        async (request) => {
          const findingId = uuidOf('fraudFinding', request.params.id);
          const { note } = request.body;
          return database.app.inWorkspace(request.workspaceId, async (tx) =>
            showFinding(await carryOut(tx, { findingId, note, decidedBy: callerOf(request), at: now() })),
          );
        },
      );
    }
  };

/** Who decided, as it is kept: the public id of an API key, or the user of a session. */
const callerOf = ({ caller }: FastifyRequest): string =>
  caller.kind === 'api-key' ? toPublicId('apiKey', caller.id) : `user:${caller.userId}`;
