/**
 * HubSpot tokens at rest: AES-256-GCM under a key ring. The envelope names its key, and the ciphertext is bound to its
 * table, column, row and workspace, so that one copied to another row does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Newest first: the first key encrypts, all of them decrypt. */
export type KeyRing = readonly { readonly id: string; readonly key: Buffer }[];

export interface SecretPlace {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

export interface SecretBox {
  seal(plain: string, place: SecretPlace): string;
  /** Throws when the key is not in the ring, or when the ciphertext is not from this place. */
  open(sealed: string, place: SecretPlace): string;
}

export function secretBox(keys: KeyRing): SecretBox {
  const [current] = keys;
  if (!current) throw new Error('ENCRYPTION_KEYS holds no key');
  return {
    seal(plain, place) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(boundTo(place));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [
        'v1',
        current.id,
        ...[iv, cipher.getAuthTag(), body].map((part) => part.toString('base64url')),
      ].join('.');
    },
    open(sealed, place) {
      const [version, keyId, ...parts] = sealed.split('.');
      const [iv, tag, body] = parts.map((part) => Buffer.from(part, 'base64url'));
      const found = keys.find(({ id }) => id === keyId);
      if (version !== 'v1' || !iv || !tag || !body) throw new Error('This is not a sealed secret');
      if (!found) throw new Error(`The key "${keyId}" is not among ENCRYPTION_KEYS`);
      const decipher = createDecipheriv('aes-256-gcm', found.key, iv).setAAD(boundTo(place)).setAuthTag(tag);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
  };
}

const boundTo = ({ table, column, rowId }: SecretPlace) => Buffer.from(`${table}/${column}/${rowId}`, 'utf8');
