/** `docker-compose.yml`, `.env.example` and the README against the configuration schema that the roles check at start. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apiConfig, migrationConfig, workerConfig } from '../../config/env.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const compose = read('docker-compose.yml');

/** What a person fills in, as `.env.example` asks. */
const filledIn: Readonly<Record<string, string>> = {
  PUBLIC_URL: 'https://referrals.example.com',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  HUBSPOT_CLIENT_ID: 'client',
  HUBSPOT_CLIENT_SECRET: 'secret',
  HUBSPOT_APP_ID: '123',
  POSTGRES_PASSWORD: 'password1',
  VF_OWNER_PASSWORD: 'password2',
  VF_APP_PASSWORD: 'password3',
  VF_SYSTEM_PASSWORD: 'password4',
  TEMPORAL_DB_PASSWORD: 'password5',
};

describe('docker-compose.yml', () => {
  test('the API finds a complete configuration', () => {
    const config = apiConfig(environmentOf('api'));
    expect(config).toMatchObject({ HOST: '0.0.0.0', PORT: 3000, PUBLIC_URL: filledIn['PUBLIC_URL'] });
  });

  test('the worker finds a complete configuration, and Temporal', () => {
    const environment = environmentOf('worker');
    expect(() => workerConfig(environment)).not.toThrow();
    expect(environment).toMatchObject({ TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'default' });
  });

  test('the migration logs in as the owner, the roles as themselves', () => {
    const { MIGRATION_DATABASE_URL, DATABASE_URL, SYSTEM_DATABASE_URL } = migrationConfig(
      environmentOf('migrate'),
    );
    const logins = [MIGRATION_DATABASE_URL, DATABASE_URL, SYSTEM_DATABASE_URL].map((url) => {
      const { username, password } = new URL(url);
      return `${username}:${password}`;
    });
    expect(logins).toEqual(['vf_owner:password2', 'vf_app:password3', 'vf_system:password4']);
  });

  test.each(['api', 'worker'])('the %s is not told the passwords of the owner and of Temporal', (role) => {
    expect(Object.values(environmentOf(role)).join(' ')).not.toMatch(/password[125]/);
  });

  test('every variable that it wants is in .env.example', () => {
    const wanted = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    expect(wanted.filter((name) => !exampleNames().includes(name))).toEqual([]);
  });

  test('every $ in it is one that Compose understands', () => {
    const understood = /\$\$|\$\{[A-Z_]+(:\?|:-[^}]*)?\}/g;
    expect(compose.replaceAll(understood, '')).not.toContain('$');
  });

  test.skipIf(!hasCompose())('Compose reads it (skipped where there is no docker compose)', () => {
    const { status, stderr } = spawnSync('docker', ['compose', '--file', '-', 'config', '--quiet'], {
      input: compose,
      env: { ...process.env, ...filledIn },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('the configuration schema', () => {
  const names = [...read('config/env.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '');

  test('has variables', () => {
    expect(names).toContain('DATABASE_URL');
    expect(names).toContain('RECONCILE_SECONDS');
  });

  test('is covered by .env.example', () => {
    expect(names.filter((name) => !exampleNames().includes(name))).toEqual([]);
  });

  test('is covered by the README', () => {
    const readme = read('README.md');
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});

function exampleNames(): string[] {
  return [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? '');
}

/** The variables of one service, with its anchors resolved and its values filled in as Compose does. */
function environmentOf(service: string): Record<string, string> {
  const block = blockOf(new RegExp(`^ {2}${service}:$`, 'm'), /^ {0,2}\S/m);
  const anchor = /<<: \*([a-z-]+)\n/g;
  const shared = [...block.matchAll(anchor)].map(([, name]) =>
    blockOf(new RegExp(`^x-[a-z-]+: &${name}$`, 'm'), /^\S/m),
  );
  return Object.fromEntries(
    [...shared, block].flatMap((text) =>
      [...text.matchAll(/^ +([A-Z][A-Z_]+): "?([^"\n]*)"?$/gm)].map(([, name = '', value = '']) => [
        name,
        interpolated(value),
      ]),
    ),
  );
}

function blockOf(head: RegExp, end: RegExp): string {
  const found = head.exec(compose);
  if (!found) throw new Error(`docker-compose.yml has no ${head.source}`);
  const rest = compose.slice(found.index + found[0].length + 1);
  const length = end.exec(rest)?.index ?? rest.length;
  return rest.slice(0, length);
}

function interpolated(value: string): string {
  return value.replace(/\$\{([A-Z_]+)(?::-([^}]*)|:\?)?\}/g, (_all, name: string, otherwise = '') => {
    return filledIn[name] ?? otherwise;
  });
}

function hasCompose(): boolean {
  return spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;
}
