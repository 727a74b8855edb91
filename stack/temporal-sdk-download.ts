/** The last resort: Temporal's TypeScript SDK can download the CLI for its test environment. */
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Say } from './temporal-cli.ts';

interface SdkDownloadOptions {
  readonly version: string;
  readonly folder: string;
  readonly say: Say;
}

/** Resolves with the program's path in `folder`; null where the SDK's testing package is not installed. */
export async function downloadBySdk({ version, folder, say }: SdkDownloadOptions): Promise<string | null> {
  const testing = await import('@temporalio/testing').catch(() => null);
  if (!testing) return null;
  say('Fetching the Temporal server through its SDK (once) …');
  const downloadDir = mkdtempSync(join(folder, 'fetch-'));
  try {
    // It downloads only on the way to starting a server, which we do not keep.
    const server = await testing.TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', version: `v${version}`, downloadDir } },
    });
    await server.teardown();
    const program = readdirSync(downloadDir).find((name) => name.startsWith('temporal'));
    if (!program) throw new Error('the SDK left no program behind');
    const target = join(folder, 'temporal');
    renameSync(join(downloadDir, program), target);
    return target;
  } finally {
    rmSync(downloadDir, { recursive: true, force: true });
  }
}
