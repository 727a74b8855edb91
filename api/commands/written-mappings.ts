import type { Placed } from '../../domain/property-claim.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';

/** A mapping that writes into HubSpot, with its place in the setup document, such as `sync.mappingsOut.0`. */
export interface WrittenMapping extends Placed {
  readonly path: string;
}

export function writtenMappings({
  personInvited,
  personReferring,
  sync,
}: Pick<HubSpotSetup, 'personInvited' | 'personReferring' | 'sync'>): readonly WrittenMapping[] {
  const parts = [
    ['sync', 'sync.mappingsOut', sync.mappingsOut],
    ['person-referring', 'personReferring.mappings', personReferring.mappings],
    ['person-invited', 'personInvited.mappings', personInvited.mappings],
  ] as const;
  return parts.flatMap(([section, path, mappings]) =>
    mappings.map((mapping, index) => ({ section, mapping, path: `${path}.${index}` })),
  );
}
