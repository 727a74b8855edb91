/** What the sandbox is started with: flags first, then the environment, then values that let it start with neither. */
import { parseArgs } from 'node:util';
import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );
const whole = (max: number) => z.coerce.number().int().min(0).max(max);

/** Known to everyone, hence printed at the start; a secret that was given is not. */
export const defaultSecret = 'sandbox-client-secret';

const settings = z.object({
  port: whole(65_535).default(4242),
  host: z.string().default('127.0.0.1'),
  database: z.string().default(':memory:'),
  'client-id': z.string().default('sandbox-client-id'),
  'client-secret': z.string().default(defaultSecret),
  'app-id': z.string().regex(/^\d+$/, 'must be a number').default('1234567'),
  'app-name': z.string().default('Vouchflow'),
  'redirect-url': list.pipe(z.array(z.url())),
  'webhook-url': z.url().optional(),
  'webhook-properties': list,
  'search-lag-ms': whole(1_800_000).default(0),
  seed: whole(2_000_000).default(0),
});

export type Settings = z.output<typeof settings>;
type Flag = keyof Settings;

const variables: Readonly<Record<Flag, string>> = {
  port: 'SANDBOX_PORT',
  host: 'SANDBOX_HOST',
  database: 'SANDBOX_DATABASE',
  'client-id': 'HUBSPOT_CLIENT_ID',
  'client-secret': 'HUBSPOT_CLIENT_SECRET',
  'app-id': 'HUBSPOT_APP_ID',
  'app-name': 'SANDBOX_APP_NAME',
  'redirect-url': 'SANDBOX_REDIRECT_URLS',
  'webhook-url': 'SANDBOX_WEBHOOK_URL',
  'webhook-properties': 'SANDBOX_WEBHOOK_PROPERTIES',
  'search-lag-ms': 'SANDBOX_SEARCH_LAG_MS',
  seed: 'SANDBOX_SEED',
};

export const help = `A HubSpot that runs on this machine: its API, consent page and webhooks, and pages to work in.

  --port N                   4242 by default; 0 takes a free one
  --host NAME                127.0.0.1 by default; there is no login, so keep it on your own machine
  --database FILE            where portals are kept; in memory by default
  --client-id ID             of the app, as in HubSpot's developer screens
  --client-secret SECRET
  --app-id N
  --app-name NAME            what the consent page calls it
  --redirect-url URL         allowed after consent; may be given several times
  --webhook-url URL          where the app's webhooks go; none by default
  --webhook-properties A,B   properties whose changes they tell
  --search-lag-ms N          how far search is behind the records, 0 by default
  --seed N                   fills an empty first portal with N people
  --help                     shows this

Each flag has a variable (${Object.values(variables).join(', ')}); flags win.
`;

/** Where a browser may be sent when nobody says: the address of HubSpot's own quickstart. */
const defaultRedirectUrl = 'http://localhost:3000/oauth-callback';

export type CommandLine =
  | { readonly kind: 'start'; readonly settings: Settings }
  | { readonly kind: 'help' }
  /** A line per mistake, which names the flag or variable and never its value. */
  | { readonly kind: 'wrong'; readonly mistakes: readonly string[] };

export function commandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const flags = readFlags(args);
  if (typeof flags === 'string') return { kind: 'wrong', mistakes: [flags] };
  if (flags.help === true) return { kind: 'help' };
  const origins = new Map<string, string>();
  const given: Record<string, string> = {};
  for (const [flag, variable] of Object.entries(variables)) {
    const fromFlag = flags[flag as Flag];
    const value = fromFlag === undefined ? environment[variable] : String(fromFlag);
    if (value === undefined || value === '') continue;
    given[flag] = value;
    origins.set(flag, fromFlag === undefined ? variable : `--${flag}`);
  }
  const result = settings.safeParse(given);
  if (!result.success) {
    const mistakes = result.error.issues.map(
      ({ path: [flag], message }) => `${origins.get(String(flag)) ?? String(flag)}: ${message}`,
    );
    return { kind: 'wrong', mistakes };
  }
  const urls = result.data['redirect-url'];
  return {
    kind: 'start',
    settings: { ...result.data, 'redirect-url': urls.length === 0 ? [defaultRedirectUrl] : urls },
  };
}

/** The flags, or why they cannot be read. */
function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        database: text,
        'client-id': text,
        'client-secret': text,
        'app-id': text,
        'app-name': text,
        'redirect-url': { type: 'string', multiple: true },
        'webhook-url': text,
        'webhook-properties': text,
        'search-lag-ms': text,
        seed: text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. ');
    return `${sentence.replace(/\.$/, '')}. --help shows what there is.`;
  }
}
