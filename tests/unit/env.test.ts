import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiConfig, ConfigurationError, temporalEnvironment, workerConfig } from '../../config/env.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const complete = {
  DATABASE_URL: 'postgres://vf_app:pw@db.example/vouchflow',
  SYSTEM_DATABASE_URL: 'postgres://vf_system:pw@db.example/vouchflow',
  PUBLIC_URL: 'https://refer.example/',
  ENCRYPTION_KEYS: `k2:${key},k1:${key}`,
  HUBSPOT_CLIENT_ID: 'client',
  HUBSPOT_CLIENT_SECRET: 'secret-that-nobody-may-read',
  HUBSPOT_APP_ID: '123',
};

const messageOf = (env: Record<string, string | undefined>): string => {
  try {
    apiConfig(env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
};

describe('the configuration', () => {
  test('is complete with the database, the address, the keys and the HubSpot app; everything else has a default', () => {
    expect(apiConfig(complete)).toMatchObject({
      PORT: 3000,
      HUBSPOT_API_URL: 'https://api.hubapi.com',
      LOG_LEVEL: 'info',
    });
    expect(workerConfig(complete).RECONCILE_SECONDS).toBe(300);
    expect(apiConfig(complete).ENCRYPTION_KEYS.map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(apiConfig(complete).PUBLIC_URL).toBe('https://refer.example');
  });

  test('names every missing variable, one line each', () => {
    const message = messageOf({});
    for (const name of Object.keys(complete))
      expect(message).toMatch(new RegExp(`^ {2}${name} is missing$`, 'm'));
  });

  test.each([
    ['DATABASE_URL', 'mysql://canary-value/x', 'postgres:'],
    ['PUBLIC_URL', 'canary-value', 'http:'],
    ['ENCRYPTION_KEYS', 'k1:canary-value', '32 bytes'],
    ['HUBSPOT_APP_ID', 'canary-value', 'numeric'],
    ['HUBSPOT_API_VERSION', 'canary-value', '2026-09'],
    ['PORT', 'canary-value', 'whole number'],
    ['DISPOSABLE_EMAIL_DOMAINS', '/canary-value', 'one domain a line'],
    ['LOG_LEVEL', 'canary-value', 'debug'],
  ])('says what is wrong with %s without repeating its value', (name, value, hint) => {
    const message = messageOf({ ...complete, [name]: value });
    const lines = message.split('\n').filter((line) => line.startsWith('  '));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(name);
    expect(lines[0]).toContain(hint);
    expect(message).not.toContain('canary-value');
  });

  test('an empty variable counts as one that is not set', () => {
    expect(apiConfig({ ...complete, PORT: '' }).PORT).toBe(3000);
  });

  test('the list of throw-away domains is the one that comes with it, or a file of the operator’s own', () => {
    expect(apiConfig(complete).DISPOSABLE_EMAIL_DOMAINS.has('mailinator.com')).toBe(true);
    const file = join(mkdtempSync(join(tmpdir(), 'domains-')), 'list.txt');
    writeFileSync(file, '# ours\r\n Gone.test \n\nthrow.test');
    expect(workerConfig({ ...complete, DISPOSABLE_EMAIL_DOMAINS: file }).DISPOSABLE_EMAIL_DOMAINS).toEqual(
      new Set(['gone.test', 'throw.test']),
    );
  });

  test('hands on Temporal’s own variables and no others', () => {
    expect(temporalEnvironment({ ...complete, TEMPORAL_ADDRESS: 'temporal:7233' })).toEqual({
      TEMPORAL_ADDRESS: 'temporal:7233',
    });
  });
});
