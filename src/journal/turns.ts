// The statements of one transaction take turns on its connection, also those that nobody waits for.
import type { Db } from '../platform/postgres/pool';

/**
 * Sends statements one after the other. What is `run` needs no answer: the next step can be reckoned while PostgreSQL works, and a
 * failure comes out at whatever is asked next, so nothing is committed after it.
 */
export class Turns implements Db {
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  constructor(private readonly connection: Db) {}

  query<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number }> {
    const answer = this.#last.then(() => {
      if (this.#failure !== null) throw this.#failure.error;
      return this.connection.query<R>(text, params);
    });
    // the transaction is lost with it: nothing more is sent, and whoever asks is told the reason
    this.#last = answer.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return answer;
  }

  /** Sends a statement whose answer nobody needs. */
  run(text: string, params?: readonly unknown[]): void {
    this.query(text, params).catch(() => undefined);
  }

  /** Sends nothing any more, and resolves when nothing is under way: what is sent to the connection then comes after everything else. */
  async abandon(): Promise<void> {
    this.#failure ??= { error: new Error('the change was given up') };
    await this.#last;
  }
}
