import type { FastifyReply, FastifyRequest } from 'fastify';

/** Pages show what somebody just typed or was given: nothing may keep a copy. */
export const sendPage = (reply: FastifyReply, status: number, page: string): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);

/** A browser's form or address bar; everybody else gets JSON. */
export function wantsPage({ headers, method }: FastifyRequest): boolean {
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return form || (method === 'GET' && !headers.accept?.startsWith('application/json'));
}
