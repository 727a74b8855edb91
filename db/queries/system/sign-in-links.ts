import { eq, sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { signInLinks } from '../../schema/members.ts';
import { workspaces } from '../../schema/workspaces.ts';

/** Good for one use within its time; null as user makes an owner's account. */
export async function insertLink(
  db: SystemDatabase,
  link: {
    readonly tokenHash: string;
    readonly workspaceId: string;
    readonly userId: string | null;
    readonly lifetimeMs: number;
  },
): Promise<void> {
  const { lifetimeMs, ...row } = link;
  const now = Date.now();
  await db.execute(sql`delete from sign_in_links where expires_at < now() - interval '7 days'`);
  await db.insert(signInLinks).values({
    ...row,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + lifetimeMs).toISOString(),
  });
}

export type LinkUse =
  | { readonly kind: 'signs-in'; readonly userId: string; readonly workspaceId: string }
  | { readonly kind: 'makes-account'; readonly workspaceName: string }
  | { readonly kind: 'refused' };

/** Takes a link that signs somebody in; one that makes an account is only looked at. */
export async function takeLink(db: SystemDatabase, tokenHash: string): Promise<LinkUse> {
  const [taken] = await db.execute<{ user_id: string; workspace_id: string }>(sql`
    update sign_in_links set used_at = now()
    where token_hash = ${tokenHash} and user_id is not null and used_at is null and expires_at > now()
    returning user_id, workspace_id`);
  if (taken) return { kind: 'signs-in', userId: taken.user_id, workspaceId: taken.workspace_id };
  const [open] = await db
    .select({ workspaceName: workspaces.name })
    .from(signInLinks)
    .innerJoin(workspaces, eq(workspaces.id, signInLinks.workspaceId))
    .where(
      sql`${signInLinks.tokenHash} = ${tokenHash} and ${signInLinks.userId} is null
        and ${signInLinks.usedAt} is null and ${signInLinks.expiresAt} > now()`,
    );
  return open ? { kind: 'makes-account', ...open } : { kind: 'refused' };
}
