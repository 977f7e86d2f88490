// npm run demo: the server with the sample organisation, and its changes as they happen.
//   --once [seconds]  end by itself (DEMO_ONCE)     --no-live  let only time pass (DEMO_LIVE=false)
//   --url, --key      use a server that runs already (DEMO_URL, ADMIN_KEY)
import { RequestFailed } from './api';
import { LoadError } from './load';
import { runDemo, type RunningServer } from './run';
import { readSettings } from './settings';
import { startApp } from '../src/app';
import { loadConfig } from '../src/platform/config';
import { whenAbandoned } from '../src/platform/lifecycle';
import { StartError } from '../src/platform/start-error';

/** The demo keeps its data apart from the server's own, and its log quiet, unless told otherwise. */
function startOwnServer(): Promise<RunningServer> {
  const { DATA_DIR, LOG_LEVEL } = process.env;
  return startApp(loadConfig({ ...process.env, DATA_DIR: DATA_DIR || '.demo', LOG_LEVEL: LOG_LEVEL || 'warn' }));
}

async function main(): Promise<void> {
  const { isLive, seconds, url, key } = readSettings(process.argv.slice(2), process.env);
  const ending = new AbortController();
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(1);
    ending.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  whenAbandoned(onSignal);
  const start = url === null ? startOwnServer : () => Promise.resolve({ url, adminKey: key!, stop: () => Promise.resolve() });
  await runDemo(start, { isLive, seconds, signal: ending.signal, out: process.stdout });
}

if (require.main === module) {
  main()
    .then(() => process.exit(0))
    .catch((error: unknown) => {
      const isExpected = error instanceof StartError || error instanceof LoadError || error instanceof RequestFailed;
      console.error(isExpected ? error.message : error);
      process.exit(1);
    });
}
