import { adminUserId } from '../portals.ts';

/** Who changes a record: the app through the API, a person in HubSpot's screens, or an import that nobody is told of. */
export type Actor =
  | { readonly kind: 'app'; readonly portalId: number; readonly appId: string }
  | { readonly kind: 'person'; readonly portalId: number }
  | { readonly kind: 'import'; readonly portalId: number };

/** As property history and `hs_object_source` tell it; webhooks use the same words. */
export interface Source {
  readonly type: string;
  readonly id: string;
}

export function sourceOf(actor: Actor): Source {
  switch (actor.kind) {
    case 'app':
      return { type: 'INTEGRATION', id: actor.appId };
    case 'person':
      return { type: 'CRM_UI', id: `userId:${adminUserId}` };
    case 'import':
      return { type: 'IMPORT', id: 'import' };
  }
}
