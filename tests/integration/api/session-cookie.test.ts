import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSessions } from '../../../api/plugins/session.ts';
import { createWorkspaceWithKey } from '../../../api/workspace.ts';
import { apiConfig } from '../../../config/env.ts';
import { connectDatabase, type Database } from '../../../db/client.ts';
import { ensureOwner } from '../../../db/queries/system/members.ts';
import { createTestDatabase } from '../../support/stack.ts';

let database: Database;
let urls: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  urls = await createTestDatabase();
  database = connectDatabase({ databaseUrl: urls.databaseUrl, systemUrl: urls.systemUrl });
});
afterAll(async () => {
  await database?.close();
  await urls?.drop();
});

const configFor = (publicUrl: string) =>
  apiConfig({
    DATABASE_URL: urls.databaseUrl,
    SYSTEM_DATABASE_URL: urls.systemUrl,
    PUBLIC_URL: publicUrl,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HUBSPOT_CLIENT_ID: 'none',
    HUBSPOT_CLIENT_SECRET: 'none',
    HUBSPOT_APP_ID: '1',
  });

async function cookieFor(publicUrl: string): Promise<string> {
  const sessions = openSessions({ config: configFor(publicUrl), database });
  const { workspaceId } = await createWorkspaceWithKey(database, { name: 'Cookies' });
  const { userId } = await ensureOwner(database.system, workspaceId, {
    name: 'Olga Owner',
    email: 'olga@people.example',
    passwordHash: null,
  });
  const app = Fastify();
  app.get('/', async (_request, reply) => {
    await sessions.signInUser(reply, { userId, workspaceId });
    return reply.send('');
  });
  const { headers } = await app.inject('/');
  await app.close();
  return String(headers['set-cookie']);
}

test('design §6: with https the cookie is tied to this host and to https, and never seen by a script', async () => {
  const cookie = await cookieFor('https://refer.example');
  expect(cookie).toMatch(/^__Host-vouchflow_session=/);
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(part);
  expect(cookie).not.toContain('Domain');
});

test('design §6: on plain http, as on one’s own machine, it has a plain name, which a browser takes', async () => {
  const cookie = await cookieFor('http://localhost:3000');
  expect(cookie).toMatch(/^vouchflow_session=/);
  expect(cookie).not.toContain('Secure');
});
