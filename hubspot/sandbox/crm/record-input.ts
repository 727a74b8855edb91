/** What routes of one record and of many read from a request. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Caller, objectCaller } from '../http/caller.ts';
import type { World } from '../world.ts';
import { type ObjectType, objectType } from './object-types.ts';
import type { Place } from './record.ts';
import type { Reference } from './record-lookup.ts';

export const propertyValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const associationRequests = z.array(
  z.object({
    to: z.object({ id: z.coerce.string() }),
    types: z.array(z.object({ associationCategory: z.string(), associationTypeId: z.number().int() })),
  }),
);

/** The lower page size that HubSpot sets when history is asked for. */
export const maxWithHistory = 50;

export type TypeParams = { Params: { type: string } };

/** A caller who may see, or change, records of the type that the path names. */
export function typeCaller(
  world: World,
  request: FastifyRequest<TypeParams>,
  right: 'read' | 'write',
): Caller & { readonly type: ObjectType } {
  const type = objectType(request.params.type);
  return { ...objectCaller(world, request, type, right), type };
}

/** How a caller of one type names a record. */
export const reference = (caller: Place, id: string, idProperty?: string): Reference => ({
  portalId: caller.portalId,
  type: caller.type,
  id,
  idProperty,
});
