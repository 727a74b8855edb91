import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends the session's cookie whoever made the request, so a change by session must come from a page of ours.
 * Browsers say so by `Sec-Fetch-Site`, which no page can forge, and the older ones by `Origin`.
 */
export function refuseForeignPages({ method, headers }: FastifyRequest, publicUrl: string): void {
  if (reading.has(method)) return;
  const site = headers['sec-fetch-site'];
  const ours = site === undefined ? headers.origin === new URL(publicUrl).origin : site === 'same-origin';
  if (ours) return;
  throw new Problem(
    403,
    `This request does not come from the dashboard at ${publicUrl}/dashboard/. Open it there, or send an API key.`,
  );
}
