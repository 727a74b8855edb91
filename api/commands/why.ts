import type { Tx } from '../../db/client.ts';
import { listFindings } from '../../db/queries/fraud.ts';
import { loadReferralContext, type ReferralContext } from '../../db/queries/referral-context.ts';
import { referralFacts } from '../../db/queries/referrals.ts';
import type { Reward } from '../../db/queries/rewards.ts';
import type { Verdict } from '../../db/queries/verdicts.ts';
import { lastVerdict, refusedProperty } from '../../db/queries/why.ts';
import { type Evidence, type FraudRule, fraudRules, ruleOfReason } from '../../domain/fraud.ts';
import { fraudSentence } from '../../domain/fraud-story.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { type Evaluation, evaluate, type QualificationFacts } from '../../domain/qualification.ts';
import { rewardSentence } from '../../domain/reward-story.ts';
import { standingOf } from '../../domain/standing.ts';
import { standingSentence } from '../../domain/standing-story.ts';
import { qualificationFacts, watchedReading } from '../../domain/watched-reading.ts';
import { type UnaskedReason, whySentence } from '../../domain/why.ts';
import { HubSpotError, type HubSpotFailureKind } from '../../hubspot/failures.ts';
import { readWatchedRecord } from '../../hubspot/watched-record.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { evaluationOf, showVerdict } from '../schemas/verdict.ts';
import type { Why } from '../schemas/why.ts';
import { openInteractive } from './portal-schema.ts';

/**
 * E1 for the present moment: reads HubSpot as a decision would, and stores nothing, whatever it finds. Where HubSpot
 * cannot be asked, the last verdict answers. Throws 404.
 */
export async function whyNow(
  deps: ApiDependencies,
  { workspaceId, referralId }: { readonly workspaceId: string; readonly referralId: string },
): Promise<Why> {
  const told = await deps.database.app.inWorkspace(workspaceId, (tx) => readRows(tx, referralId));
  const { context, facts, verdict, heldBy } = told;
  const { referral, rules, rewards } = context;
  const now = deps.now();
  const look = await lookAt(deps, context, now);
  const answer = look.kind === 'read' ? { ...look, asOf: now } : fromVerdict(verdict, now);
  const standing = standingOf(facts, now);
  const { id: _id, version, ...qualification } = rules.qualification;
  return {
    sentence: whySentence({
      ...referral,
      rule: rules.qualification,
      evaluation: answer.evaluation,
      readAt: answer.asOf,
      unasked: look.kind === 'read' ? null : look.reason,
    }),
    result: answer.evaluation?.kind ?? null,
    asOf: answer.asOf,
    fresh: look.kind === 'read',
    inputs: answer.inputs,
    rule: {
      version,
      qualification: qualification as Why['rule']['qualification'],
      saleValue: rules.saleValue,
    },
    standing: {
      sentence: standingSentence({ standing, heldBy, ...referral, refusedProperty: told.refused }),
      waitingFor: standing.waitingFor,
      parked: standing.parked,
      settled: standing.settled,
      deadline: standing.deadline,
    },
    rewards: rewards.map((reward) => ({
      id: toPublicId('reward', reward.id),
      status: reward.status,
      sentence: [rewardSentence(reward, now), suspicion(reward, told.evidence)].filter(Boolean).join(' '),
    })),
    lastVerdict: verdict && showVerdict(verdict, rules),
  };
}

/** All that our own rows say, of one moment. */
async function readRows(tx: Tx, referralId: string) {
  const context = await loadReferralContext(tx, referralId);
  if (!context) throw notFound('referral');
  const facts = await referralFacts(tx, referralId);
  invariant(facts, 'a referral that was just read is there');
  const found = await listFindings(tx, { referralId }, fraudRules.length);
  const findings = found.map(({ finding }) => finding);
  const holding = findings.findLast(({ state, severity }) => state === 'open' && severity === 'hold');
  return {
    context,
    facts,
    verdict: await lastVerdict(tx, referralId),
    refused: await refusedProperty(tx, referralId),
    heldBy: holding?.rule ?? null,
    evidence: new Map(findings.map(({ rule, evidence }) => [rule, evidence as Evidence])),
  };
}

interface Seen {
  readonly evaluation: Evaluation | null;
  readonly inputs: Record<string, unknown>;
}

type Look = ({ readonly kind: 'read' } & Seen) | { readonly kind: 'unasked'; readonly reason: UnaskedReason };

async function lookAt(deps: ApiDependencies, context: ReferralContext, asOf: string): Promise<Look> {
  const { person, connection, rules } = context;
  // Nobody is read who asked to be forgotten.
  if (person.erasingAt !== null || person.erasedAt !== null)
    return { kind: 'read', evaluation: null, inputs: {} };
  const seen = (facts: QualificationFacts): Look => {
    const evaluation = evaluate(rules.qualification, facts);
    return { kind: 'read', evaluation, inputs: { facts, evaluation } };
  };
  const reading = watchedReading(context);
  if (reading === null)
    return seen(qualificationFacts(context, null, { record: null, currency: null, asOf }));
  if (connection?.status !== 'active') {
    const reason = connection?.status === 'reconnect-needed' ? 'reconnect-needed' : 'not-connected';
    return { kind: 'unasked', reason };
  }
  try {
    const record = await readWatchedRecord(openInteractive(deps, connection), reading);
    return seen(qualificationFacts(context, reading, { record, currency: connection.currency, asOf }));
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error;
    return { kind: 'unasked', reason: unaskedBy[error.kind] };
  }
}

const unaskedBy: Readonly<Record<HubSpotFailureKind, UnaskedReason>> = {
  'retry-after': 'limit',
  unavailable: 'unavailable',
  'outcome-unknown': 'unavailable',
  'connection-closed': 'not-connected',
  'reconnect-needed': 'reconnect-needed',
  misconfigured: 'reconnect-needed',
  'missing-scope': 'missing-scope',
  'not-found': 'refused',
  conflict: 'refused',
  invalid: 'refused',
};

const fromVerdict = (verdict: Verdict | null, now: string): Seen & { readonly asOf: string } => ({
  evaluation: verdict && evaluationOf(verdict),
  inputs: (verdict?.inputs ?? {}) as Record<string, unknown>,
  asOf: verdict?.decidedAt ?? now,
});

/** What the fraud check found that keeps this reward back. */
function suspicion({ reason }: Reward, evidence: ReadonlyMap<FraudRule, Evidence>): string | null {
  const rule = ruleOfReason(reason);
  const found = rule && evidence.get(rule);
  return rule && found ? fraudSentence({ rule, evidence: found }) : null;
}
