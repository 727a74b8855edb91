/** In the place of the HubSpot sandbox: listens, no more. */
import { createServer } from 'node:net';

createServer().listen(Number(process.env['SANDBOX_PORT']), '127.0.0.1');
process.once('SIGTERM', () => {
  console.log(`stopping ${Date.now()}`);
  process.exit(0);
});
