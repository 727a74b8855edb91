import { type Connected, type NewConnection, storeConnection } from '../../db/queries/connections.ts';
import { isUniqueViolation } from '../../db/queries/crm-entries.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { resumeWaiting } from './connection-wakes.ts';

export type StoredGrant =
  | (Extract<Connected, { readonly kind: 'connected' }> & {
      /** How many referrals had waited and go on now. */
      readonly resumed: number;
    })
  /** S13: another account is active in this workspace. */
  | Extract<Connected, { readonly kind: 'another-is-active' }>
  /** The account is connected to another workspace of this installation. */
  | { readonly kind: 'portal-taken' };

/** Stores a connection and wakes what waited for one, in one transaction. */
export async function storeGrant(deps: ApiDependencies, input: NewConnection): Promise<StoredGrant> {
  return deps.database.app
    .inWorkspace(input.workspaceId, async (tx) => {
      const outcome = await storeConnection(tx, deps.secretBox, input);
      if (outcome.kind !== 'connected') return outcome;
      return { ...outcome, resumed: await resumeWaiting(tx, outcome.connection) };
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) return { kind: 'portal-taken' as const };
      throw error;
    });
}
