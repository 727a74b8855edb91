import { fileURLToPath } from 'node:url';
import type { RoleCommand } from '../../../../stack/roles.ts';

const program = (url: URL): RoleCommand => [fileURLToPath(url)];

/** The three roles replaced by programs that only start and stop. */
export const commands = {
  api: program(new URL('./api.ts', import.meta.url)),
  worker: program(new URL('./worker.ts', import.meta.url)),
  sandbox: program(new URL('./sandbox.ts', import.meta.url)),
};

/** A role that ends before it is ready. */
export const broken = program(new URL('./broken.ts', import.meta.url));
