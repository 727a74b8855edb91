/** What an embedded stack makes up once and keeps: the key ring, and the app that its HubSpot sandbox knows. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.ts';

const stackSettingsFile = z.object({
  /** In the form of ENCRYPTION_KEYS. */
  encryptionKeys: z.string(),
  sandboxApp: z.object({ clientId: z.string(), clientSecret: z.string(), appId: z.string() }),
});
export type StackSettings = Readonly<z.output<typeof stackSettingsFile>>;

/** Kept in `settings.json`, readable by its owner only. Without it the stored HubSpot tokens cannot be opened. */
export function stackSettings(dataDir: string): StackSettings {
  const file = join(dataDir, 'settings.json');
  if (existsSync(file)) return readJson(file, stackSettingsFile);
  const settings: StackSettings = {
    encryptionKeys: `k1:${randomBytes(32).toString('base64')}`,
    sandboxApp: {
      clientId: randomUUID(),
      clientSecret: randomUUID(),
      appId: String(randomInt(1_000_000, 10_000_000)),
    },
  };
  writeJson(file, settings);
  return settings;
}
