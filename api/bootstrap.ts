/**
 * Makes a workspace with its first API key, and a one-time link with which its owner makes an account; both are printed
 * once. `npm run bootstrap -- --workspace NAME [--json]`.
 */
import { parseArgs } from 'node:util';
import { apiConfig, ConfigurationError } from '../config/env.ts';
import { connectSystemDatabase } from '../db/client.ts';
import { newSignInLink } from './sign-in-link.ts';
import { createWorkspaceWithKey } from './workspace.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { workspace: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const name = values.workspace?.trim();
  if (!name)
    throw new ConfigurationError('Name the workspace: npm run bootstrap -- --workspace "My company"');
  const { SYSTEM_DATABASE_URL: systemUrl, PUBLIC_URL: publicUrl } = apiConfig();
  const database = connectSystemDatabase(systemUrl);
  try {
    const { workspaceId, publicId, apiKey } = await createWorkspaceWithKey(database, { name });
    const ownerLink = await newSignInLink(database, { publicUrl, workspaceId, userId: null });
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ workspaceId: publicId, apiKey, ownerLink })}\n`
        : `Workspace ${publicId} is made.\nMake the owner's account here, once, within half an hour:\n\n  ${ownerLink}\n\nIts API key, shown this once:\n\n  ${apiKey}\n`,
    );
  } finally {
    await database.close();
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
