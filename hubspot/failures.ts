/** Every way in which HubSpot can fail us, named once. `activities/failures.ts` decides from it what is retried. */
export type HubSpotFailureKind =
  /** Asked to slow down (429, 477, 423) or the budget has no instant soon: try again after `retryAfterMs`. */
  | 'retry-after'
  /** 5xx, network failure or timeout on a call that may be repeated. */
  | 'unavailable'
  /** 5xx, network failure or timeout on a create: it may or may not have happened; look before repeating. */
  | 'outcome-unknown'
  /** The connection is disconnected, or was reconnected since the caller started: nothing was sent. */
  | 'connection-closed'
  /** The grant is gone (BAD_REFRESH_TOKEN, BAD_HUB, token refused after a refresh): a person must reconnect. */
  | 'reconnect-needed'
  | 'missing-scope'
  /** 404. */
  | 'not-found'
  /** 409, or a unique property's value is taken; `existingId` where HubSpot named it. */
  | 'conflict'
  /** 400 and the like: repeating it cannot help; `property` and `code` name the culprit where HubSpot told. */
  | 'invalid'
  /** Our own configuration is wrong (client id or secret, redirect, scopes). */
  | 'misconfigured';

export interface HubSpotFailureDetail {
  readonly kind: HubSpotFailureKind;
  /** HTTP status, absent when no answer came. */
  readonly status?: number;
  readonly category?: string;
  readonly correlationId?: string;
  readonly retryAfterMs?: number;
  readonly existingId?: string;
  readonly property?: string;
  /** HubSpot's own code for the culprit, such as `INVALID_OPTION` or `PROPERTY_DOESNT_EXIST`. */
  readonly code?: string;
}

/** Carries codes and ids only: HubSpot's message and body hold personal data and never leave this folder. */
export class HubSpotError extends Error {
  override readonly name = 'HubSpotError';
  readonly detail: HubSpotFailureDetail;

  constructor(detail: HubSpotFailureDetail) {
    super(`HubSpot: ${detail.kind}${detail.status === undefined ? '' : ` (${detail.status})`}`);
    this.detail = detail;
  }

  get kind(): HubSpotFailureKind {
    return this.detail.kind;
  }
}

export const isHubSpotError = (
  error: unknown,
  ...kinds: readonly HubSpotFailureKind[]
): error is HubSpotError =>
  error instanceof HubSpotError && (kinds.length === 0 || kinds.includes(error.kind));
