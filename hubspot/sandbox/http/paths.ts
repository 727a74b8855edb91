/**
 * HubSpot mounts each API under an old prefix (`/crm/v3/objects/…`) and under dated ones (`/crm/objects/2026-09/…`).
 * Handlers here know the old form only; a dated path is rewritten to it before routing.
 */

/** The dated versions in support. Any other version is an unknown path. */
const version = '2026-03|2026-09';

const dated = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace('{v}', `(?:${version})`)}(?=[/?]|$)`);

const prefixes: readonly (readonly [RegExp, string])[] = [
  [dated('/crm/objects/{v}/([^/?]+)/([^/?]+)/associations'), '/crm/v4/objects/$1/$2/associations'],
  [dated('/crm/objects/{v}'), '/crm/v3/objects'],
  [dated('/crm/associations/{v}'), '/crm/v4/associations'],
  [dated('/crm/properties/{v}'), '/crm/v3/properties'],
  [dated('/crm/pipelines/{v}'), '/crm/v3/pipelines'],
  [dated('/crm/lists/{v}'), '/crm/v3/lists'],
  [dated('/crm/owners/{v}'), '/crm/v3/owners'],
  [dated('/account-info/{v}'), '/account-info/v3'],
  [dated('/appinstalls/{v}'), '/appinstalls/v3'],
  [dated('/oauth/{v}'), '/oauth/v3'],
  [dated('/automation/actions/callbacks/{v}'), '/automation/v4/actions/callbacks'],
  [dated('/automation/actions/{v}'), '/automation/v4/actions'],
  [/^\/webhooks\/2026-03(?=[/?]|$)/, '/webhooks/v3'],
  [/^\/app-webhooks\/2026-09(?=[/?]|$)/, '/webhooks/v3'],
];

/** The path under which a handler is mounted; unknown paths come back as they are. */
export function handlerPath(url: string): string {
  for (const [pattern, replacement] of prefixes) {
    if (pattern.test(url)) return url.replace(pattern, replacement);
  }
  return url;
}
