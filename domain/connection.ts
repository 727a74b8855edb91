import type { ParkedReason } from './referral.ts';
import { hasEdge, type Transitions } from './transition.ts';

export const connectionStatuses = ['active', 'disconnected', 'reconnect-needed'] as const;

/**
 * `active` data flows · `disconnected` a person ended it (S86) · `reconnect-needed` HubSpot withdrew the grant, so only
 * a person can bring it back.
 */
export type ConnectionStatus = (typeof connectionStatuses)[number];

export const connectionTransitions = {
  active: ['disconnected', 'reconnect-needed'],
  'reconnect-needed': ['active', 'disconnected'],
  disconnected: ['active'],
} as const satisfies Transitions<ConnectionStatus>;

export const canChangeConnection = (from: ConnectionStatus, to: ConnectionStatus): boolean =>
  hasEdge<ConnectionStatus>(connectionTransitions, { from, to });

/** Why work of a campaign must wait for its connection; null when it need not. `null` is a campaign without one. */
export function parkedByConnection(status: ConnectionStatus | null): ParkedReason | null {
  if (status === 'active') return null;
  return status === 'reconnect-needed' ? 'reconnect-needed' : 'not-connected';
}
