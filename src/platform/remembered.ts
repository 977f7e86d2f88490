// What was asked a moment ago is not asked again.
import { performance } from 'node:perf_hooks';

/** How long, and how much, is remembered. */
export interface RememberedOptions<V> {
  readonly forMs: number;
  /** Answers kept at once; with more of them all are forgotten: whoever tries name after name makes us ask again, and no more. */
  readonly most: number;
  /** How long an answer is remembered, where that depends on it; absent: `forMs`. */
  readonly lastsMs?: (answer: V) => number;
}

/** Answers by name. Whoever asks while one is being found out waits for it; one that fails is not remembered. */
export class Remembered<V> {
  readonly #kept = new Map<string, { readonly answer: Promise<V>; until: number }>();

  constructor(private readonly options: RememberedOptions<V>) {}

  /** The answer for a name; `ask` finds it out unless it is remembered. */
  get(name: string, ask: () => Promise<V>): Promise<V> {
    const { forMs, most, lastsMs } = this.options;
    const now = performance.now();
    const known = this.#kept.get(name);
    if (known && known.until > now) return known.answer;
    const asked = { answer: ask(), until: now + forMs };
    if (this.#kept.size >= most) this.#kept.clear();
    this.#kept.set(name, asked);
    asked.answer.then(
      (answer) => {
        if (lastsMs) asked.until = now + lastsMs(answer);
      },
      () => {
        if (this.#kept.get(name) === asked) this.#kept.delete(name);
      },
    );
    return asked.answer;
  }

  /** Asks anew the next time. */
  forget(name: string): void {
    this.#kept.delete(name);
  }
}
