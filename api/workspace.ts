import { v7 as newId } from 'uuid';
import type { Database } from '../db/client.ts';
import { insertWorkspaceWithKey } from '../db/queries/system/api-keys.ts';
import { toPublicId } from '../domain/id.ts';
import { newApiKey, sha256 } from './api-key.ts';

export interface NewWorkspace {
  /** The row's id. */
  readonly workspaceId: string;
  readonly publicId: string;
  /** Kept only as its SHA-256: show it once. */
  readonly apiKey: string;
}

export async function createWorkspaceWithKey(
  { system }: Pick<Database, 'system'>,
  { name }: { readonly name: string },
): Promise<NewWorkspace> {
  const keyId = newId();
  const apiKey = newApiKey(keyId);
  const { workspaceId } = await insertWorkspaceWithKey(system, { name, keyId, secretHash: sha256(apiKey) });
  return { workspaceId, publicId: toPublicId('workspace', workspaceId), apiKey };
}
