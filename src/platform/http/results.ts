// The answers to the events of one subscription, in their order.
import type { ExecutionResult } from 'graphql';
import { Gone } from '../graphql/errors';

/** So many events of one subscription are answered ahead of the one being sent: a burst is not read one after the other. */
const AHEAD = 8;

/** What a subscription gives: each event of the source, answered. `onClose` is called once, when there is no more. */
export class Results implements AsyncIterableIterator<ExecutionResult> {
  readonly #ahead: Promise<ExecutionResult | null>[] = [];
  #isOpen = true;

  constructor(
    private readonly events: AsyncIterator<unknown>,
    private readonly answer: (event: unknown) => Promise<ExecutionResult>,
    private readonly onClose: () => Promise<void>,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    try {
      for (;;) {
        while (this.#ahead.length < AHEAD) this.#ahead.push(this.#take());
        const result = await this.#ahead.shift()!;
        if (result === null) break;
        if (!result.errors?.some(({ originalError }) => originalError instanceof Gone)) return { done: false, value: result };
      }
    } catch (error) {
      // what leaving cut off, such as a statement on a connection given back, did not fail
      const hasLeft = !this.#isOpen;
      await this.return();
      if (!hasLeft) throw error;
    }
    await this.#close();
    return { done: true, value: undefined };
  }

  // Not an async generator: its `return` would wait for the event that never comes.
  async return(): Promise<IteratorResult<ExecutionResult>> {
    await this.#close();
    await this.events.return?.();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult>> {
    await this.return();
    throw error;
  }

  #take(): Promise<ExecutionResult | null> {
    const taken = this.events.next().then((event) => (event.done || !this.#isOpen ? null : this.answer(event.value)));
    // a failure comes out when its turn has come
    taken.catch(() => undefined);
    return taken;
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.onClose();
  }
}
