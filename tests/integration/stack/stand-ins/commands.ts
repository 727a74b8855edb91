import { fileURLToPath } from 'node:url';
import type { RoleCommand } from '../../../../stack/roles.ts';

export const standIn = (name: string): RoleCommand => [
  fileURLToPath(new URL(`./${name}.ts`, import.meta.url)),
];

/** The three roles replaced by programs that only start and stop. */
export const commands = { api: standIn('api'), worker: standIn('worker'), sandbox: standIn('sandbox') };
