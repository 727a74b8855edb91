import type { FencedCall } from './fenced-call.ts';
import type { HubSpotPaths } from './paths.ts';

/** What each part of the gateway needs to ask one portal something. */
export interface PortalAccess {
  readonly call: FencedCall;
  readonly paths: HubSpotPaths;
}
