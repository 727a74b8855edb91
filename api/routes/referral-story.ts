import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { loadRules } from '../../db/queries/campaigns.ts';
import { timelineOf } from '../../db/queries/referral-list.ts';
import { loadReferral, type Referral } from '../../db/queries/referrals.ts';
import { verdictsOf } from '../../db/queries/verdicts.ts';
import { toPublicId } from '../../domain/id.ts';
import { identitySentence } from '../../domain/identity-story.ts';
import { invariant } from '../../domain/invariant.ts';
import { whyNow } from '../commands/why.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { idParams, instant, uuidOf } from '../schemas/shared.ts';
import { showVerdict, verdictView } from '../schemas/verdict.ts';
import { whyView } from '../schemas/why.ts';

const timeline = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      sentence: z.string().nullable().describe('where the kind alone does not tell it'),
      facts: z.record(z.string(), z.unknown()),
      at: instant,
    }),
  ),
});

/** E1 and E6: what happened to a referral, and why it has (not) qualified. */
export const referralStoryRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Referrals'];
    const { database } = deps;

    app.get(
      '/referrals/:id/timeline',
      {
        schema: {
          summary: 'What happened to a referral, in order',
          tags,
          params: idParams,
          response: { 200: timeline },
        },
      },
      async (request) => {
        const id = uuidOf('referral', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          await requireReferral(tx, id);
          const events = await timelineOf(tx, id);
          return {
            items: events.map((event) => ({
              id: toPublicId('timelineEvent', event.id),
              kind: event.kind,
              sentence: identitySentence(event.kind, event.facts as Record<string, unknown>),
              facts: withPublicIds(event.facts as Record<string, unknown>),
              at: event.at,
            })),
          };
        });
      },
    );

    app.get(
      '/referrals/:id/verdicts',
      {
        schema: {
          summary: 'Why a referral has (not) qualified: every decision, newest first',
          tags,
          params: idParams,
          response: { 200: z.object({ items: z.array(verdictView) }) },
        },
      },
      async (request) => {
        const id = uuidOf('referral', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const referral = await requireReferral(tx, id);
          const rules = await loadRules(tx, referral.campaignId, referral.ruleId);
          invariant(rules, 'a referral has its rules');
          return { items: (await verdictsOf(tx, id)).map((verdict) => showVerdict(verdict, rules)) };
        });
      },
    );

    app.get(
      '/referrals/:id/why',
      {
        schema: {
          summary: 'Why a referral has (not) qualified at this moment',
          description:
            'HubSpot is read again for the answer. Nothing is stored, and nothing changes by asking: what follows from what is read is left to the referral’s next decision.',
          tags,
          params: idParams,
          response: { 200: whyView },
        },
      },
      (request) =>
        whyNow(deps, {
          workspaceId: request.workspaceId,
          referralId: uuidOf('referral', request.params.id),
        }),
    );
  };

async function requireReferral(tx: Tx, id: string): Promise<Referral> {
  const referral = await loadReferral(tx, id);
  if (!referral) throw notFound('referral');
  return referral;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Rows of ours are named by their public ids; HubSpot's ids stay as they are. */
function withPublicIds(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { rewardId, ...rest } = facts;
  if (typeof rewardId !== 'string' || !uuid.test(rewardId)) return { ...facts };
  return { ...rest, rewardId: toPublicId('reward', rewardId) };
}
