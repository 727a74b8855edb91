/** What the connected portal offers for choosing from: properties, pipelines, lists; cached until a refresh (S35, S66). */
import {
  type Connection,
  cachedSchema,
  holdEpoch,
  openConnection,
  storeSchema,
} from '../../db/queries/connections.ts';
import type { ContactList, HubSpot, Pipeline, PropertyDefinition } from '../../hubspot/gateway.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { connectFirst, Problem } from '../problem.ts';

export interface PortalParts {
  'contact-properties': readonly PropertyDefinition[];
  'deal-properties': readonly PropertyDefinition[];
  pipelines: readonly Pipeline[];
  lists: readonly ContactList[];
}

const readers: { readonly [K in keyof PortalParts]: (hubspot: HubSpot) => Promise<PortalParts[K]> } = {
  'contact-properties': (hubspot) => hubspot.properties.list('contact'),
  'deal-properties': (hubspot) => hubspot.properties.list('deal'),
  pipelines: (hubspot) => hubspot.pipelines.list(),
  lists: (hubspot) => hubspot.lists.search(),
};

/** The workspace's connection, if data may flow through it. */
export async function activeConnection(
  { database }: Pick<ApiDependencies, 'database'>,
  workspaceId: string,
): Promise<Connection> {
  const connection = await database.app.inWorkspace(workspaceId, openConnection);
  if (!connection) throw connectFirst();
  if (connection.status !== 'active') {
    throw new Problem(
      409,
      'HubSpot withdrew its permission. Connect HubSpot again: POST /api/v1/hubspot/connect.',
    );
  }
  return connection;
}

export const openInteractive = (
  { hubspot }: Pick<ApiDependencies, 'hubspot'>,
  { id, epoch }: Connection,
): HubSpot => hubspot.open({ connectionId: id, epoch, lane: 'interactive' });

/** From the cache, or from HubSpot when asked to or never read; what was read is kept. */
export async function readPortal<K extends keyof PortalParts>(
  deps: ApiDependencies,
  connection: Connection,
  { part, refresh }: { readonly part: K; readonly refresh: boolean },
): Promise<{ readonly content: PortalParts[K]; readonly fetchedAt: string }> {
  const { workspaceId, id: connectionId } = connection;
  if (!refresh) {
    const cached = await deps.database.app.inWorkspace(workspaceId, (tx) =>
      cachedSchema<PortalParts[K]>(tx, connectionId, part),
    );
    if (cached) return cached;
  }
  const content = await readers[part](openInteractive(deps, connection));
  await keepPortal(deps, connection, { part, content });
  return { content, fetchedAt: deps.now() };
}

/** What HubSpot told becomes the cache, unless it was told to a connection that is closed by now. */
export async function keepPortal<K extends keyof PortalParts>(
  { database }: Pick<ApiDependencies, 'database'>,
  { workspaceId, id: connectionId, epoch }: Connection,
  { part, content }: { readonly part: K; readonly content: PortalParts[K] },
): Promise<void> {
  await database.app.inWorkspace(workspaceId, async (tx) => {
    if (!(await holdEpoch(tx, connectionId, epoch))) throw connectFirst();
    await storeSchema(tx, { workspaceId, connectionId, kind: part, content });
  });
}
