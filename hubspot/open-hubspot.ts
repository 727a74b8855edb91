import { tokenRefresh } from './access-token.ts';
import { account } from './account.ts';
import { associations } from './associations.ts';
import { type Clock, systemClock } from './clock.ts';
import { contacts } from './contacts.ts';
import { deals } from './deals.ts';
import { fencedCall } from './fenced-call.ts';
import type { CrmLookup, OpenHubSpot } from './gateway.ts';
import { gatheredRead } from './gathered-read.ts';
import { gathering } from './gathering.ts';
import { lists } from './lists.ts';
import { notes } from './notes.ts';
import { type HubSpotOAuth, hubspotOAuth, type OAuthConfig } from './oauth.ts';
import { owners } from './owners.ts';
import { hubspotPaths } from './paths.ts';
import { pipelines } from './pipelines.ts';
import { portalMemory } from './portal-memory.ts';
import type { ConnectionFence, Pacer, TokenStore } from './ports.ts';
import { type PrivateTokens, privateTokens } from './private-token.ts';
import { properties } from './properties.ts';
import { changedRecords } from './search.ts';
import { hubspotTransport, type TransportLimits, transportLimits } from './transport.ts';

export interface HubSpotConfig extends OAuthConfig {
  readonly apiUrl: string;
  /** `v3`, or dated such as `2026-09`. */
  readonly version: string;
}

export interface HubSpotPorts {
  readonly fence: ConnectionFence;
  readonly tokens: TokenStore;
  readonly pacer: Pacer;
}

/** For tests: time, the transport's limits, and how long single reads are gathered. */
export interface HubSpotOptions {
  readonly clock?: Clock;
  readonly limits?: TransportLimits;
  readonly gatherForMs?: number;
}

export interface HubSpotGateway {
  readonly open: OpenHubSpot;
  readonly oauth: HubSpotOAuth;
  readonly privateTokens: PrivateTokens;
}

/** Puts the gateway together; one per process, so that its callers share batches, refreshes and what it remembers. */
export function hubspotGateway(
  config: HubSpotConfig,
  ports: HubSpotPorts,
  { clock = systemClock, limits = transportLimits, gatherForMs }: HubSpotOptions = {},
): HubSpotGateway {
  const paths = hubspotPaths(config.version);
  const transport = hubspotTransport(config.apiUrl, limits);
  const memory = portalMemory();
  const oauth = hubspotOAuth(config, { transport, paths, now: clock.now });
  const refresh = tokenRefresh({ tokens: ports.tokens, oauth });
  const records = gathering<CrmLookup>(gatherForMs);
  const links = gathering<readonly string[]>(gatherForMs);

  const open: OpenHubSpot = (scope) => {
    const call = fencedCall(scope, { ...ports, clock, memory, transport, tokenRefresh: refresh });
    const access = { call, paths };
    return {
      contacts: contacts(access, (reads) =>
        gatheredRead(scope, { objectType: 'contact', reads, gather: records }),
      ),
      deals: deals(access, (reads) => gatheredRead(scope, { objectType: 'deal', reads, gather: records })),
      associations: associations(access, scope, links),
      lists: lists(access),
      properties: properties(access),
      pipelines: pipelines(access),
      owners: owners(access),
      notes: notes(access),
      account: account(access, ({ portalId, timeZone }) => memory.timeZones.set(portalId, timeZone)),
      changed: changedRecords(access),
    };
  };
  return { open, oauth, privateTokens: privateTokens({ transport, paths }) };
}
