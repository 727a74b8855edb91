/** In the place of the api: ready as soon as it listens, takes a moment to end, and writes down when it did. */
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? 200 : 404).end();
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.once('SIGTERM', () => {
  console.log(`stopping ${Date.now()}`);
  setTimeout(() => {
    console.log(`stopped ${Date.now()}`);
    process.exit(0);
  }, 150);
});
