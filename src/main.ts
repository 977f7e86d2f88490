import { startApp } from './app';
import { loadConfig } from './platform/config';
import { runUntilSignal } from './platform/lifecycle';

/** Starts the server and says where it is. */
async function start(): Promise<{ stop(): Promise<void> }> {
  const began = performance.now();
  const config = loadConfig(process.env);
  const app = await startApp(config);
  const lines = [`credential-graph is ready at ${app.url}/graphql (after ${((performance.now() - began) / 1000).toFixed(1)} s)`];
  if (config.graphiql) lines.push(`GraphiQL:  ${app.url}/graphql#key=${config.adminKey === null ? app.adminKey : '<ADMIN_KEY>'}`);
  if (config.adminKey === null && (app.isNewKey || !config.production)) lines.push(`API key:   ${app.adminKey}`);
  if (config.environment !== null) lines.push(`Environment: ${config.environment}`);
  if (config.databaseUrl === null) lines.push(`Data:      ${config.dataDir} (embedded PostgreSQL)`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return app;
}

void runUntilSignal(start);
