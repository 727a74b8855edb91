/** One-time links that stand for a password: the owner's first one, and the local user's at each `npm start`. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../db/client.ts';
import { ensureOwner, latestWorkspace } from '../db/queries/system/members.ts';
import { insertLink } from '../db/queries/system/sign-in-links.ts';
import { sha256 } from './api-key.ts';
import { createWorkspaceWithKey } from './workspace.ts';

interface NewLink {
  readonly publicUrl: string;
  readonly workspaceId: string;
  /** Null for a link with which somebody makes the owner's account. */
  readonly userId: string | null;
}

/** Long enough to find the browser; whoever comes later asks for another one. */
const lifetimeMs = 30 * 60_000;

/**
 * An address of the dashboard with 256 random bits behind the `#`, which browsers send to nobody and no log keeps.
 * Only the hash is stored.
 */
export async function newSignInLink(
  { system }: Pick<Database, 'system'>,
  { publicUrl, workspaceId, userId }: NewLink,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await insertLink(system, { tokenHash: sha256(token), workspaceId, userId, lifetimeMs });
  return `${publicUrl}/dashboard/link#${token}`;
}

/** Who works at this machine. The address is no mailbox: nothing is ever sent there. */
const localUser = { name: 'Local owner', email: 'owner@localhost', passwordHash: null } as const;

/** Signs the local user of an embedded stack into the workspace that was made last; makes one when there is none. */
export async function localSignInLink(
  database: Pick<Database, 'system'>,
  publicUrl: string,
): Promise<string> {
  const workspaceId =
    (await latestWorkspace(database.system)) ??
    (await createWorkspaceWithKey(database, { name: 'My workspace' })).workspaceId;
  const { userId } = await ensureOwner(database.system, workspaceId, localUser);
  return newSignInLink(database, { publicUrl, workspaceId, userId });
}
