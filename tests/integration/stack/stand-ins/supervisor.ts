/** A process that starts a stack and then does nothing, until it is killed. `supervisor.ts DATA_DIR THROW_AWAY` */
import { startStack } from '../../../../stack/stack.ts';
import { commands } from './commands.ts';

const [dataDir = '', throwAway] = process.argv.slice(2);
const roles = { sandbox: true, api: true, worker: true };
await startStack({
  dataDir,
  ports: 'free',
  durable: false,
  ...roles,
  commands,
  throwAway: throwAway === 'yes',
});
console.log('ready');
setInterval(() => undefined, 60_000);
