import type { Logger } from 'pino';
import type { WorkspaceDatabase } from '../db/client.ts';
import type { OpenHubSpot } from '../hubspot/gateway.ts';
import type { PayoutProvider } from '../payouts/provider.ts';

/** What activities are built over; put together in `worker/main.ts` and in tests. */
export interface ActivityDependencies {
  readonly db: WorkspaceDatabase;
  readonly openHubSpot: OpenHubSpot;
  /** By the name that a reward carries. */
  readonly providers: { readonly manual: PayoutProvider };
  /** Records that this app made are recognised by it. */
  readonly hubspotAppId: string;
  readonly publicUrl: string;
  /** Domains at which mailboxes are thrown away, for the fraud checks before an issue. */
  readonly disposableDomains: ReadonlySet<string>;
  /** How often HubSpot is asked for what webhooks did not tell. */
  readonly reconcileSeconds: number;
  readonly log: Logger;
  /** Which attempt of the running activity this is, from 1. */
  attempt(): number;
  /** Says that the running activity lives; the server hears at most one in many. */
  heartbeat(): void;
  /** True when this worker is shutting down or the activity was cancelled: end at the next safe point. */
  stopping(): boolean;
}
