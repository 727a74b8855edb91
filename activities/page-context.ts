import { loadMappings, loadSyncSettings } from '../db/queries/campaigns.ts';
import { hasStandingEdits } from '../db/queries/crm-edits.ts';
import { type LeftOver, leftOverIntents } from '../db/queries/sync-intents.ts';
import type { FieldMapping } from '../domain/field-mapping.ts';
import type { HubSpot } from '../hubspot/gateway.ts';
import { type ContactFields, contactFields } from './contact-fields.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { RunContext } from './slice.ts';

/** What the pages of a slice have in common; read once per slice. */
export interface PageContext extends RunContext {
  readonly hubspot: HubSpot;
  /** Null for all contacts. */
  readonly listId: string | null;
  readonly fields: ContactFields;
  readonly mappings: readonly FieldMapping[];
  /** Whether a value of ours that a person changed in HubSpot is written again. */
  readonly restoreEdits: boolean;
  /** Whether an edit of a person stands that this slice may find taken back. */
  readonly hasEdits: boolean;
  /** By contact: what an attempt that died was about to write. */
  readonly leftOver: ReadonlyMap<string, LeftOver>;
  /** Properties that HubSpot refused whatever the value; left out for the rest of the slice, which adds to them. */
  readonly goneProperties: Set<string>;
}

export function loadPageContext(
  deps: ActivityDependencies,
  context: RunContext,
  hubspot: HubSpot,
): Promise<PageContext> {
  const { run, campaign } = context;
  return deps.db.inWorkspace(run.workspaceId, async (tx) => {
    const settings = await loadSyncSettings(tx, campaign.id);
    return {
      ...context,
      hubspot,
      listId: settings?.scopeKind === 'list' ? settings.listId : null,
      fields: contactFields(await loadMappings(tx, campaign.id, 'sync-in')),
      mappings: await loadMappings(tx, campaign.id, 'sync-out'),
      restoreEdits: settings?.restoreEdits ?? false,
      hasEdits: await hasStandingEdits(tx, campaign.id),
      leftOver: await leftOverIntents(tx, run.id),
      goneProperties: new Set<string>(),
    };
  });
}

/** What a read of a contact must ask for, so that a page of it can be synced. */
export const pageProperties = ({ fields, mappings }: PageContext): readonly string[] => [
  ...new Set([...Object.values(fields), ...mappings.map(({ property }) => property)]),
];
