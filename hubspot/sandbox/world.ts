import type { PropertyCatalog } from './crm/catalog.ts';
import type { Faults } from './http/faults.ts';
import type { Limits } from './http/limits.ts';
import type { RequestLog } from './http/request-log.ts';
import type { Store } from './store.ts';
import type { WebhookQueue } from './webhooks/queue.ts';

/** The one HubSpot app that this sandbox knows, as registered by its developer. */
export interface SandboxApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appId: string;
  /** Exact redirect addresses that the consent page may send a browser to. */
  readonly redirectUrls: readonly string[];
  /** Where the app's webhooks go, for every portal. */
  readonly webhookUrl?: string | null;
}

/** Everything that a handler may need; made once, in `server.ts`. */
export interface World {
  readonly app: SandboxApp;
  readonly store: Store;
  readonly catalog: PropertyCatalog;
  readonly webhooks: WebhookQueue;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** How long a change stays unseen by search. */
  readonly search: { lagMs: number };
  /** Where this sandbox listens; known once it does. */
  readonly url: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
