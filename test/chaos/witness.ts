// Somebody outside who keeps the signed heads of the log as they are published.
import { createClient } from 'graphql-ws';
import { sleep } from './client';
import type { Door } from './process';
import { DisposableSocket } from './socket';

/** Keeps heads from whatever node runs; a head that is missed is no loss. */
export class Witness {
  readonly notes: string[] = [];
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly door: Door,
    private readonly key: string,
  ) {
    this.running = this.run();
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const { url } = this.door;
      if (url !== null) await this.watch(url);
      await sleep(50);
    }
  }

  private async watch(url: string): Promise<void> {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: DisposableSocket,
      connectionParams: { authorization: `Bearer ${this.key}` },
      retryAttempts: 0,
    });
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => (this.isOver || this.door.url !== url) && done(), 50);
      const done = (): void => {
        clearInterval(watch);
        resolve();
      };
      client.subscribe<{ auditCheckpoints: { note: string } }>(
        { query: 'subscription { auditCheckpoints { note } }' },
        { next: ({ data }) => data && this.notes.push(data.auditCheckpoints.note), error: done, complete: done },
      );
    });
    client.terminate();
    await client.dispose();
  }
}
