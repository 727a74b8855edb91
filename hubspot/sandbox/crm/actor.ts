import { adminUserId } from '../portals.ts';

export interface AppActor {
  readonly kind: 'app';
  readonly portalId: number;
  readonly appId: string;
  /** Whether the portal's own rules for writes bind it; HubSpot asks that of callers of 2026-09 only. */
  readonly bound: boolean;
}

/** Who changes a record: the app through the API, a person in HubSpot's screens, or an import that nobody is told of. */
export type Actor =
  | AppActor
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
