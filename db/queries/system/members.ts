import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { SystemDatabase } from '../../client.ts';
import { credentials, members, users } from '../../schema/members.ts';
import { workspaces } from '../../schema/workspaces.ts';

export interface Membership {
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly role: (typeof members.$inferSelect)['role'];
}

/** The membership in this workspace, or the oldest one when none is named; null when there is none (any more). */
export async function membershipOf(
  db: SystemDatabase,
  { userId, workspaceId }: { readonly userId: string; readonly workspaceId?: string | undefined },
): Promise<Membership | null> {
  const [row] = await db
    .select({ workspaceId: members.workspaceId, workspaceName: workspaces.name, role: members.role })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .where(and(eq(members.userId, userId), workspaceId ? eq(members.workspaceId, workspaceId) : undefined))
    .orderBy(asc(members.createdAt), asc(members.workspaceId))
    .limit(1);
  return row ?? null;
}

export interface NewOwner {
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  /** Null for somebody who can sign in by links only. */
  readonly passwordHash: string | null;
}

/** `taken`: the address has an account already; nothing was changed, and the link is still good. */
export type OwnerOutcome =
  | { readonly kind: 'made'; readonly userId: string; readonly workspaceId: string }
  | { readonly kind: 'link-refused' }
  | { readonly kind: 'taken' };

/** Uses the link up, and makes the account and its ownership of the link's workspace: all three or nothing. */
export async function makeOwnerByLink(
  db: SystemDatabase,
  tokenHash: string,
  owner: NewOwner,
): Promise<OwnerOutcome> {
  return db.transaction(async (tx) => {
    const [link] = await tx.execute<{ workspace_id: string }>(sql`
      select workspace_id from sign_in_links
      where token_hash = ${tokenHash} and user_id is null and used_at is null and expires_at > now() for update`);
    if (!link) return { kind: 'link-refused' as const };
    const user = await insertUser(tx, owner);
    if (!user) return { kind: 'taken' as const };
    await tx.insert(members).values({
      workspaceId: link.workspace_id,
      userId: user,
      role: 'owner',
      createdAt: new Date().toISOString(),
    });
    await tx.execute(sql`update sign_in_links set used_at = now() where token_hash = ${tokenHash}`);
    return { kind: 'made' as const, userId: user, workspaceId: link.workspace_id };
  });
}

/** The owner of this address in this workspace; made when there is none yet. Safe to repeat. */
export async function ensureOwner(
  db: SystemDatabase,
  workspaceId: string,
  owner: NewOwner,
): Promise<{ userId: string }> {
  return db.transaction(async (tx) => {
    const made = await insertUser(tx, owner);
    const [known] = made
      ? [{ id: made }]
      : await tx.select({ id: users.id }).from(users).where(eq(users.email, owner.email));
    const userId = known?.id;
    if (!userId) throw new Error('a user that could not be inserted is there');
    await tx
      .insert(members)
      .values({ workspaceId, userId, role: 'owner', createdAt: new Date().toISOString() })
      .onConflictDoNothing();
    return { userId };
  });
}

type Writing = Pick<SystemDatabase, 'insert'>;

/** The new user's id; null when the address is taken. */
async function insertUser(tx: Writing, { name, email, passwordHash }: NewOwner): Promise<string | null> {
  const now = new Date();
  const [user] = await tx
    .insert(users)
    .values({ id: newId(), name, email, createdAt: now, updatedAt: now })
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  if (!user) return null;
  if (passwordHash !== null) {
    await tx.insert(credentials).values({
      id: newId(),
      userId: user.id,
      accountId: user.id,
      providerId: 'credential',
      password: passwordHash,
      createdAt: now,
      updatedAt: now,
    });
  }
  return user.id;
}

/** Sessions that are over and that nobody has asked for since. */
export async function forgetEndedSessions(db: SystemDatabase, userId: string): Promise<void> {
  await db.execute(sql`delete from sessions where user_id = ${userId} and expires_at < now()`);
}

/** The workspace that was made last; null in an empty installation. */
export async function latestWorkspace(db: SystemDatabase): Promise<string | null> {
  const [row] = await db
    .select({ id: workspaces.id })
    .from(workspaces)
    .orderBy(desc(workspaces.createdAt), desc(workspaces.id))
    .limit(1);
  return row?.id ?? null;
}
