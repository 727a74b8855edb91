/** Makes a workspace with its first API key, which is printed once. `npm run bootstrap -- --workspace NAME [--json]`. */
import { parseArgs } from 'node:util';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { apiConfig, ConfigurationError } from '../config/env.ts';
import { createWorkspaceWithKey } from './workspace.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { workspace: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const name = values.workspace?.trim();
  if (!name)
    throw new ConfigurationError('Name the workspace: npm run bootstrap -- --workspace "My company"');
  const sql = postgres(apiConfig().SYSTEM_DATABASE_URL, { max: 1, onnotice: () => undefined });
  try {
    const { publicId, apiKey } = await createWorkspaceWithKey({ system: drizzle(sql) }, { name });
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ workspaceId: publicId, apiKey })}\n`
        : `Workspace ${publicId} is made.\nIts API key, shown this once:\n\n  ${apiKey}\n`,
    );
  } finally {
    await sql.end();
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
