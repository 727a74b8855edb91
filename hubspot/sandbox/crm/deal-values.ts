/** What HubSpot itself decides about a deal's values: its stage's rules, the close date, and computed amounts. */
import { invalid, invalidValues } from '../http/errors.ts';
import { portalOf } from '../portals.ts';
import type { World } from '../world.ts';
import { defaultPipelineId, findStage, isClosed, isWon, type Stage } from './pipelines.ts';
import type { Values } from './record.ts';
import type { NewValues } from './validation.ts';

/** One unit of each currency in US dollars. Fixed: a sandbox has no market. */
const dollars: Readonly<Record<string, number>> = {
  USD: 1,
  EUR: 1.1,
  GBP: 1.3,
  CHF: 1.15,
  CAD: 0.7,
  AUD: 0.65,
  INR: 0.012,
  JPY: 0.0065,
};

/** Throws unless a new deal has what HubSpot asks of one. */
export function assertDealComplete(values: NewValues): void {
  const missing = ['dealname', 'dealstage'].filter((name) => (values.get(name) ?? '') === '');
  if (missing.length === 0) return;
  const message = 'Error creating DEAL. Some required properties were not set.';
  throw invalid(message, {
    errors: [{ message, code: 'MISSING_REQUIRED_PROPERTIES', context: { properties: missing } }],
    context: { properties: missing },
  });
}

/**
 * The values of a write together with those that follow from it; `at` is its instant. Throws when the stage is not
 * one of the pipeline.
 */
export function withDealValues(
  world: World,
  portalId: number,
  { current, given, at }: { current: Values; given: NewValues; at: number },
): NewValues {
  const next = (name: string): string => given.get(name) ?? current[name] ?? '';
  const values: NewValues = new Map(given);
  if (next('pipeline') === '') values.set('pipeline', defaultPipelineId);
  const stage = findStage(world.store, portalId, next('dealstage'));
  const pipeline = values.get('pipeline') ?? next('pipeline');
  if (stage?.pipelineId !== pipeline) {
    const message = `${next('dealstage')} was not one of the allowed options: the stages of pipeline ${pipeline}`;
    throw invalidValues(portalId, [{ name: 'dealstage', code: 'INVALID_OPTION', message }]);
  }
  if (stage.id !== current['dealstage']) enterStage(stage, { current, values, at });
  setAmounts(world, portalId, { stage, next, values });
  return values;
}

export function stageValues(stage: Stage): Readonly<Record<string, string>> {
  return {
    hs_is_closed: String(isClosed(stage)),
    hs_is_closed_won: String(isWon(stage)),
    hs_deal_stage_probability: stage.metadata.probability,
  };
}

function enterStage(
  stage: Stage,
  { current, values, at }: { current: Values; values: NewValues; at: number },
): void {
  for (const [name, value] of Object.entries(stageValues(stage))) values.set(name, value);
  const closes = isClosed(stage) && current['hs_is_closed'] !== 'true';
  if (closes && !values.has('closedate')) values.set('closedate', new Date(at).toISOString());
}

function setAmounts(
  world: World,
  portalId: number,
  { stage, next, values }: { stage: Stage; next: (name: string) => string; values: NewValues },
): void {
  const amount = next('amount');
  const home = portalOf(world.store, portalId).currency;
  const rate = (dollars[next('deal_currency_code') || home] ?? 1) / (dollars[home] ?? 1);
  const homeAmount = amount === '' ? '' : String(Math.round(Number(amount) * rate * 100) / 100);
  values.set('amount_in_home_currency', homeAmount);
  values.set('hs_closed_amount', isWon(stage) ? amount || '0' : '0');
  values.set('hs_closed_amount_in_home_currency', isWon(stage) ? homeAmount || '0' : '0');
}
