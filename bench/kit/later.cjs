// The build, some days later: DAYS_LATER in the environment says how many.
const path = require('node:path');
const dist = path.join(__dirname, '..', '..', 'dist', 'src');
const { startApp } = require(path.join(dist, 'app.js'));
const { loadConfig } = require(path.join(dist, 'platform', 'config.js'));
const { runUntilSignal } = require(path.join(dist, 'platform', 'lifecycle.js'));

const ahead = Number(process.env.DAYS_LATER) * 86_400_000;

runUntilSignal(async () => {
  const app = await startApp(loadConfig(process.env), { clock: { now: () => Date.now() + ahead } });
  process.stdout.write(`credential-graph is ready at ${app.url}/graphql\n`);
  return app;
});
