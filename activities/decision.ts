import { recordEvent, takeDecision } from '../db/queries/referrals.ts';
import { evaluate } from '../domain/qualification.ts';
import { applyDecision, tellsMore } from './apply-decision.ts';
import { holdFence } from './connection-access.ts';
import { readFacts } from './crm-facts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type ReferralStep, readReferral } from './referral-context.ts';

/** Decisions that lose their number to a newer one read again; more in a row than this is a storm, left to a retry. */
const tries = 5;
/** Changes of one history that are decided in one go; the rest is left to the next look. */
const mostChanges = 50;

/**
 * One decision: read the row, read HubSpot, evaluate the pinned rule, and commit verdict and consequences if no newer
 * decision was first. Safe to repeat: an unchanged answer adds a verdict and nothing else.
 */
export async function decideReferral(deps: ActivityDependencies, step: ReferralStep): Promise<void> {
  let lost = 0;
  for (let change = 0; change < mostChanges; change += 1) {
    const outcome = await decideOnce(deps, step);
    if (outcome === 'decided') return;
    lost = outcome === 'lost' ? lost + 1 : 0;
    if (lost >= tries) throw new Error('Newer decisions were always first');
  }
}

async function decideOnce(
  deps: ActivityDependencies,
  step: ReferralStep,
): Promise<'decided' | 'more' | 'lost'> {
  const context = await readReferral(deps.db, step);
  const { referral, connection } = context;
  if (referral.settledAt !== null) return 'decided';
  const read = await readFacts(deps, context, step.asOf);
  const evaluation = evaluate(context.rules.qualification, read.facts);
  return deps.db.inWorkspace(step.workspaceId, async (tx) => {
    if (read.asked) await holdFence(tx, connection);
    if (!(await takeDecision(tx, referral.id, referral.decisionSeq))) return 'lost';
    await read.remember(tx);
    const { publicUrl, disposableDomains } = deps;
    const decision = { context, facts: read.facts, evaluation, step, publicUrl, disposableDomains };
    const events = await applyDecision(tx, decision);
    for (const event of events) await recordEvent(tx, referral, { ...event, at: step.asOf });
    return tellsMore(decision, events) ? 'more' : 'decided';
  });
}
