// What each caller may still ask for: a bucket of points that fills evenly, and that an operation may overdraw once.

/** How much somebody has. */
export interface Allowance {
  /** Points of a full bucket. */
  readonly points: number;
  /** Seconds in which an empty one is full. */
  readonly seconds: number;
}

/** What somebody has left. */
export interface Standing {
  /** Whole points; 0 when nothing is left. */
  readonly remaining: number;
  /** Whole seconds until it is full; when nothing is left, until something is. */
  readonly resetSeconds: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** Full buckets are forgotten when there are more than this. */
const MANY = 10_000;

/**
 * Buckets by name. As long as anything is left in one, an operation is let in and charged in full: what is left may be below zero then, and has to
 * fill up before the next one. So nothing is too dear for a bucket, and whoever is refused has cost nothing but the look.
 */
export class Budgets {
  readonly #buckets = new Map<string, Bucket>();
  #many = MANY;

  /** @param now milliseconds of a clock that only goes forwards. */
  constructor(
    private readonly allowance: Allowance,
    private readonly now: () => number,
  ) {}

  /** How many are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /** What is left. `times` the allowance is what this one has. */
  standing(name: string, times = 1): Standing {
    const { left } = this.#bucket(name, times);
    const missing = left >= 1 ? this.allowance.points * times - left : 1 - left;
    return { remaining: Math.max(0, Math.floor(left)), resetSeconds: Math.ceil(missing / this.#perSecond(times)) };
  }

  /** Whether an operation is let in. */
  hasAny(name: string, times = 1): boolean {
    return this.#bucket(name, times).left >= 1;
  }

  /** Takes what an operation costs, whether it is there or not. */
  charge(name: string, cost: number, times = 1): void {
    const bucket = this.#bucket(name, times);
    bucket.left -= cost;
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > this.#many) this.#forgetFull();
  }

  #bucket(name: string, times: number): Bucket {
    const at = this.now();
    const full = this.allowance.points * times;
    const bucket = this.#buckets.get(name) ?? { left: full, at };
    bucket.left = Math.min(full, bucket.left + ((at - bucket.at) / 1_000) * this.#perSecond(times));
    bucket.at = at;
    return bucket;
  }

  #forgetFull(): void {
    const longAgo = this.now() - this.allowance.seconds * 1_000;
    for (const [name, { at, left }] of this.#buckets) if (at < longAgo && left >= 0) this.#buckets.delete(name);
    this.#many = Math.max(MANY, this.#buckets.size * 2);
  }

  #perSecond(times: number): number {
    return (this.allowance.points * times) / this.allowance.seconds;
  }
}
