import { z } from 'zod';
import { accountDetailsSchema } from './account.ts';
import type { AccountDetails } from './gateway.ts';
import type { HubSpotPaths } from './paths.ts';
import { type Transport, unreadableAnswer } from './transport.ts';

/** Looks at the token of a private app or service key before a connection is made of it; outside the fence, like OAuth. */
export interface PrivateTokens {
  /**
   * The account that a token belongs to. Throws `reconnect-needed` when HubSpot does not know the token, and
   * `missing-scope` when it may not read contacts. What else it may do only use can tell.
   */
  account(token: string): Promise<AccountDetails>;
}

export const privateTokens = (tools: {
  readonly transport: Transport;
  readonly paths: HubSpotPaths;
}): PrivateTokens => ({
  async account(token) {
    const { transport, paths } = tools;
    const get = async <S extends z.ZodType>(
      path: string,
      schema: S,
      query: Readonly<Record<string, string>> = {},
    ): Promise<z.output<S>> => {
      const answer = await transport({ method: 'GET', path, query, accessToken: token, repeatable: true });
      const parsed = schema.safeParse(answer.body);
      if (!parsed.success) throw unreadableAnswer({ status: answer.status, repeatable: true });
      return parsed.data;
    };
    const details = await get(paths('account', 'details'), accountDetailsSchema);
    await get(paths('objects', 'contacts'), z.object({ results: z.array(z.unknown()) }), { limit: '1' });
    return details;
  },
});
