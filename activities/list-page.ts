import type { advanceLook, ListLook } from '../db/queries/list-looks.ts';
import type { ListPage } from '../db/queries/sync-members.ts';
import { HubSpotError, isHubSpotError } from '../hubspot/failures.ts';
import type { Page } from '../hubspot/gateway.ts';
import type { OngoingWork } from './ongoing-work.ts';

/** A page of a list that is looked at, and how the look stands after it. */
export interface ReadPage {
  readonly range: ListPage;
  readonly next: LookChanges;
}

export type LookChanges = Parameters<typeof advanceLook>[2];

/** The next page, with the ids for which it answers; null when HubSpot does not have the list. */
export async function readPage(work: OngoingWork, look: ListLook): Promise<ReadPage | null> {
  const { hubspot, connection } = work;
  let page: Page<string>;
  try {
    page = await hubspot.lists.members({ listId: look.listId, after: look.after });
  } catch (error) {
    if (isHubSpotError(error, 'not-found')) return null;
    throw error;
  }
  const members = ascending(page.results, look.comparedTo);
  const { workspaceId, campaignId } = look;
  const upTo = page.after === null ? null : (members.at(-1) ?? look.comparedTo);
  return {
    range: {
      campaignId,
      workspaceId,
      connectionId: connection.id,
      members,
      above: look.comparedTo,
      upTo,
    },
    next: {
      pages: look.pages + 1,
      goneAt: null,
      ...(page.after === null
        ? { startedAt: null, after: null, comparedTo: null }
        : { after: page.after, comparedTo: upTo }),
    },
  };
}

/** Whoever is missing in a range of ids has left: a page in another order would drop people, so it is not believed. */
function ascending(members: readonly string[], above: string | null): readonly string[] {
  let last = BigInt(above ?? -1);
  for (const id of members) {
    if (BigInt(id) <= last) throw new HubSpotError({ kind: 'unavailable', code: 'LIST_NOT_ASCENDING' });
    last = BigInt(id);
  }
  return members;
}
