// Something that is done again and again while the node runs.
import { inTrace, newTraceId } from './trace';

/** How rounds are made. */
export interface RoundsOptions {
  /** One round, under a trace of its own; answers how long to wait before the next. */
  readonly round: () => Promise<number>;
  /** A round failed; the next is made all the same. Answers how long to wait before it. */
  readonly onFailure: (error: unknown) => number;
}

/** Makes rounds one after the other until it is stopped. Its loop never throws. */
export class Rounds {
  #isStopped = true;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    this.#isStopped = false;
    this.#running = this.#run();
  }

  /** Ends after the round under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) await this.#sleep(await inTrace(newTraceId(), () => this.#round()));
  }

  async #round(): Promise<number> {
    try {
      return await this.options.round();
    } catch (error) {
      return this.options.onFailure(error);
    }
  }

  #sleep(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
