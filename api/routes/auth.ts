import { hashPassword } from 'better-auth/crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { makeOwnerByLink } from '../../db/queries/system/members.ts';
import { takeLink } from '../../db/queries/system/sign-in-links.ts';
import { memberRoles } from '../../db/schema/members.ts';
import { toPublicId } from '../../domain/id.ts';
import { sha256 } from '../api-key.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { passwordLength } from '../plugins/better-auth.ts';
import { refuseForeignPages } from '../plugins/same-origin.ts';
import type { Sessions, SignedIn } from '../plugins/session.ts';
import { Problem, unprocessable } from '../problem.ts';
import { email } from '../schemas/people.ts';
import { line } from '../schemas/shared.ts';

const sessionView = z
  .object({
    user: z.object({ name: z.string(), email: z.string() }),
    workspace: z.object({ id: z.string(), name: z.string() }),
    role: z.enum(memberRoles),
  })
  .meta({ id: 'Session' });

const token = z.string().regex(/^[\w-]{43}$/, 'This is not the token of a link.');
const address = email.toLowerCase();
const password = z
  .string()
  .min(passwordLength.min, `At least ${passwordLength.min} characters.`)
  .max(passwordLength.max, `At most ${passwordLength.max} characters.`);

/** Guessing is slow: so many tries a minute and address of the network, per process. */
const triesAMinute = 10;

/** Signing in and out of the dashboard. Its cookie is HttpOnly; nobody outside of a page of ours gets one. */
export const authRoutes =
  (deps: ApiDependencies, sessions: Sessions): FastifyPluginAsyncZod =>
  async (app) => {
    const { config, database } = deps;
    const shared = { tags: ['Sign-in'], security: [] };
    const limit = { config: { rateLimit: { max: triesAMinute, timeWindow: 60_000 } } };
    app.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      refuseForeignPages(request, config.PUBLIC_URL);
    });

    app.get(
      '/auth/session',
      {
        schema: {
          ...shared,
          summary: 'Who is signed in; null for nobody',
          response: { 200: z.object({ session: sessionView.nullable() }) },
        },
      },
      async (request, reply) => {
        const person = await sessions.read(request, reply);
        return { session: person && show(person) };
      },
    );

    app.post(
      '/auth/sign-in',
      {
        ...limit,
        schema: {
          ...shared,
          summary: 'Sign in with e-mail and password',
          body: z.strictObject({ email: address, password: z.string().max(passwordLength.max) }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        if (!(await sessions.signIn(reply, request.body))) throw wrongPassword();
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/auth/sign-out',
      { schema: { ...shared, summary: 'Sign out: the session is deleted', response: { 204: z.null() } } },
      async (request, reply) => {
        await sessions.signOut(request, reply);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/auth/link',
      {
        ...limit,
        schema: {
          ...shared,
          summary: 'Open a one-time link',
          description: 'One that names a person signs in, once. Any other asks for an account to be made.',
          body: z.strictObject({ token }),
          response: {
            200: z.object({
              outcome: z.enum(['signed-in', 'account-needed']),
              workspaceName: z.string().nullable(),
            }),
          },
        },
      },
      async (request, reply) => {
        const use = await takeLink(database.system, sha256(request.body.token));
        if (use.kind === 'refused') throw linkRefused();
        if (use.kind === 'makes-account')
          return { outcome: 'account-needed' as const, workspaceName: use.workspaceName };
        await sessions.signInUser(reply, use);
        return { outcome: 'signed-in' as const, workspaceName: null };
      },
    );

    app.post(
      '/auth/account',
      {
        ...limit,
        schema: {
          ...shared,
          summary: 'Make the owner’s account with a one-time link, and sign in',
          body: z.strictObject({ token, name: line(100), email: address, password }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { token: secret, name, email: mail, password: secretWord } = request.body;
        const outcome = await makeOwnerByLink(database.system, sha256(secret), {
          name,
          email: mail,
          passwordHash: await hashPassword(secretWord),
        });
        if (outcome.kind === 'link-refused') throw linkRefused();
        if (outcome.kind === 'taken') throw unprocessable([{ field: 'email', message: addressTaken }]);
        await sessions.signInUser(reply, outcome);
        return reply.code(204).send(null);
      },
    );
  };

const show = ({ name, email: mail, workspaceId, workspaceName, role }: SignedIn) => ({
  user: { name, email: mail },
  workspace: { id: toPublicId('workspace', workspaceId), name: workspaceName },
  role,
});

const addressTaken =
  'There is an account with this address already. Take another address for this workspace.';

const wrongPassword = (): Problem =>
  new Problem(401, 'E-mail and password do not belong together. Check both, then try again.');

const linkRefused = (): Problem =>
  new Problem(
    401,
    'This link was used already, or is older than half an hour. `npm start` prints a new one at each start, and `npm run bootstrap` one for a new workspace.',
  );
