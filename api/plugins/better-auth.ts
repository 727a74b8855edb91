/** How better-auth is set up: our tables, our cookie, none of its routes. */
import { hkdfSync } from 'node:crypto';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { betterAuth } from 'better-auth/minimal';
import { v7 as newId } from 'uuid';
import { z } from 'zod';
import type { SystemDatabase } from '../../db/client.ts';
import { forgetEndedSessions, membershipOf } from '../../db/queries/system/members.ts';
import { credentials, sessions, users } from '../../db/schema/members.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';

const day = 86_400;
/** A session ends a week after its last use. */
const lifetimeSeconds = 7 * day;
export const passwordLength = { min: 12, max: 128 } as const;

export function authentication(db: SystemDatabase, config: ApiDependencies['config']) {
  const https = config.PUBLIC_URL.startsWith('https:');
  return betterAuth({
    baseURL: config.PUBLIC_URL,
    secret: cookieSecret(config.ENCRYPTION_KEYS),
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { user: users, session: sessions, account: credentials },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
    },
    session: {
      expiresIn: lifetimeSeconds,
      updateAge: day,
      additionalFields: { activeWorkspaceId: { type: 'string', required: false, input: false } },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            await forgetEndedSessions(db, session.userId);
            const { userId, activeWorkspaceId } = session as { userId: string; activeWorkspaceId?: string };
            const workspaceId = activeWorkspaceId ?? (await membershipOf(db, { userId }))?.workspaceId;
            return { data: { ...session, activeWorkspaceId: workspaceId ?? null } };
          },
        },
      },
    },
    advanced: {
      // The prefix of better-auth would be `__Secure-`; `__Host-` also ties the cookie to this very host.
      useSecureCookies: false,
      cookies: {
        session_token: { name: cookieNameOf(config.PUBLIC_URL), attributes: { secure: https } },
      },
      // Its fourth table is for flows by e-mail, and none of them is open: the check would miss it.
      database: { generateId: () => newId(), validateSchema: false },
      ipAddress: { disableIpTracking: true },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [signInByUserId],
  });
}

/** For links: reachable from our own code only, since better-auth's router is not mounted. */
const signInByUserId = {
  id: 'sign-in-by-user-id',
  endpoints: {
    signInUser: createAuthEndpoint(
      '/sign-in-user',
      {
        method: 'POST',
        body: z.object({ userId: z.string(), workspaceId: z.string() }),
        metadata: { SERVER_ONLY: true },
      },
      async (context) => {
        const { internalAdapter } = context.context;
        const { userId, workspaceId } = context.body;
        const user = await internalAdapter.findUserById(userId);
        if (!user) throw new Problem(401, 'The account of this link is gone.');
        const session = await internalAdapter.createSession(user.id, false, {
          activeWorkspaceId: workspaceId,
        });
        await setSessionCookie(context, { session, user });
        return { userId: user.id };
      },
    ),
  },
} as const;

export const cookieNameOf = (publicUrl: string): string =>
  publicUrl.startsWith('https:') ? '__Host-vouchflow_session' : 'vouchflow_session';

/** Signs cookies; made from the newest key of the ring, so that a rotation ends all sessions. */
const cookieSecret = ([newest]: ApiDependencies['config']['ENCRYPTION_KEYS']): string =>
  Buffer.from(hkdfSync('sha256', newest?.key ?? '', '', 'vouchflow session cookies', 32)).toString('base64');
