/** Owners and account details: what a portal says about itself. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { notFound } from '../http/errors.ts';
import { decodeCursor, encodeCursor, flag, limit, pagingAfter, parsed } from '../http/input.ts';
import { type Owner, owners, portalOf } from '../portals.ts';
import type { World } from '../world.ts';

const ownersQuery = z.object({
  email: z.string().optional(),
  limit: limit({ initial: 100, max: 500 }),
  after: z.string().optional(),
  archived: flag.default(false),
});
const ownerQuery = z.object({ idProperty: z.enum(['id', 'userId']).default('id') });

export function accountRoutes(server: FastifyInstance, world: World): void {
  server.get('/crm/v3/owners', (request) => {
    const { portalId } = callerWith(world, request, 'crm.objects.owners.read', 'automation');
    const query = parsed(ownersQuery, request.query);
    const after = Number(decodeCursor(query.after));
    const found = owners(world.store, portalId).filter(
      ({ id, email }) =>
        id > after && !query.archived && (query.email === undefined || email === query.email.toLowerCase()),
    );
    const last = found.length > query.limit ? found[query.limit - 1] : undefined;
    return {
      results: found.slice(0, query.limit).map(ownerView),
      ...pagingAfter(last && encodeCursor(last.id), `${world.url()}${request.originalUrl}`),
    };
  });

  server.get<{ Params: { ownerId: string } }>('/crm/v3/owners/:ownerId', (request) => {
    const { portalId } = callerWith(world, request, 'crm.objects.owners.read', 'automation');
    const { idProperty } = parsed(ownerQuery, request.query);
    const owner = owners(world.store, portalId).find(
      (each) => String(each[idProperty]) === request.params.ownerId,
    );
    if (owner === undefined) throw notFound(`Owner ${request.params.ownerId} does not exist.`);
    return ownerView(owner);
  });

  server.get('/account-info/v3/details', (request) => {
    const { portalId } = callerWith(world, request, 'oauth');
    const { currency, additionalCurrencies, timeZone } = portalOf(world.store, portalId);
    const offsetMs = utcOffsetMs(timeZone, world.now());
    return {
      portalId,
      accountType: 'SANDBOX',
      timeZone,
      companyCurrency: currency,
      additionalCurrencies,
      utcOffset: offsetText(offsetMs),
      utcOffsetMilliseconds: offsetMs,
      uiDomain: new URL(world.url()).host,
      dataHostingLocation: 'na1',
    };
  });
}

const ownerView = ({ id, email, firstName, lastName, userId, createdAt }: Owner) => ({
  id: String(id),
  email,
  type: 'PERSON',
  firstName,
  lastName,
  userId,
  userIdIncludingInactive: userId,
  teams: [],
  createdAt: new Date(createdAt).toISOString(),
  updatedAt: new Date(createdAt).toISOString(),
  archived: false,
});

function utcOffsetMs(timeZone: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
