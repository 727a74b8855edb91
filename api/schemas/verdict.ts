import { z } from 'zod';
import type { CampaignRules } from '../../db/queries/campaigns.ts';
import type { Verdict } from '../../db/queries/verdicts.ts';
import { toPublicId } from '../../domain/id.ts';
import type { Evaluation } from '../../domain/qualification.ts';
import { sentence } from '../../domain/verdict.ts';
import { instant } from './shared.ts';

export const verdictView = z
  .object({
    id: z.string(),
    result: z.string(),
    reason: z.string().nullable(),
    sentence: z.string().describe('why, for people'),
    inputs: z.record(z.string(), z.unknown()).describe('what the rule saw, for machines'),
    ruleVersion: z.int(),
    decidedAt: instant,
  })
  .meta({ id: 'Verdict' });

/** What a verdict came to; null once an erasure has blanked what it saw. */
export const evaluationOf = ({ inputs }: Pick<Verdict, 'inputs'>): Evaluation | null =>
  (inputs as { readonly evaluation?: Evaluation } | null)?.evaluation ?? null;

/** A referral keeps the rule of its sign-up, so its verdicts share one. */
export function showVerdict(verdict: Verdict, rules: CampaignRules): z.output<typeof verdictView> {
  const { id, result, reason, inputs, decidedAt } = verdict;
  const evaluation = evaluationOf(verdict);
  return {
    id: toPublicId('verdict', id),
    result,
    reason,
    sentence: evaluation
      ? sentence({ rule: rules.qualification, evaluation })
      : 'What this decision saw is erased.',
    inputs: (inputs ?? {}) as Record<string, unknown>,
    ruleVersion: rules.version,
    decidedAt,
  };
}
