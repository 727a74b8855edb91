/** The forms of the behaviour page; each does what the control of the same name does. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultOrder } from '../http/fault-order.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { behaviourPage } from './behaviour-page.ts';
import { shownPortal } from './fields.ts';

const checked = z
  .literal('on')
  .optional()
  .transform((value) => value === 'on');
const positive = z.coerce.number().int().min(1);
const whole = z.coerce.number().int().min(0);
/** An empty field of a form. */
const blank = z.literal('').transform(() => undefined);

const faultForm = z.object({
  preset: z.string(),
  times: z.union([blank, positive]).optional(),
  skip: z.union([blank, whole]).optional(),
  retryAfterSeconds: z.union([blank, whole]).optional(),
  path: z
    .string()
    .trim()
    .transform((text) => text || undefined)
    .optional(),
});
const limitsForm = z.object({
  enabled: checked,
  maximum: positive,
  searchPerSecond: positive,
  dailyMaximum: z.union([z.literal('').transform(() => null), positive]),
});
const searchForm = z.object({ lagSeconds: z.coerce.number().min(0).max(1800), shuffled: checked });
const webhooksForm = z.object({ enabled: checked, duplicate: checked, shuffled: checked });

/** The page offers one disorder; other seeds are for tests, through the controls. */
const pageSeed = 1;

export function behaviourPageRoutes(server: FastifyInstance, world: World): void {
  server.get('/behaviour', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(behaviourPage(world, shownPortal(world, request.query))),
  );

  const form = (name: string, set: (body: unknown) => void) =>
    server.post<{ Params: { portalId: string } }>(`/behaviour/:portalId/${name}`, (request, reply) => {
      const portalId = shownPortal(world, { portal: request.params.portalId });
      set(request.body ?? {});
      return reply.redirect(`/behaviour?portal=${portalId}`, 303);
    });

  form('faults', (body) => world.faults.add(parsed(faultOrder, parsed(faultForm, body))));
  form('faults/end', () => world.faults.arm([]));
  form('limits', (body) => world.limits.change(parsed(limitsForm, body)));
  form('search', (body) => {
    const { lagSeconds, shuffled } = parsed(searchForm, body);
    world.search.change({ lagMs: Math.round(lagSeconds * 1000), shuffleSeed: shuffled ? pageSeed : null });
  });
  form('webhooks', (body) => {
    const { enabled, duplicate, shuffled } = parsed(webhooksForm, body);
    const shuffleSeed = shuffled ? pageSeed : null;
    world.webhooks.of(world.apps.first.appId).change({ enabled, duplicate, shuffleSeed });
  });
}
