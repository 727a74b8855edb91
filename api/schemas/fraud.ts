import { z } from 'zod';
import type { ShownFinding } from '../../db/queries/fraud.ts';
import { type Evidence, findingStates, fraudRules } from '../../domain/fraud.ts';
import { fraudSentence } from '../../domain/fraud-story.ts';
import { type IdKind, toPublicId } from '../../domain/id.ts';
import { instant, line } from './shared.ts';

export const findingView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    referralId: z.string(),
    rule: z.enum(fraudRules),
    severity: z
      .enum(['flag', 'hold'])
      .describe('`hold` keeps the referral’s rewards back while it is open; `flag` only tells'),
    sentence: z.string().describe('what it means, for people'),
    evidence: z.record(z.string(), z.unknown()).describe('codes, ids and counts; no address of anybody'),
    foundAt: instant,
    state: z.enum(findingStates),
    note: z.string().nullable(),
    decidedBy: z.string().nullable().describe('the API key or user that decided'),
    decidedAt: instant.nullable(),
    rewardOrdered: z
      .boolean()
      .describe('a reward of the referral was ordered already: the finding does not touch it'),
  })
  .meta({ id: 'FraudFinding' });

export const decisionBody = z.strictObject({ note: line(500).describe('why; it is shown in the timeline') });

export const showFinding = ({ finding, ordered }: ShownFinding): z.output<typeof findingView> => ({
  id: toPublicId('fraudFinding', finding.id),
  campaignId: toPublicId('campaign', finding.campaignId),
  referralId: toPublicId('referral', finding.referralId),
  rule: finding.rule,
  severity: finding.severity,
  sentence: fraudSentence({ rule: finding.rule, evidence: finding.evidence as Evidence }),
  evidence: withPublicIds(finding.evidence as Evidence),
  foundAt: finding.foundAt,
  state: finding.state,
  note: finding.note,
  decidedBy: finding.decidedBy,
  decidedAt: finding.decidedAt,
  rewardOrdered: ordered,
});

const idKinds: Readonly<Record<string, IdKind>> = {
  personId: 'person',
  referrerPersonId: 'person',
  referralIds: 'referral',
};

/** Rows are named by their public ids. */
function withPublicIds(evidence: Evidence): Record<string, unknown> {
  const shown = Object.entries(evidence).map(([name, value]) => {
    const kind = idKinds[name];
    if (kind === undefined) return [name, value];
    return [
      name,
      Array.isArray(value) ? value.map((id) => toPublicId(kind, id)) : toPublicId(kind, String(value)),
    ];
  });
  return Object.fromEntries(shown) as Record<string, unknown>;
}
