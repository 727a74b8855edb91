/** The sandbox as a process. It stands alone, so it reads its own flags and its own part of the environment. */
import { commandLine, defaultSecret, help, type Settings } from './command-line.ts';
import { type Sandbox, startSandbox } from './server.ts';

const command = commandLine(process.argv.slice(2), process.env);
switch (command.kind) {
  case 'help':
    process.stdout.write(help);
    break;
  case 'wrong':
    process.stderr.write(`${command.mistakes.join('\n')}\n`);
    process.exitCode = 1;
    break;
  case 'start':
    await run(command.settings);
}

async function run(settings: Settings): Promise<void> {
  const sandbox = await started(settings);
  if (sandbox === undefined) return;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void sandbox.close().then(() => process.exit(0));
    });
  }
  const secret = settings['client-secret'] === defaultSecret ? defaultSecret : '(as given)';
  process.stdout.write(`HubSpot sandbox ready at ${sandbox.url}
  client id      ${settings['client-id']}
  client secret  ${secret}
  app id         ${settings['app-id']}
  redirect to    ${settings['redirect-url'].join(', ')}
  webhooks to    ${settings['webhook-url'] ?? 'nowhere yet'}
`);
}

/** Undefined when it cannot start, for a reason that one line tells. */
async function started(settings: Settings): Promise<Sandbox | undefined> {
  try {
    return await startSandbox({
      port: settings.port,
      host: settings.host,
      database: settings.database,
      app: {
        appId: settings['app-id'],
        clientId: settings['client-id'],
        clientSecret: settings['client-secret'],
        name: settings['app-name'],
        redirectUrls: settings['redirect-url'],
        webhookUrl: settings['webhook-url'] ?? null,
      },
      webhookProperties: settings['webhook-properties'],
      searchLagMs: settings['search-lag-ms'],
      seedContacts: settings.seed,
    });
  } catch (error) {
    process.stderr.write(`${whyNot(error as NodeJS.ErrnoException, settings)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

function whyNot({ code, message }: NodeJS.ErrnoException, { port, host }: Settings): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken by another program; --port chooses another.`;
  return `The sandbox cannot start: ${message}`;
}
