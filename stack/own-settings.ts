/** What the person who runs `npm start` has set: in the environment or in `.env`, where the environment wins. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { StartError } from './addresses.ts';
import type { Variables } from './roles.ts';

export interface OwnSettings {
  /** Everything that was set: the ports of `addresses.ts`, and VOUCHFLOW_DATA, the data folder. */
  readonly all: Variables;
  /** What the roles are given. The databases, Temporal and the ports are the stack's own, whatever is set. */
  readonly roles: Variables;
  /** A HubSpot app of their own is set, so the sandbox is not used. */
  readonly realHubSpot: boolean;
}

const passedOn = /^(HUBSPOT_[A-Z_]+|PUBLIC_URL|ENCRYPTION_KEYS|RECONCILE_SECONDS|LOG_LEVEL|SMTP_URL)$/;
const appVariables = ['HUBSPOT_CLIENT_ID', 'HUBSPOT_CLIENT_SECRET', 'HUBSPOT_APP_ID'] as const;

/** Throws a `StartError` when a HubSpot app is named only in part. */
export function ownSettings(env: NodeJS.ProcessEnv, envFile: string): OwnSettings {
  const file = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};
  const all = definedOnly({ ...file, ...definedOnly(env) });
  const roles = Object.fromEntries(Object.entries(all).filter(([name]) => passedOn.test(name)));
  const missing = appVariables.filter((name) => !roles[name]);
  const realHubSpot = missing.length < appVariables.length;
  if (realHubSpot && missing.length > 0) {
    throw new StartError(
      `A HubSpot app of your own needs ${appVariables.join(', ')}: ${missing.join(' and ')} must be set too. Without any of the three, the sandbox is used.`,
    );
  }
  return { all, roles, realHubSpot };
}

/** An empty value counts as not set, as in `config/env.ts`. */
const definedOnly = (variables: Readonly<Record<string, string | undefined>>): Variables =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
