// Nodes tell each other over NATS that the log has grown, beside what PostgreSQL announces: either way may fail without delaying anybody by a second.
import type { Nats } from '../platform/nats/connection';
import type { SequencedBatch } from './move-batch';
import type { Tail } from './tail';

/** Gives hints to other nodes and takes theirs. Any may be lost or late: a tail looks for itself every second. */
export class Hints {
  readonly #subject: string;

  /** To be made before `nats` is started. @param epoch the name of the log: others may share the server. */
  constructor(
    private readonly nats: Pick<Nats, 'hint' | 'onHint'>,
    epoch: string,
    tail: Pick<Tail, 'head' | 'poke'>,
  ) {
    this.#subject = `credential-graph.hints.${epoch}`;
    nats.onHint(this.#subject, (text) => {
      if (!(Number(text) <= tail.head)) tail.poke();
    });
  }

  /** This node's sequencer has put something into the log. */
  sequenced({ head }: Pick<SequencedBatch, 'head'>): void {
    this.nats.hint(this.#subject, String(head));
  }
}
