import type { WorkflowActions } from './actions/workflow-actions.ts';
import type { Apps } from './apps.ts';
import type { PropertyCatalog } from './crm/catalog.ts';
import type { SearchIndex } from './crm/search-index.ts';
import type { Faults } from './http/faults.ts';
import type { Limits } from './http/limits.ts';
import type { RequestLog } from './http/request-log.ts';
import type { Store } from './store.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** Everything that a handler may need; made once, in `server.ts`. */
export interface World {
  readonly apps: Apps;
  readonly store: Store;
  readonly catalog: PropertyCatalog;
  readonly webhooks: Webhooks;
  readonly actions: WorkflowActions;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly search: SearchIndex;
  /** Where this sandbox listens; known once it does. */
  readonly url: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
