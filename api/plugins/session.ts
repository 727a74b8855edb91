import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Membership, membershipOf } from '../../db/queries/system/members.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { authentication } from './better-auth.ts';

/** Whoever sits at the dashboard, and the workspace they work in. */
export interface SignedIn extends Membership {
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

export interface Sessions {
  /** Null without a valid session, and for somebody who is no member any more; prolongs one that is used. */
  read(request: FastifyRequest, reply: FastifyReply): Promise<SignedIn | null>;
  /** False when address and password do not belong together. */
  signIn(reply: FastifyReply, proof: { readonly email: string; readonly password: string }): Promise<boolean>;
  /** Into this workspace, of which the person is a member. */
  signInUser(
    reply: FastifyReply,
    into: { readonly userId: string; readonly workspaceId: string },
  ): Promise<void>;
  /** Deletes the session, also when its cookie was copied. */
  signOut(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Sessions of people, by better-auth; its own HTTP routes stay closed, ours are in `routes/auth.ts`. */
export function openSessions({ config, database }: Pick<ApiDependencies, 'config' | 'database'>): Sessions {
  const auth = authentication(database.system, config);
  return {
    async read(request, reply) {
      const headers = cookiesOf(request);
      if (!headers) return null;
      const { response, headers: answered } = await auth.api.getSession({ headers, returnHeaders: true });
      if (!response) return null;
      keepCookies(reply, answered);
      const { session, user } = response;
      const membership = await membershipOf(database.system, {
        userId: user.id,
        workspaceId: session.activeWorkspaceId ?? undefined,
      });
      return membership && { ...membership, sessionId: session.id, ...who(user) };
    },
    async signIn(reply, body) {
      const answer = await auth.api
        .signInEmail({ body, headers: new Headers(), returnHeaders: true })
        .catch(refusal);
      if (answer) keepCookies(reply, answer.headers);
      return answer !== null;
    },
    async signInUser(reply, body) {
      const { headers } = await auth.api.signInUser({ body, returnHeaders: true });
      keepCookies(reply, headers);
    },
    async signOut(request, reply) {
      const { headers } = await auth.api.signOut({
        headers: cookiesOf(request) ?? new Headers(),
        returnHeaders: true,
      });
      keepCookies(reply, headers);
    },
  };
}

/** Nothing but the cookie goes on to better-auth. */
function cookiesOf({ headers }: FastifyRequest): Headers | null {
  return headers.cookie === undefined ? null : new Headers({ cookie: headers.cookie });
}

function keepCookies(reply: FastifyReply, headers: Headers | null | undefined): void {
  for (const cookie of headers?.getSetCookie() ?? []) void reply.header('set-cookie', cookie);
}

const who = ({ id: userId, name, email }: { id: string; name: string; email: string }) => ({
  userId,
  name,
  email,
});

/** better-auth throws a refusal as an error with a status of HTTP; anything else is a fault. */
function refusal(error: unknown): null {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  if (statusCode === 401 || statusCode === 400 || statusCode === 403) return null;
  throw error;
}
