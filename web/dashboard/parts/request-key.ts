import { useEffect, useState } from 'react';

/** 128 random bits; `crypto.randomUUID` is missing on pages without https. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/**
 * The `Idempotency-Key` of what one opening of a form creates: pressed twice, or sent again after a lost answer, it
 * makes one thing.
 */
export function useRequestKey(opening: unknown): { readonly 'idempotency-key': string } {
  const [key, setKey] = useState(newKey);
  useEffect(() => setKey(newKey()), [opening]);
  return { 'idempotency-key': key };
}
