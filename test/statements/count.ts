// Which SQL statements a request sends: the driver watched, the product's own background work left out.
import pg from 'pg';

/** What the clock, the sequencer and the tail send by themselves, and every new connection. */
const BACKGROUND = new Set(['nextBoundaries', 'findChanges', 'readClock', 'prepareSession', 'noticeTheGone']);

/** Counts the named statements sent through the request pool. */
export class StatementCounter {
  private readonly original = pg.Client.prototype.query;
  private names: string[] = [];

  /** @param isEverybody also what the tail, the sequencer and the others with connections of their own send. */
  constructor(private readonly isEverybody = false) {}

  start(): void {
    const { original } = this;
    const note = (client: pg.Client, text: string): void => {
      const { application_name: application } = (client as unknown as { connectionParameters: { application_name?: string } })
        .connectionParameters;
      if (application !== 'credential-graph' && !(this.isEverybody && application?.startsWith('credential-graph '))) return;
      for (const [, name] of text.matchAll(/\/\*\s*(\w+)/g)) if (!BACKGROUND.has(name!)) this.names.push(name!);
    };
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [query] = args;
      note(this, typeof query === 'string' ? query : ((query as { text?: string } | undefined)?.text ?? ''));
      return (original as (...all: unknown[]) => unknown).apply(this, args);
    } as typeof original;
  }

  stop(): void {
    pg.Client.prototype.query = this.original;
  }

  /** The statements sent while something was done, in order. */
  async during<T>(work: () => Promise<T>): Promise<{ answer: T; statements: string[] }> {
    this.names = [];
    const answer = await work();
    return { answer, statements: this.names };
  }
}
