import type { WorkspaceDatabase } from '../db/client.ts';
import { findManualOrder, placeManualOrder } from '../db/queries/rewards.ts';
import type { PayoutProvider } from './provider.ts';

/** Rewards that a person pays by hand: an order is a row, unique per reward, in this provider's own log. */
export const manualProvider = (db: WorkspaceDatabase): PayoutProvider => ({
  send: (order) => db.inWorkspace(order.workspaceId, (tx) => placeManualOrder(tx, order)),
  lookUp: ({ workspaceId, rewardId }) => db.inWorkspace(workspaceId, (tx) => findManualOrder(tx, rewardId)),
});
