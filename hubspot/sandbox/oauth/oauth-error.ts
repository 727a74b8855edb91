import { ApiError } from '../http/errors.ts';

/** RFC 6749's word for each of HubSpot's own status words. */
const standardWords = {
  BAD_REFRESH_TOKEN: 'invalid_grant',
  BAD_AUTH_CODE: 'invalid_grant',
  EXPIRED_AUTH_CODE: 'invalid_grant',
  BAD_HUB: 'access_denied',
  BAD_REDIRECT_URI: 'invalid_request',
  BAD_GRANT_TYPE: 'unsupported_grant_type',
  BAD_CLIENT_ID: 'invalid_client',
  BAD_CLIENT_SECRET: 'invalid_client',
} as const;

/** A refusal of the token endpoints: HTTP 400 with HubSpot's word in `status` and the standard one in `error`. */
export class OAuthError extends ApiError {
  constructor(status: keyof typeof standardWords, message: string) {
    super(400, { status, message, error: standardWords[status], error_description: message });
  }
}
