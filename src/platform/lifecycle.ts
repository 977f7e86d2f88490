import type { Log } from './log';
import { StartError } from './start-error';

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 10_000;
const LOOK_FOR_PARENT_MS = 250;

/**
 * Calls back once when the process was started by a package script and whoever ran it is gone: npm killed with -9 passes no signal on, and a
 * server that nobody can stop any more keeps its port and its data.
 */
export function whenAbandoned(callback: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, LOOK_FOR_PARENT_MS);
  timer.unref();
}

/**
 * Starts the server and stops it on SIGTERM or SIGINT; a second signal ends the process at once. A signal during the start
 * stops as soon as the start is over. What prevents the start is printed as one sentence and ends the process with 1;
 * so does, with its stack in the log, a promise nobody waited for.
 */
export async function runUntilSignal(start: () => Promise<Running>, log?: () => Log | undefined): Promise<void> {
  let running: Running | null = null;
  let isStopping = false;

  const fail = (error: unknown, what: string): void => {
    const logger = log?.();
    if (logger) logger.fatal({ err: error }, what);
    else console.error(error);
    process.exit(1);
  };
  const stop = (): void => {
    if (running === null) return;
    const late = setTimeout(() => fail(new Error('not stopped in time'), 'the server did not stop in time'), STOP_WITHIN_MS);
    running
      .stop()
      .then(() => {
        clearTimeout(late);
        process.exit(0);
      })
      .catch((error: unknown) => fail(error, 'the server could not be stopped properly'));
  };
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    stop();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  whenAbandoned(onSignal);
  process.on('unhandledRejection', (error) => fail(error, 'a rejected promise was not handled'));
  process.on('uncaughtException', (error) => fail(error, 'an exception was not caught'));

  try {
    running = await start();
  } catch (error) {
    if (!(error instanceof StartError)) return fail(error, 'the server could not start');
    console.error(error.message);
    process.exit(1);
  }
  if (isStopping) stop();
}
