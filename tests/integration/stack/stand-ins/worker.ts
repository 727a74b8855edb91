/** In the place of the worker: says in its log that it is ready, as the real one does. */
console.log(JSON.stringify({ level: 30, msg: 'worker ready' }));
const keepAlive = setInterval(() => undefined, 60_000);
process.once('SIGTERM', () => {
  console.log(`stopping ${Date.now()}`);
  clearInterval(keepAlive);
  console.log(`stopped ${Date.now()}`);
});
