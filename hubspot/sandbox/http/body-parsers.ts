import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';

/** JSON as HubSpot reads it, an empty body included, and forms. */
export function bodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => {
      if (body === '') return undefined;
      try {
        return JSON.parse(body) as unknown;
      } catch (error) {
        throw new ApiError(400, {
          message: `Invalid input JSON on line 1, column 1: ${(error as Error).message}`,
        });
      }
    },
  );
  server.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
}
