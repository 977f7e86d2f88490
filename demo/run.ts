import { connect, type Server } from './api';
import { RULES_NOTE } from './catalogue/rules';
import { lineOf, type LineStyle } from './lines';
import { live } from './live';
import { load } from './load';
import { showProgress } from './progress';
import { watch, sleep } from './watch';

/** A server that was started for the demo. */
export interface RunningServer {
  /** http://127.0.0.1:4000, or of its GraphQL endpoint */
  readonly url: string;
  readonly adminKey: string;
  stop(): Promise<void>;
}

/** How the demo goes. */
export interface DemoOptions {
  /** False: the sample is loaded and watched, but nothing happens in it except what time brings. */
  readonly isLive: boolean;
  /** Ends by itself after so many seconds; null: only the signal ends it. */
  readonly seconds: number | null;
  /** Milliseconds between two things that happen. */
  readonly everyMs?: number;
  /** Makes what happens repeatable. */
  readonly seed?: string;
  readonly signal: AbortSignal;
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What the demo did. */
export interface DemoOutcome {
  readonly wasLoaded: boolean;
  readonly items: number;
  readonly loadSeconds: number;
  readonly changes: number;
  readonly missing: number;
}

/** Starts a server, loads the sample organisation, and prints every change until the end. The server is stopped in any case. */
export async function runDemo(start: () => Promise<RunningServer>, options: DemoOptions): Promise<DemoOutcome> {
  const running = await start();
  try {
    return await demonstrate({ url: endpoint(running.url), key: running.adminKey }, options);
  } finally {
    await running.stop();
  }
}

/** The GraphQL endpoint of a server named by it or by its origin. */
export function endpoint(url: string): string {
  const at = new URL(url);
  if (at.pathname === '/') at.pathname = '/graphql';
  return at.href;
}

async function demonstrate(
  server: Server,
  { isLive, seconds, everyMs, seed, signal: outer, out }: DemoOptions,
): Promise<DemoOutcome> {
  const say = (line: string): void => void out.write(`${line}\n`);
  say('Loading the sample organisation …');
  const loaded = await load(server, Date.now(), showProgress(out), outer);
  const { organisation } = loaded;
  say(`Its people, credential types and rules: ${RULES_NOTE[0]!.toLowerCase()}${RULES_NOTE.slice(1)}`);
  say(
    loaded.wasLoaded
      ? `The sample organisation is there already, as of ${new Date(organisation.anchor).toISOString()}: nothing was loaded.`
      : `Loaded ${loaded.items} items in ${loaded.seconds.toFixed(1)} s: ${organisation.people.length} people.`,
  );
  say(`\n  GraphiQL  ${server.url}#key=${server.key}\n  Key       ${server.key}\n\nWhat happens from here on (Ctrl+C ends it):`);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  if (outer.aborted) end();
  outer.addEventListener('abort', end, { once: true });
  if (seconds !== null) void sleep(seconds * 1000, ending.signal).then(end);
  const style: LineStyle = { isColoured: out.isTTY === true };
  const life = isLive
    ? live(server, organisation, ending.signal, {
        ...(everyMs && { everyMs }),
        ...(seed && { seed }),
        onRefusal: (text) => say(`! ${text}`),
      })
    : null;
  const watching = watch(
    server,
    loaded.cursor ?? (await connect(server)('{ __typename }')).position,
    {
      onChange: (change) => say(lineOf(change, style)),
      onReconnect: (reason) => say(`… ${reason}; connecting again`),
    },
    ending.signal,
  );
  try {
    const [watched] = await Promise.all([watching, life]);
    const gap = watched.missing > 0 ? `, ${watched.missing} MISSING` : ', none missing';
    say(`\n${watched.changes} changes seen${gap}.`);
    return { wasLoaded: loaded.wasLoaded, items: loaded.items, loadSeconds: loaded.seconds, ...watched };
  } finally {
    end();
    outer.removeEventListener('abort', end);
  }
}
