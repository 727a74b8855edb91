/** How the sandbox behaves: limits, search lag and faults. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultOrder } from '../http/fault-order.ts';
import { faultPresets, presetNames } from '../http/fault-presets.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';

const maxLagMs = 1_800_000;

const limitsBody = z.strictObject({
  enabled: z.boolean().optional(),
  maximum: z.number().int().min(1).optional(),
  intervalMs: z.number().int().min(1).optional(),
  searchPerSecond: z.number().int().min(1).optional(),
  dailyMaximum: z.number().int().min(1).nullable().optional(),
});
const searchBody = z.strictObject({
  lagMs: z.number().int().min(0).max(maxLagMs),
  shuffleSeed: z.number().int().nullable().default(null),
});
const faultsBody = z.strictObject({ faults: z.array(faultOrder).max(100) });

export function behaviourRoutes(server: FastifyInstance, world: World): void {
  server.get('/sandbox/limits', () => world.limits.settings);

  server.put('/sandbox/limits', (request) => {
    world.limits.change(given(parsed(limitsBody, request.body)));
    return world.limits.settings;
  });

  server.get('/sandbox/search', () => world.search.settings);

  server.put('/sandbox/search', (request) => {
    world.search.change(parsed(searchBody, request.body));
    return world.search.settings;
  });

  server.get('/sandbox/faults', () => ({
    faults: world.faults.list(),
    presets: presetNames.map((preset) => ({ preset, title: faultPresets[preset].title })),
  }));

  server.put('/sandbox/faults', (request) => {
    world.faults.arm(parsed(faultsBody, request.body).faults);
    return { faults: world.faults.list() };
  });

  server.delete('/sandbox/faults', (_request, reply) => {
    world.faults.arm([]);
    return reply.code(204).send();
  });
}

/** The fields that an order brought, so that the others stay as they are. */
export const given = <T extends object>(order: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined)) as never;
