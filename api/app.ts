import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { v7 as newId } from 'uuid';
import type { ApiDependencies } from './dependencies.ts';
import { requireCaller } from './plugins/authentication.ts';
import { answerErrors } from './plugins/errors.ts';
import { loggerOptions, logRequests } from './plugins/logging.ts';
import { describeApi } from './plugins/openapi.ts';
import { allowPublicOrigins } from './plugins/public-cors.ts';
import { answerPublicErrors } from './plugins/public-errors.ts';
import { secureHeaders } from './plugins/security-headers.ts';
import { openSessions } from './plugins/session.ts';
import { Problem } from './problem.ts';
import { assetRoutes } from './routes/assets.ts';
import { attributionRoutes } from './routes/attribution.ts';
import { authRoutes } from './routes/auth.ts';
import { campaignHubSpotRoutes } from './routes/campaign-hubspot.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { figureRoutes } from './routes/figures.ts';
import { fraudRoutes } from './routes/fraud.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoutes } from './routes/home.ts';
import { hubspotRoutes } from './routes/hubspot.ts';
import { hubspotCallbackRoutes } from './routes/hubspot-callback.ts';
import { hubspotPortalRoutes } from './routes/hubspot-portal.ts';
import { joinRoutes } from './routes/join.ts';
import { ongoingSyncRoutes } from './routes/ongoing-sync.ts';
import { referralLinkRoutes } from './routes/referral-link.ts';
import { referralStoryRoutes } from './routes/referral-story.ts';
import { referralRoutes } from './routes/referrals.ts';
import { referrerRoutes } from './routes/referrers.ts';
import { rewardRoutes } from './routes/rewards.ts';
import { signUpRoutes } from './routes/sign-up.ts';
import { syncRoutes } from './routes/sync.ts';
import { syncExportRoutes } from './routes/sync-export.ts';
import { syncProgressRoutes } from './routes/sync-progress.ts';
import { syncRunRoutes } from './routes/sync-runs.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** The whole HTTP side, ready to listen or to be asked by `inject`. It never talks to Temporal. */
export async function buildApp(deps: ApiDependencies): Promise<FastifyInstance> {
  const app = Fastify({
    logger: loggerOptions(deps),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    requestIdHeader: false,
    trustProxy: deps.config.TRUSTED_PROXIES,
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 128 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  logRequests(app);
  await secureHeaders(app);
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: () =>
      new Problem(429, 'Too many requests from this address. Wait a minute, then try again.'),
  });
  await describeApi(app, deps);
  const sessions = openSessions(deps);

  await app.register(healthRoutes(deps));
  await app.register(webhookRoutes(deps));
  await app.register(assetRoutes());
  await app.register(dashboardRoutes());
  await app.register(async (pages) => {
    answerPublicErrors(pages);
    allowPublicOrigins(pages);
    await pages.register(formbody, { bodyLimit: 16 * 1024 });
    await pages.register(homeRoutes(deps));
    await pages.register(hubspotCallbackRoutes(deps, sessions));
    await pages.register(joinRoutes(deps));
    await pages.register(referralLinkRoutes(deps));
    await pages.register(signUpRoutes(deps));
  });
  await app.register(authRoutes(deps, sessions), { prefix: '/api/v1' });
  await app.register(
    async (operators) => {
      requireCaller(operators, deps, sessions);
      await operators.register(hubspotRoutes(deps));
      await operators.register(hubspotPortalRoutes(deps));
      await operators.register(campaignRoutes(deps));
      await operators.register(campaignHubSpotRoutes(deps));
      await operators.register(syncRoutes(deps));
      await operators.register(syncProgressRoutes(deps));
      await operators.register(ongoingSyncRoutes(deps));
      await operators.register(syncRunRoutes(deps));
      await operators.register(syncExportRoutes(deps));
      await operators.register(referrerRoutes(deps));
      await operators.register(referralRoutes(deps));
      await operators.register(referralStoryRoutes(deps));
      await operators.register(rewardRoutes(deps));
      await operators.register(fraudRoutes(deps));
      await operators.register(attributionRoutes(deps));
      await operators.register(figureRoutes(deps));
    },
    { prefix: '/api/v1' },
  );
  return app;
}
