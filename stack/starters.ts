/** How each part of one stack is started: which program, port, files and variables it gets. */
import { join } from 'node:path';
import { migrate } from '../db/migrate.ts';
import { type StackPorts, urlsOf } from './addresses.ts';
import { type DatabaseUrls, prepareDatabase } from './database.ts';
import { startRole } from './part.ts';
import type { StartPart } from './parts.ts';
import { type EmbeddedPostgres, startPostgres } from './postgres.ts';
import {
  databaseVariables,
  type RoleName,
  roleCommands,
  roleVariables,
  sandboxOwnVariables,
  type Variables,
} from './roles.ts';
import { stackSettings } from './settings.ts';
import { renewLogs, writeEnvironment, writeTemporalProfile } from './stack-files.ts';
import type { StackOptions } from './stack-options.ts';
import type { PartName } from './state-file.ts';
import { startTemporal } from './temporal.ts';

interface StackPlace {
  readonly dataDir: string;
  readonly ports: StackPorts;
  readonly options: StackOptions;
}

/** What `prepareDatabase` of a running PostgreSQL has made known. */
export interface PreparedDatabase {
  readonly databases: DatabaseUrls;
  readonly superuserUrl: string;
  /** The variables of all roles, and the migration's. */
  readonly env: Variables;
}

export interface Starters {
  readonly starters: Readonly<Record<PartName, StartPart>>;
  readonly logFile: (name: PartName) => string;
  /** Makes and migrates the database; call it once, when PostgreSQL has started and before api and worker. */
  readonly prepare: () => Promise<PreparedDatabase>;
}

export function startersOf({ dataDir, ports, options }: StackPlace): Starters {
  const logFile = renewLogs(dataDir);
  const variables = roleVariables({
    ports,
    settings: stackSettings(dataDir),
    temporalConfigFile: writeTemporalProfile(dataDir, urlsOf(ports).temporalAddress),
    sandbox: options.sandbox,
    extra: options.extraEnv ?? {},
  });
  let server: EmbeddedPostgres | undefined;
  let databases: DatabaseUrls | undefined;

  const role =
    (name: RoleName, port: number, own: () => Variables): StartPart =>
    (onSpawn) =>
      startRole({
        name,
        port,
        onSpawn,
        command: options.commands?.[name] ?? roleCommands[name],
        variables: { ...variables, ...own() },
        logFile: logFile(name),
      });
  const logins = () => (databases ? databaseVariables(databases) : {});
  const sandboxDatabase = join(dataDir, 'sandbox.db');

  return {
    logFile,
    starters: {
      api: role('api', ports.app, logins),
      worker: role('worker', 0, logins),
      sandbox: role('sandbox', ports.sandbox, () =>
        sandboxOwnVariables(variables, { port: ports.sandbox, database: sandboxDatabase }),
      ),
      temporal: (onSpawn) =>
        startTemporal({
          databaseFile: join(dataDir, 'temporal', 'temporal.db'),
          port: ports.temporal,
          ui: { port: ports.temporalUi },
          timeSkipping: options.timeSkipping ?? false,
          logFile: logFile('temporal'),
          say: options.say ?? (() => undefined),
          onSpawn,
        }),
      postgres: async (onSpawn) => {
        server = await startPostgres({
          dataDir: join(dataDir, 'postgres'),
          port: ports.postgres,
          durable: options.durable,
          logFile: logFile('postgres'),
          onSpawn,
        });
        return server;
      },
    },
    async prepare() {
      if (!server) throw new Error('PostgreSQL has not been started.');
      databases = await prepareDatabase(server, { name: 'vouchflow' });
      await migrate(databases);
      const env = {
        ...variables,
        ...databaseVariables(databases),
        MIGRATION_DATABASE_URL: databases.migrationUrl,
      };
      writeEnvironment(dataDir, env);
      return { databases, superuserUrl: server.superuserUrl, env };
    },
  };
}
