/** `POST /crm/v3/objects/{type}/search`, and the bounds that HubSpot sets for it. */
import type { FastifyInstance } from 'fastify';
import { objectCaller } from '../http/caller.ts';
import { invalid } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { objectType } from './object-types.ts';
import { filtersOf, type Search, searchBody, searchResults } from './search.ts';

const maxGroups = 5;
const maxFiltersPerGroup = 6;
const maxFilters = 18;
const maxResults = 10_000;
const maxBodyLength = 3000;

export function searchRoutes(server: FastifyInstance, world: World): void {
  server.post<{ Params: { type: string } }>('/crm/v3/objects/:type/search', (request) => {
    const type = objectType(request.params.type);
    const { portalId } = objectCaller(world, request, type, 'read');
    if (JSON.stringify(request.body ?? {}).length > maxBodyLength) {
      throw invalid(`The request body is longer than ${maxBodyLength} characters.`);
    }
    const search = parsed(searchBody, request.body ?? {});
    assertBounds(search);
    return searchResults(world, { portalId, type }, search);
  });
}

function assertBounds(search: Search): void {
  const { filterGroups, sorts, after, limit: size } = search;
  const groups = filterGroups ?? [];
  if (groups.length > maxGroups) throw invalid(`A search has at most ${maxGroups} filter groups.`);
  if (groups.some((group) => group.filters.length > maxFiltersPerGroup)) {
    throw invalid(`A filter group has at most ${maxFiltersPerGroup} filters.`);
  }
  if (filtersOf(search).length > maxFilters) throw invalid(`A search has at most ${maxFilters} filters.`);
  if ((sorts ?? []).length > 1) throw invalid('A search has at most one sort.');
  if ((after ?? 0) + size > maxResults) {
    throw invalid(`Paging beyond ${maxResults} results is not supported by search.`);
  }
}
