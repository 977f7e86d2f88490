/** The last entries of the log, at most `size`, found by position. */
export class Ring<E extends { readonly pos: number }> {
  readonly #slots: (E | undefined)[];
  #head: number;
  #oldest: number;

  /** @param head the position before the first entry to come. */
  constructor(
    private readonly size: number,
    head: number,
  ) {
    this.#slots = new Array<E | undefined>(size);
    this.#head = head;
    this.#oldest = head + 1;
  }

  /** The last position it has seen. */
  get head(): number {
    return this.#head;
  }

  /** True when the entry after `pos` is no longer here, so that a reader has to go to the table. */
  isBehind(pos: number): boolean {
    return pos + 1 < this.#oldest;
  }

  /** Takes the entry that follows the head; any other throws. */
  push(entry: E): void {
    if (entry.pos !== this.#head + 1) throw new Error(`position ${entry.pos} does not follow ${this.#head}`);
    this.#slots[entry.pos % this.size] = entry;
    this.#head = entry.pos;
    this.#oldest = Math.max(this.#oldest, entry.pos - this.size + 1);
  }

  /** Moves the head on without what lies between: whoever wants that has to go to the table. */
  skipTo(head: number): void {
    if (head < this.#head) throw new Error(`position ${head} lies before ${this.#head}`);
    this.#slots.fill(undefined);
    this.#head = head;
    this.#oldest = head + 1;
  }

  /** Everything that is here, oldest first. */
  *entries(): Iterable<E> {
    for (let pos = this.#oldest; pos <= this.#head; pos++) {
      const entry = this.#slots[pos % this.size];
      if (entry !== undefined) yield entry;
    }
  }

  /** The entry at a position; undefined when it is not here any more or not yet. */
  at(pos: number): E | undefined {
    return pos < this.#oldest || pos > this.#head ? undefined : this.#slots[pos % this.size];
  }
}
