// Careful clients: every request has an idempotency key and is repeated until it is answered; changes are read from a cursor that is kept.
import { createClient } from 'graphql-ws';
import { KEY, type Door } from './process';
import { DisposableSocket } from './socket';

export interface Acknowledged {
  readonly key: string;
  readonly cursor: string;
  readonly outcomes: string[];
  /** When it was sent for the first time, and for the last. */
  readonly firstSentAt: number;
  readonly sentAt: number;
  /** How often its outcome was not known. */
  readonly unknown: number;
}

const PATIENCE_MS = 15_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function whileUp(door: Door): Promise<string> {
  for (;;) {
    const { url } = door;
    if (url !== null) return url;
    await sleep(10);
  }
}

/** Sends an operation once, to whatever runs now. */
export async function send(door: Door, query: string, variables?: object, patienceMs = PATIENCE_MS): Promise<any> {
  const url = await whileUp(door);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${door.key ?? KEY}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(patienceMs),
  });
  return response.json();
}

/** Sends an ingestion until it is answered; the first time it waits no longer than it has patience for. */
export async function sendUntilAnswered(
  door: Door,
  operation: string,
  query: string,
  input: { idempotencyKey: string },
  firstPatienceMs = PATIENCE_MS,
): Promise<Acknowledged> {
  let firstSentAt: number | null = null;
  for (let unknown = 0; ; unknown++) {
    await whileUp(door);
    firstSentAt ??= Date.now();
    const sentAt = Date.now();
    try {
      const { data, errors } = await send(door, query, { input }, unknown === 0 ? firstPatienceMs : PATIENCE_MS);
      if (errors === undefined) {
        const { cursor, results } = data[operation];
        const outcomes = results.map((result: any) => result.outcome);
        return { key: input.idempotencyKey, cursor, outcomes, firstSentAt, sentAt, unknown };
      }
      if (errors[0].extensions.code !== 'UNAVAILABLE') throw new Error(`unexpected: ${JSON.stringify(errors)}`);
    } catch (error) {
      if ((error as Error).message.startsWith('unexpected')) throw error;
    }
    door.failed?.();
    await sleep(20);
  }
}

/** What a follower asks for. */
export interface Following {
  /** A subscription of one field, with `$after: Cursor`, that selects `cursor` and `position`. */
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Follows the log from its beginning, over as many connections as it takes, each from the last cursor it has. */
export class Follower {
  readonly positions: number[] = [];
  cursor: string | null = null;
  connections = 0;
  /** How often a change came with an error instead of its data, and was asked for again. */
  spoiled = 0;
  /** How sockets ended, by close code. */
  readonly closed = new Map<number, number>();
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly door: Door,
    private readonly following: Following = {
      query: 'subscription ($after: Cursor) { changed(after: $after) { cursor position } }',
    },
  ) {
    this.running = this.run();
  }

  /** Ends once it has so many and nothing came for a moment more, or after a while. */
  async end(count: number, withinMs: number, graceMs = 0): Promise<void> {
    for (const end = Date.now() + withinMs; this.positions.length < count && Date.now() < end;) await sleep(20);
    await sleep(graceMs);
    this.isOver = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const { url } = this.door;
      this.cursor ??= url === null ? null : await this.beginning();
      if (url === null || this.cursor === null) await sleep(10);
      else await this.connect(url);
    }
  }

  private async connect(url: string): Promise<void> {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: DisposableSocket,
      connectionParams: { authorization: `Bearer ${KEY}` },
      retryAttempts: 0,
      on: { closed: (event) => this.note((event as { code?: number }).code ?? 0) },
    });
    this.connections += 1;
    await new Promise<void>((resolve) => {
      let isDone = false;
      const done = (): void => {
        isDone = true;
        clearInterval(watch);
        resolve();
      };
      // a socket whose other end stands still says nothing: it is looked after as clients in the field do
      const watch = setInterval(() => (this.isOver || this.door.url !== url) && done(), 50);
      const variables = { ...this.following.variables, after: this.cursor };
      client.subscribe<any>(
        { query: this.following.query, variables },
        {
          next: ({ data, errors }) => {
            // what came together with the message that ended it is asked for again
            if (isDone) return;
            if (errors) {
              this.spoiled += 1;
              return done();
            }
            const [change] = Object.values<any>(data);
            this.positions.push(change.position);
            this.cursor = change.cursor;
          },
          error: done,
          complete: done,
        },
      );
    });
    client.terminate();
    await client.dispose();
    this.door.failed?.();
  }

  private note(code: number): void {
    this.closed.set(code, (this.closed.get(code) ?? 0) + 1);
  }

  private async beginning(): Promise<string | null> {
    return send(this.door, `{ changes(first: 0) { cursor } }`).then(
      ({ data }) => data.changes.cursor as string,
      () => null,
    );
  }
}
