import { z } from 'zod';
import type { HubSpotFailureDetail, HubSpotFailureKind } from './failures.ts';
import { type RefusedAnswer, refusalOf } from './refusal.ts';

/** HubSpot's `status` and, since January 2026, the `error` of RFC 6749. */
const oauthError = z.object({ status: z.string().catch(''), error: z.string().catch('') });

/** What each refusal of the token endpoints means; one that is not listed is ours to repair. */
const kinds: Readonly<Record<string, HubSpotFailureKind>> = {
  BAD_REFRESH_TOKEN: 'reconnect-needed',
  BAD_HUB: 'reconnect-needed',
  BAD_AUTH_CODE: 'invalid',
  EXPIRED_AUTH_CODE: 'invalid',
};

/**
 * Says what a refusal of the token endpoints means: a grant that is gone asks for a person, a client that is refused
 * asks for the operator, and the two must never be taken for each other. `invalidGrant` is the kind of a grant that
 * HubSpot names only by the RFC's word: a refresh token gone, or a code spent.
 */
export const oauthRefusal =
  (invalidGrant: 'reconnect-needed' | 'invalid') =>
  (answer: RefusedAnswer): HubSpotFailureDetail => {
    const { kind, ...told } = refusalOf(answer);
    if (kind === 'retry-after' || kind === 'unavailable' || kind === 'outcome-unknown')
      return { ...told, kind };
    const { status, error } = oauthError.safeParse(answer.body).data ?? { status: '', error: '' };
    const kindsOfRfc: Readonly<Record<string, HubSpotFailureKind>> = {
      invalid_grant: invalidGrant,
      access_denied: 'reconnect-needed',
    };
    const code = [status, error].find((word) => word !== 'error' && /^[A-Za-z][A-Za-z_]{0,63}$/.test(word));
    return { ...told, kind: kinds[status] ?? kindsOfRfc[error] ?? 'misconfigured', ...(code && { code }) };
  };
