/** Where the parts of a stack listen: fixed ports for daily use, free ones for everything that comes and goes. */
import { freePort, isFree, type PortWish, portBusyMessage } from './ports.ts';

export interface StackPorts {
  readonly app: number;
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly sandbox: number;
}

const fixed: Readonly<Record<keyof StackPorts, PortWish>> = {
  app: { port: 3000, wantedBy: 'the API and the public pages', variable: 'VOUCHFLOW_PORT' },
  postgres: { port: 15_432, wantedBy: 'its PostgreSQL', variable: 'VOUCHFLOW_POSTGRES_PORT' },
  temporal: { port: 7233, wantedBy: 'its Temporal server', variable: 'VOUCHFLOW_TEMPORAL_PORT' },
  temporalUi: { port: 8233, wantedBy: 'the Temporal UI', variable: 'VOUCHFLOW_TEMPORAL_UI_PORT' },
  sandbox: { port: 4242, wantedBy: 'the HubSpot sandbox', variable: 'VOUCHFLOW_SANDBOX_PORT' },
};

type Environment = Readonly<Record<string, string | undefined>>;

/** A sentence for the person who starts the stack, without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The ports of `npm start`: the documented ones, or those of the environment. Throws `StartError`. */
export function fixedPorts(env: Environment): StackPorts {
  return build((name) => {
    const { variable, port } = fixed[name];
    const given = env[variable];
    if (!given) return port;
    const wanted = Number(given);
    if (Number.isInteger(wanted) && wanted > 0 && wanted < 65_536) return wanted;
    throw new StartError(`${variable} must be a port number from 1 to 65535.`);
  });
}

export interface StackUrls {
  /** The API and the public pages. */
  readonly app: string;
  /** host:port */
  readonly temporalAddress: string;
  readonly temporalUi: string;
  readonly sandbox: string;
}

export const loopback = (port: number): string => `http://127.0.0.1:${port}`;

export const urlsOf = (ports: StackPorts): StackUrls => ({
  app: loopback(ports.app),
  temporalAddress: `127.0.0.1:${ports.temporal}`,
  temporalUi: loopback(ports.temporalUi),
  sandbox: loopback(ports.sandbox),
});

export async function freePorts(): Promise<StackPorts> {
  const taken = new Set<number>();
  while (taken.size < Object.keys(fixed).length) taken.add(await freePort());
  const ports = [...taken];
  return build(() => ports.pop() ?? 0);
}

/** Throws a `StartError` with one line for each port that is taken, or that two parts are given. */
export async function refuseBusyPorts(
  ports: StackPorts,
  needed: readonly (keyof StackPorts)[],
): Promise<void> {
  const problems: string[] = [];
  const seen = new Map<number, string>();
  for (const name of needed) {
    const wish = { ...fixed[name], port: ports[name] };
    const other = seen.get(wish.port);
    if (other)
      problems.push(
        `Port ${wish.port} is wanted for both ${other} and ${wish.wantedBy}; change ${wish.variable}.`,
      );
    else if (!(await isFree(wish.port))) problems.push(portBusyMessage(wish));
    seen.set(wish.port, wish.wantedBy);
  }
  if (problems.length > 0) throw new StartError(problems.join('\n'));
}

interface Wanted {
  readonly api: boolean;
  readonly sandbox: boolean;
}

export const neededPorts = ({ api, sandbox }: Wanted): readonly (keyof StackPorts)[] => [
  ...(api ? (['app'] as const) : []),
  ...(['postgres', 'temporal', 'temporalUi'] as const),
  ...(sandbox ? (['sandbox'] as const) : []),
];

/** What a person is shown: a name and where to go. */
export function shownAddresses(ports: StackPorts, { api, sandbox }: Wanted): Record<string, string> {
  const urls = urlsOf(ports);
  return {
    ...(api ? { Vouchflow: urls.app, 'API reference': `${urls.app}/docs` } : {}),
    'Temporal UI': urls.temporalUi,
    ...(sandbox ? { 'HubSpot sandbox': urls.sandbox } : {}),
  };
}

const build = (portOf: (name: keyof StackPorts) => number): StackPorts => ({
  app: portOf('app'),
  postgres: portOf('postgres'),
  temporal: portOf('temporal'),
  temporalUi: portOf('temporalUi'),
  sandbox: portOf('sandbox'),
});
