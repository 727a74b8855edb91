import { Client } from '@hubspot/api-client';
import { parseJson, readText } from './answer-text.ts';
import { within } from './deadline.ts';
import { HubSpotError, type HubSpotFailureDetail } from './failures.ts';
import { type RefusedAnswer, refusalOf } from './refusal.ts';

export interface HubSpotRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form, for OAuth, whose secrets travel in the body. */
  readonly form?: Readonly<Record<string, string>>;
  readonly accessToken?: string;
  /** False for a create, of which an unanswered one may have happened. */
  readonly repeatable: boolean;
  /** Reads a refusal where the usual reader cannot: OAuth has words of its own. */
  readonly refusal?: (answer: RefusedAnswer) => HubSpotFailureDetail;
}

/** An answer of 2xx; `body` is parsed JSON, null where there is none. */
export interface HubSpotAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface TransportLimits {
  /** For the whole call, reading the body included. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/** With the longest wait for a turn (10 s) this stays below the start-to-close of the activities that call HubSpot (45 s). */
export const transportLimits: TransportLimits = { timeoutMs: 12_000, maxBodyBytes: 8_000_000 };

/** Sends one request; resolves with a 2xx, throws `HubSpotError` for everything else. Never retries. */
export type Transport = (request: HubSpotRequest) => Promise<HubSpotAnswer>;

/**
 * HubSpot's own client as a plain carrier: `apiRequest` reaches every path, dated ones too, and answers without
 * throwing. Its limiter and retries are global to the process and know nothing of other processes, so both stay off.
 */
export function hubspotTransport(apiUrl: string, limits: TransportLimits = transportLimits): Transport {
  const client = new Client({ basePath: apiUrl });
  return async (request) => {
    const deadline = AbortSignal.timeout(limits.timeoutMs);
    const response = await within(deadline, client.apiRequest(requestOptions(request)), discard).catch(
      (error: unknown) => {
        throw new HubSpotError(unanswered(error, request.repeatable));
      },
    );
    const answer = { status: response.status, headers: response.headers };
    const text = await readText(response, { deadline, maxBytes: limits.maxBodyBytes }).catch(() => null);
    if (!response.ok) {
      const { repeatable, refusal = refusalOf } = request;
      throw new HubSpotError(refusal({ ...answer, body: parseJson(text), repeatable }));
    }
    if (text === '') return { ...answer, body: null };
    const body = parseJson(text);
    if (body === null) throw unreadableAnswer({ status: response.status, repeatable: request.repeatable });
    return { ...answer, body };
  };
}

/** HubSpot answered 2xx with something we cannot read: of a create nobody knows what it made. */
export function unreadableAnswer(call: {
  readonly status: number;
  readonly repeatable: boolean;
}): HubSpotError {
  const kind = call.repeatable ? 'unavailable' : 'outcome-unknown';
  return new HubSpotError({ kind, status: call.status, code: 'UNREADABLE_ANSWER' });
}

function requestOptions({ method, path, query, body, form, accessToken }: HubSpotRequest) {
  const headers = {
    ...(accessToken !== undefined && { Authorization: `Bearer ${accessToken}` }),
    ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
  };
  return {
    method,
    path,
    headers,
    authType: 'none',
    ...(query && { qs: query }),
    ...(form ? { body: new URLSearchParams(form).toString(), defaultJson: false } : { body }),
  };
}

/** Failures in which not one byte left this machine, so that even a create has certainly not happened. */
const neverSent: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function unanswered(error: unknown, repeatable: boolean): HubSpotFailureDetail {
  const cause =
    error instanceof Error && error.cause instanceof Error && 'code' in error.cause
      ? error.cause.code
      : undefined;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { kind: repeatable ? 'unavailable' : 'outcome-unknown', code: 'TIMEOUT' };
  }
  return { kind: repeatable || neverSent.has(cause) ? 'unavailable' : 'outcome-unknown', code: 'NO_ANSWER' };
}

const discard = (late: Response): void => void late.body?.cancel().catch(() => {});
