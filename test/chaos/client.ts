// A careful client: every request has an idempotency key and is repeated until it is answered; changes are read from a cursor that is kept.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { KEY, type ServerProcess } from './server';

export interface Acknowledged {
  readonly key: string;
  readonly cursor: string;
  readonly outcomes: string[];
  /** When it was sent for the last time. */
  readonly sentAt: number;
  /** How often its outcome was not known. */
  readonly unknown: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function whileUp(server: ServerProcess): Promise<string> {
  while (server.url === null) await sleep(10);
  return server.url;
}

/** Sends an operation once, to whatever runs now. */
export async function send(server: ServerProcess, query: string, variables?: object): Promise<any> {
  const url = await whileUp(server);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  return response.json();
}

/** Sends an ingestion until it is answered. */
export async function sendUntilAnswered(
  server: ServerProcess,
  operation: string,
  query: string,
  input: { idempotencyKey: string },
): Promise<Acknowledged> {
  for (let unknown = 0; ; unknown++) {
    const sentAt = Date.now();
    try {
      const { data, errors } = await send(server, query, { input });
      if (errors === undefined) {
        const { cursor, results } = data[operation];
        return { key: input.idempotencyKey, cursor, outcomes: results.map((result: any) => result.outcome), sentAt, unknown };
      }
      if (errors[0].extensions.code !== 'UNAVAILABLE') throw new Error(`unexpected: ${JSON.stringify(errors)}`);
    } catch (error) {
      if ((error as Error).message.startsWith('unexpected')) throw error;
    }
    await sleep(20);
  }
}

export interface Received {
  readonly cursor: string;
  readonly position: number;
}

/** Follows the log from its beginning, over as many connections as it takes, each from the last cursor it has. */
export class Follower {
  readonly received: Received[] = [];
  connections = 0;
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(private readonly server: ServerProcess) {
    this.running = this.run();
  }

  /** Ends once it has so many, or after a while. */
  async end(count: number, withinMs: number): Promise<void> {
    for (const end = Date.now() + withinMs; this.received.length < count && Date.now() < end;) await sleep(20);
    this.isOver = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      if (this.server.url === null) {
        await sleep(10);
        continue;
      }
      const client = createClient({
        url: `${this.server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${KEY}` },
        retryAttempts: 0,
      });
      this.connections += 1;
      const after = this.received.at(-1)?.cursor ?? (await this.beginning());
      if (after === null) continue;
      await new Promise<void>((resolve) => {
        const watch = setInterval(() => this.isOver && void client.dispose(), 50);
        client.subscribe<any>(
          { query: 'subscription ($after: Cursor) { changed(after: $after) { cursor position } }', variables: { after } },
          { next: ({ data }) => this.received.push(data.changed), error: () => done(), complete: () => done() },
        );
        const done = () => {
          clearInterval(watch);
          resolve();
        };
      });
      await client.dispose();
    }
  }

  private async beginning(): Promise<string | null> {
    return send(this.server, `{ changes(first: 0) { cursor } }`).then(
      ({ data }) => data.changes.cursor as string,
      () => null,
    );
  }
}
