// From when an operation is let in until it is answered, until its time is up, or until nobody waits for the answer.
import type { ExecutionResult, GraphQLError } from 'graphql';
import { problem } from '../graphql/errors';

/** The life of one operation. */
export class Life {
  /** Resolves with what to answer when the time is up; never, when it is answered before. */
  readonly late: Promise<GraphQLError>;
  readonly #controller = new AbortController();
  #isLate: (error: GraphQLError) => void = () => undefined;
  #timer: NodeJS.Timeout | null = null;
  #isWanted = false;
  #isOver = false;

  constructor() {
    this.late = new Promise((resolve) => (this.#isLate = resolve));
  }

  /** Aborted when the operation is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on it has so long. */
  lasts(seconds: number): void {
    this.#timer ??= setTimeout(() => {
      const message = `This operation took longer than ${seconds} s and was given up: ask for less at once, or try again later.`;
      const error = problem('UNAVAILABLE', message);
      this.#isLate(error);
      this.#giveUp(error);
    }, seconds * 1_000).unref();
  }

  /** It changes something: that is finished even if nobody waits for the answer any more. */
  isWantedAnyway(): void {
    this.#isWanted = true;
  }

  /** Whoever asked has gone. */
  left(): void {
    if (!this.#isWanted) this.#giveUp(problem('UNAVAILABLE', 'Nobody waits for the answer any more.'));
  }

  /** It was answered. */
  end(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #giveUp(reason: GraphQLError): void {
    if (!this.#isOver) this.#controller.abort(reason);
    this.end();
  }
}

/** What an operation answers, or that its time is up. */
export function inTime(life: Life, answered: Promise<ExecutionResult>): Promise<ExecutionResult> {
  // whoever was told that it took too long is told nothing else
  answered.catch(() => undefined);
  return Promise.race([answered, life.late.then((error) => ({ errors: [error] }))]);
}
