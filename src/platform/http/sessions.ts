// Who has open sockets, so that they can be ended when they are not to be believed any more.

/** Somebody who may have several sockets; `id` tells them apart. */
export interface Holder {
  readonly id: string;
}

/** The open sockets of one node by who opened them. */
export class Sessions<H extends Holder> {
  readonly #open = new Map<string, { readonly holder: H; readonly ends: Set<(why: string) => void> }>();

  /** A socket was opened; answers what is to be called when it is closed. */
  opened(holder: H, end: (why: string) => void): () => void {
    let session = this.#open.get(holder.id);
    if (!session) this.#open.set(holder.id, (session = { holder, ends: new Set() }));
    const { ends } = session;
    ends.add(end);
    return () => {
      ends.delete(end);
      if (ends.size === 0 && this.#open.get(holder.id)?.ends === ends) this.#open.delete(holder.id);
    };
  }

  /** Everybody who has an open socket, once. */
  holders(): H[] {
    return [...this.#open.values()].map(({ holder }) => holder);
  }

  /** Ends all sockets of somebody; answers how many there were. */
  end(id: string, why: string): number {
    const ends = [...(this.#open.get(id)?.ends ?? [])];
    for (const end of ends) end(why);
    return ends.length;
  }
}
