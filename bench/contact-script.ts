/**
 * The baseline of `contact-sync`: what somebody would write who needs it once and trusts that nothing fails. It reads the
 * next page while it writes this one, copies rows into tables with the same indexes (but no foreign keys), and knows
 * nothing of duplicates, cursors, budgets or disconnects.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres, { type Sql } from 'postgres';
import type { CrmRecord, HubSpot, Page } from '../hubspot/gateway.ts';
import { hubspotGateway } from '../hubspot/open-hubspot.ts';
import type { SandboxPortal } from '../stack/demo/sandbox-portal.ts';
import type { Stack } from '../stack/stack.ts';

const workspaceId = randomUUID();
const campaignId = randomUUID();
const connectionId = randomUUID();

export async function copyContacts(
  stack: Stack,
  portal: SandboxPortal,
): Promise<{ readonly contacts: number; readonly seconds: number }> {
  const hubspot = await unpaced(stack, portal);
  const sql = postgres(stack.databases.migrationUrl, scriptOptions);
  try {
    for (const table of ['people', 'person_crm_ids', 'referrers', 'referral_links']) {
      await sql`create table ${sql(`script_${table}`)} (like ${sql(table)} including all)`;
    }
    const startedAt = performance.now();
    let contacts = 0;
    const read = (after: string | null) =>
      hubspot.contacts.page({ after, properties: ['email', 'firstname', 'lastname', 'referred_by'] });
    for (let next: ReturnType<typeof read> | null = read(null); next !== null; ) {
      const { results, after }: Page<CrmRecord> = await next;
      next = after === null ? null : read(after);
      contacts += results.length;
      await writePage(sql, hubspot, results, stack.urls.app);
    }
    return { contacts, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await sql.end();
  }
}

/** Each COPY is three small packets; without this the kernel would hold the second one back for 40 ms. */
const promptSocket = async ({ host, port }: { readonly host: string[]; readonly port: number[] }) => {
  const socket = connect({ host: host[0] ?? '', port: port[0] ?? 0, noDelay: true });
  await once(socket, 'connect');
  return socket;
};

/** `socket` is the driver's, and missing from its types. */
const scriptOptions = { max: 1, socket: promptSocket, onnotice: () => undefined };

async function writePage(
  sql: Sql,
  hubspot: HubSpot,
  records: readonly CrmRecord[],
  publicUrl: string,
): Promise<void> {
  const now = new Date().toISOString();
  const rows = records
    .filter(({ properties }) => properties['email'])
    .map(({ id: crmId, properties }) => ({
      crmId,
      email: properties['email'] ?? '',
      firstName: properties['firstname'] ?? '',
      lastName: properties['lastname'] ?? '',
      personId: randomUUID(),
      referrerId: randomUUID(),
      code: randomBytes(8).toString('base64url'),
    }));
  await sql.begin(async (tx) => {
    const copy = async (columns: string, lines: readonly (readonly string[])[]) => {
      const stream = await tx.unsafe(`copy ${columns} from stdin`).writable();
      await pipeline(Readable.from([`${lines.map((line) => line.join('\t')).join('\n')}\n`]), stream);
    };
    // Addresses repeat in a portal; a script that copies must make them differ, or lose the page.
    await copy(
      'script_people (id, workspace_id, email, email_key, first_name, last_name, created_at)',
      rows.map((r) => [
        r.personId,
        workspaceId,
        r.email,
        `${r.email}/${r.crmId}`,
        r.firstName,
        r.lastName,
        now,
      ]),
    );
    await copy(
      'script_person_crm_ids (connection_id, object_type, crm_id, workspace_id, person_id, created_at)',
      rows.map((r) => [connectionId, 'contact', r.crmId, workspaceId, r.personId, now]),
    );
    await copy(
      'script_referrers (id, workspace_id, campaign_id, person_id, source, joined_at)',
      rows.map((r) => [r.referrerId, workspaceId, campaignId, r.personId, 'sync', now]),
    );
    await copy(
      'script_referral_links (id, workspace_id, campaign_id, referrer_id, code, created_at)',
      rows.map((r) => [randomUUID(), workspaceId, campaignId, r.referrerId, r.code, now]),
    );
  });
  await hubspot.contacts.updateMany(
    rows.map(({ crmId, code }) => ({ id: crmId, properties: { referred_by: `${publicUrl}/r/${code}` } })),
  );
}

/** Our client without fence and budget: every call goes out at once. */
async function unpaced(stack: Stack, { control, portalId }: SandboxPortal): Promise<HubSpot> {
  const grant = await control.post<{ access_token: string }>(`/portals/${portalId}/install`, {});
  const connection = {
    portalId,
    status: 'active' as const,
    epoch: 1,
    accessToken: grant.access_token,
    accessTokenExpiresAt: null,
  };
  const gateway = hubspotGateway(
    {
      apiUrl: stack.urls.sandbox,
      authUrl: stack.urls.sandbox,
      version: 'v3',
      clientId: 'script',
      clientSecret: 'script',
      appId: '1',
    },
    {
      fence: { read: () => Promise.resolve(connection) },
      tokens: {
        refresh: () => Promise.resolve('not-refreshable'),
        markReconnectNeeded: () => Promise.resolve(),
      },
      pacer: {
        reserve: () => Promise.resolve({ kind: 'slot', delayMs: 0 }),
        observeMaximum: () => Promise.resolve(),
        drain: () => Promise.resolve(),
      },
    },
  );
  return gateway.open({ connectionId, epoch: 1, lane: 'bulk' });
}
