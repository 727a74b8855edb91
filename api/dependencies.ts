import type { ApiConfig } from '../config/env.ts';
import type { Database } from '../db/client.ts';
import type { SecretBox } from '../db/secret-box.ts';
import type { OpenHubSpot } from '../hubspot/gateway.ts';
import type { HubSpotOAuth } from '../hubspot/oauth.ts';
import type { PrivateTokens } from '../hubspot/private-token.ts';

/** Everything the API is made of; `api/server.ts` puts it together, tests hand in their own. */
export interface ApiDependencies {
  readonly config: ApiConfig;
  readonly database: Database;
  readonly hubspot: {
    readonly open: OpenHubSpot;
    readonly oauth: HubSpotOAuth;
    readonly privateTokens: PrivateTokens;
  };
  readonly secretBox: SecretBox;
  /** ISO instant of now. */
  readonly now: () => string;
  /** Where log lines go; standard output unless told. */
  readonly logDestination?: { write(line: string): void };
}
