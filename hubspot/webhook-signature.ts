import { createHmac, timingSafeEqual } from 'node:crypto';

/** One request of HubSpot's as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** The public address that HubSpot was told, with path and query; never one rebuilt from a Host header. */
  readonly targetUrl: string;
  /** The bytes as received: parsing and printing again would change them. */
  readonly rawBody: Uint8Array;
  /** `X-HubSpot-Signature-v3`, base64. */
  readonly signature: string | undefined;
  /** `X-HubSpot-Request-Timestamp`, epoch milliseconds in decimal. */
  readonly timestamp: string | undefined;
}

export type SignatureVerdict =
  | { readonly kind: 'genuine' }
  | {
      readonly kind: 'refused';
      readonly reason:
        | 'header-missing'
        | 'timestamp-unreadable'
        | 'timestamp-out-of-window'
        | 'signature-differs';
    };

/** HubSpot's rule is five minutes into the past; the same into the future is ours, so that no request is good for longer. */
const windowMs = 300_000;

/** Checks a v3 signature (developer docs, "request validation", read 2026-11-24) in constant time. Never throws. */
export function verifyWebhookSignature(
  request: SignedRequest,
  { clientSecret, now = Date.now() }: { readonly clientSecret: string; readonly now?: number },
): SignatureVerdict {
  const { signature, timestamp } = request;
  if (!signature || !timestamp) return refused('header-missing');
  if (!/^\d{1,15}$/.test(timestamp)) return refused('timestamp-unreadable');
  if (Math.abs(now - Number(timestamp)) > windowMs) return refused('timestamp-out-of-window');
  const expected = Buffer.from(signatureV3({ ...request, timestamp, clientSecret }));
  const received = Buffer.from(signature);
  const same = expected.length === received.length && timingSafeEqual(expected, received);
  return same ? { kind: 'genuine' } : refused('signature-differs');
}

interface ToSign {
  readonly clientSecret: string;
  readonly method: string;
  readonly targetUrl: string;
  readonly rawBody: Uint8Array;
}

/** Base64 of the HMAC over method, address, body and timestamp, with nothing between them. */
export const signatureV3 = ({
  clientSecret,
  method,
  targetUrl,
  rawBody,
  timestamp,
}: ToSign & { readonly timestamp: string }): string =>
  createHmac('sha256', clientSecret)
    .update(method.toUpperCase() + decodedForSigning(targetUrl))
    .update(rawBody)
    .update(timestamp)
    .digest('base64');

/** HubSpot decodes these characters before signing and no others; a `?` that opens the query stands as it is. */
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

const decodedForSigning = (url: string): string =>
  url.replaceAll(/%[0-9a-f]{2}/gi, (escaped) => decoded[escaped.toUpperCase()] ?? escaped);

const refused = (reason: Extract<SignatureVerdict, { kind: 'refused' }>['reason']): SignatureVerdict => ({
  kind: 'refused',
  reason,
});
