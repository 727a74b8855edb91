import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { loadRules } from '../../db/queries/campaigns.ts';
import { timelineOf } from '../../db/queries/referral-list.ts';
import { loadReferral, type Referral } from '../../db/queries/referrals.ts';
import { type Verdict, verdictsOf } from '../../db/queries/verdicts.ts';
import { toPublicId } from '../../domain/id.ts';
import type { Evaluation } from '../../domain/qualification.ts';
import { sentence } from '../../domain/verdict.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { idParams, instant, uuidOf } from '../schemas/shared.ts';

const timeline = z.object({
  items: z.array(
    z.object({ id: z.string(), kind: z.string(), facts: z.record(z.string(), z.unknown()), at: instant }),
  ),
});

const verdictView = z.object({
  id: z.string(),
  result: z.string(),
  reason: z.string().nullable(),
  sentence: z.string().describe('why, for people'),
  inputs: z.record(z.string(), z.unknown()).describe('what the rule saw, for machines'),
  ruleVersion: z.int(),
  decidedAt: instant,
});

/** E1 and E6: what happened to a referral, and why it has (not) qualified. */
export const referralStoryRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Referrals'];

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
          return { items: await showVerdicts(tx, referral, await verdictsOf(tx, id)) };
        });
      },
    );
  };

async function requireReferral(tx: Tx, id: string): Promise<Referral> {
  const referral = await loadReferral(tx, id);
  if (!referral) throw notFound('referral');
  return referral;
}

/** A referral keeps the rule of its sign-up, so its verdicts share one. */
async function showVerdicts(
  tx: Tx,
  referral: Referral,
  verdicts: readonly Verdict[],
): Promise<z.output<typeof verdictView>[]> {
  const rules = await loadRules(tx, referral.campaignId, referral.ruleId);
  if (!rules) return [];
  return verdicts.map(({ id, result, reason, inputs, decidedAt }) => {
    const { evaluation } = inputs as { evaluation: Evaluation };
    return {
      id: toPublicId('verdict', id),
      result,
      reason,
      sentence: sentence({ rule: rules.qualification, evaluation }),
      inputs: inputs as Record<string, unknown>,
      ruleVersion: rules.version,
      decidedAt,
    };
  });
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Rows of ours are named by their public ids; HubSpot's ids stay as they are. */
function withPublicIds(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { rewardId, ...rest } = facts;
  if (typeof rewardId !== 'string' || !uuid.test(rewardId)) return { ...facts };
  return { ...rest, rewardId: toPublicId('reward', rewardId) };
}
