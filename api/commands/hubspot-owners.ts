import type { Connection } from '../../db/queries/connections.ts';
import { namedOwners, ownerProblems } from '../../domain/contact-owner.ts';
import { isHubSpotError } from '../../hubspot/failures.ts';
import type { Owner } from '../../hubspot/gateway.ts';
import { lacksScope } from '../../hubspot/scopes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type FieldProblem, Problem } from '../problem.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';
import { openInteractive } from './portal-schema.ts';

const scope = 'crm.objects.owners.read';

/** The people of the connected account who can be put in charge; not cached, since they are colleagues' names. Throws 409. */
export async function readOwners(
  deps: Pick<ApiDependencies, 'hubspot'>,
  connection: Connection,
): Promise<readonly Owner[]> {
  if (lacksScope(connection.scopes, scope)) throw notGranted();
  try {
    return await openInteractive(deps, connection).owners.list();
  } catch (error) {
    throw isHubSpotError(error, 'missing-scope') ? notGranted() : error;
  }
}

/** What is wrong with the chosen owners; HubSpot is asked only where one is named. Throws 409. */
export async function invitedOwnerProblems(
  deps: Pick<ApiDependencies, 'hubspot'>,
  connection: Connection,
  { owner, mappings }: HubSpotSetup['personInvited'],
): Promise<readonly FieldProblem[]> {
  const own = ownerProblems(owner, mappings).map(({ field, message }) => ({
    field: `personInvited.${field}`,
    message,
  }));
  const named = namedOwners(owner);
  if (own.length > 0 || named.length === 0) return own;
  const known = new Set((await readOwners(deps, connection)).map(({ id }) => id));
  return named
    .filter(({ ownerId }) => !known.has(ownerId))
    .map(({ field, ownerId }) => ({
      field: `personInvited.owner.${field}`,
      message: `HubSpot has no owner ${ownerId} any more. Choose another one.`,
    }));
}

const notGranted = (): Problem =>
  new Problem(
    409,
    `The HubSpot account did not grant owners (${scope}). Connect HubSpot again and grant them, or choose no owner by name.`,
  );
