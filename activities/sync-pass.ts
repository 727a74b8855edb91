import { loadMappings, loadSyncSettings } from '../db/queries/campaigns.ts';
import { openFor } from './connection-access.ts';
import { contactFields } from './contact-fields.ts';
import { type Pass, walkPages } from './slice.ts';
import { syncPage } from './sync-page.ts';
import { contactPages } from './sync-pages.ts';

/** Enrols the contacts of the campaign's scope and gives each one its link. */
export const syncPass: Pass = async (deps, context) => {
  const { run, campaign, connection } = context;
  const scope = await deps.db.inWorkspace(run.workspaceId, async (tx) => {
    const settings = await loadSyncSettings(tx, campaign.id);
    return {
      listId: settings?.scopeKind === 'list' ? settings.listId : null,
      fields: contactFields(await loadMappings(tx, campaign.id, 'sync-in')),
      mappings: await loadMappings(tx, campaign.id, 'sync-out'),
    };
  });
  const { hubspot } = openFor(deps, connection, 'bulk');
  const pages = contactPages(hubspot, {
    listId: scope.listId,
    from: run.cursor,
    properties: [...Object.values(scope.fields), ...scope.mappings.map(({ property }) => property)],
  });
  return walkPages(deps, pages, (page) => syncPage(deps, { ...context, ...scope, hubspot }, page));
};
