import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { recordRejection } from '../../db/queries/attribution.ts';
import type { PublicCampaign } from '../../db/queries/system/public-links.ts';
import type { TraceHasher } from '../../db/trace-hash.ts';
import type { RejectionReason } from '../../domain/attribution.ts';
import { acceptsSignUps } from '../../domain/campaign.ts';
import { type SignUpVia, unknownCode } from '../commands/attribute-sign-up.ts';
import { type SignUpInput, type SignUpOutcome, signUp } from '../commands/sign-up.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { formProblems, typedValues } from '../form-input.ts';
import { notOpenPage, unknownPage } from '../pages/message-page.ts';
import { sendPage, wantsPage } from '../pages/send-page.ts';
import { type SignUpForm, signUpPage, thankYouPage } from '../pages/sign-up-page.ts';
import { Problem } from '../problem.ts';
import type { publicSlugSignUpBody } from '../schemas/people.ts';
import { visitorOf } from '../visitor.ts';

/**
 * No answer to a sign-up leaves earlier, so that the time it takes does not tell whether the person was known: all of
 * them are ready long before.
 */
const answerAfterMs = 100;

interface Taken {
  readonly campaign: PublicCampaign;
  readonly via: SignUpVia;
  /** Shown again when something typed is wrong. */
  readonly form: SignUpForm;
  readonly traces: TraceHasher;
}

/**
 * Takes a public sign-up and answers it, by page or JSON: the same for everything that could tell of a person or of
 * their visits. Only what the link itself would say is said: a code that nobody has, a campaign that is not open.
 */
export async function takeSignUp(
  deps: ApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  { campaign, via, form, traces }: Taken,
): Promise<FastifyReply> {
  const page = wantsPage(request);
  const error = request.validationError;
  if (error) {
    if (!acceptsSignUps(campaign.status)) return answerNotOpen(reply, page);
    if (!page) throw error;
    const state = { values: typedValues(request), problems: formProblems(error) };
    return sendPage(reply, 400, signUpPage(form, state));
  }
  const { visit, code: _code, ...person } = request.body as z.output<typeof publicSlugSignUpBody>;
  const { PUBLIC_URL: publicUrl } = deps.config;
  const visitor = visitorOf(request, reply, { campaign, handedOn: visit, traces, publicUrl });
  const [outcome] = await Promise.all([
    store(deps, campaign, { campaignId: campaign.id, via, visitor, person }),
    delay(answerAfterMs),
  ]);
  const reason = outcome.kind === 'refused' ? outcome.rejection.reason : null;
  if (reason === 'campaign-not-open') return answerNotOpen(reply, page);
  if (isUnknown(reason)) {
    if (!page) throw new Problem(404, unknownCode);
    if (via.kind !== 'code') return sendPage(reply, 404, unknownPage());
    const problems = [{ field: 'code', message: 'We do not know this code. Please check each letter.' }];
    return sendPage(reply, 400, signUpPage(form, { values: typedValues(request), problems }));
  }
  if (page) return sendPage(reply, 200, thankYouPage(campaign.name));
  return reply.code(202).send({ status: 'accepted' });
}

const store = (
  { database, ...deps }: ApiDependencies,
  { workspaceId }: PublicCampaign,
  input: SignUpInput,
): Promise<SignUpOutcome> =>
  database.app.inWorkspace(workspaceId, async (tx) => {
    const outcome = await signUp(deps, tx, input);
    if (outcome.kind === 'refused') await recordRejection(tx, outcome.rejection);
    return outcome;
  });

/** One answer for a code that nobody has and one that was retired. */
const isUnknown = (reason: RejectionReason | null): boolean =>
  reason === 'unknown-code' || reason === 'retired-link';

function answerNotOpen(reply: FastifyReply, page: boolean): FastifyReply {
  if (page) return sendPage(reply, 409, notOpenPage());
  throw new Problem(409, 'This campaign is not open.');
}
