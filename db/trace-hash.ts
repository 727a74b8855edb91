/**
 * Addresses and browsers as they are stored: keyed hashes, so that the database alone does not tell whose they are, nor
 * can the few billion addresses be tried. The keys are derived from the key ring, newest first.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { KeyRing } from './secret-box.ts';

export type Trace =
  /** `address` as `domain/visitor-address.ts` writes it; the same one is another hash in another workspace. */
  | { readonly kind: 'ip'; readonly workspaceId: string; readonly address: string }
  /** The random id in a browser's visit cookie, which is one campaign's. */
  | { readonly kind: 'visit'; readonly visitId: string };

export interface TraceHasher {
  hash(trace: Trace): string;
  /** Under every key of the ring: what was stored before a rotation is found while its key is there. */
  candidates(trace: Trace): readonly string[];
}

export function traceHasher(ring: KeyRing): TraceHasher {
  const keys = ring.map(({ key }) => Buffer.from(hkdfSync('sha256', key, '', 'vouchflow visit traces', 32)));
  const [newest] = keys;
  if (!newest) throw new Error('ENCRYPTION_KEYS holds no key');
  return {
    hash: (trace) => keyed(newest, trace),
    candidates: (trace) => keys.map((key) => keyed(key, trace)),
  };
}

/** 132 bits are enough to tell traces apart, and short enough for an index. */
const keyed = (key: Buffer, trace: Trace): string =>
  createHmac('sha256', key)
    .update(trace.kind === 'ip' ? `ip/${trace.workspaceId}/${trace.address}` : `visit/${trace.visitId}`)
    .digest('base64url')
    .slice(0, 22);
