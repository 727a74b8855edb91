/** The HubSpot APIs that we call, named after what they hold. */
export type HubSpotApi = keyof typeof prefixes;

/** Each API before the dated versions, and where the version stands in its dated path (developer docs, read 2026-11-24). */
const prefixes = {
  objects: { legacy: '/crm/v3/objects', dated: '/crm/objects/{version}' },
  objectAssociations: { legacy: '/crm/v4/objects', dated: '/crm/objects/{version}' },
  associations: { legacy: '/crm/v4/associations', dated: '/crm/associations/{version}' },
  properties: { legacy: '/crm/v3/properties', dated: '/crm/properties/{version}' },
  pipelines: { legacy: '/crm/v3/pipelines', dated: '/crm/pipelines/{version}' },
  owners: { legacy: '/crm/v3/owners', dated: '/crm/owners/{version}' },
  lists: { legacy: '/crm/v3/lists', dated: '/crm/lists/{version}' },
  oauth: { legacy: '/oauth/v3', dated: '/oauth/{version}' },
  appInstalls: { legacy: '/appinstalls/v3', dated: '/appinstalls/{version}' },
  account: { legacy: '/account-info/v3', dated: '/account-info/{version}' },
} as const;

/** Builds the path of an API and the segments below it, each one escaped. */
export type HubSpotPaths = (api: HubSpotApi, ...segments: readonly string[]) => string;

/** The one place that knows how HubSpot versions its paths: `v3`, or dated such as `2026-09`. */
export function hubspotPaths(version: string): HubSpotPaths {
  return (api, ...segments) => {
    const { legacy, dated } = prefixes[api];
    const prefix = version === 'v3' ? legacy : dated.replace('{version}', version);
    return [prefix, ...segments.map(encodeURIComponent)].join('/');
  };
}
