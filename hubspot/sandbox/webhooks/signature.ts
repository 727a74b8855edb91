/** HubSpot's webhook signatures, as the sender makes them. The app has a verifier of its own. */
import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  /** The full address that is called. */
  readonly url: string;
  readonly body: string;
}

/** What HubSpot decodes in an address before it signs it; the `?` that begins a query is left alone. */
const decoded: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

export const signatureV1 = (secret: string, body: string): string => sha256(secret + body);

export const signatureV2 = (secret: string, { method, url, body }: SignedRequest): string =>
  sha256(secret + method + url + body);

/** `timestamp` in epoch milliseconds, also sent as a header. */
export function signatureV3(secret: string, { method, url, body }: SignedRequest, timestamp: number): string {
  const uri = url.replace(/%[0-9A-F]{2}/gi, (escape) => decoded[escape.toUpperCase()] ?? escape);
  return createHmac('sha256', secret).update(`${method}${uri}${body}${timestamp}`, 'utf8').digest('base64');
}

/** The signature headers of one delivery. */
export function signatureHeaders(
  secret: string,
  request: SignedRequest,
  now: number,
): Record<string, string> {
  return {
    'x-hubspot-signature': signatureV1(secret, request.body),
    'x-hubspot-signature-version': 'v1',
    'x-hubspot-signature-v3': signatureV3(secret, request, now),
    'x-hubspot-request-timestamp': String(now),
  };
}

/** The signature headers of a workflow action's request. */
export const actionSignatureHeaders = (secret: string, request: SignedRequest): Record<string, string> => ({
  'x-hubspot-signature': signatureV2(secret, request),
  'x-hubspot-signature-version': 'v2',
});

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
