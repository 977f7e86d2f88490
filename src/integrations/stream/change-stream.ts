// The stream as the exporter keeps it: one run of ascending positions, appended to by one node, erased person by person.
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream';
import { headers, nanos, type NatsConnection } from '@nats-io/transport-node';
import { POSITION_HEADER, PREFIX, subjectsAbout, type StreamMessage } from './message';

/** The name of the stream. */
export const STREAM = 'CREDENTIAL_GRAPH';
const SUBJECTS = `${PREFIX}.>`;
const DAY_MS = 86_400_000;
/** How a stream is made; what an operator changes later (age, replicas) stays. Sizes are not limited: that would look like losses. */
const KEPT_MS = 30 * DAY_MS;
const NANOS_PER_MS = 1_000_000;
/** Messages on their way at once. */
const WINDOW = 256;

/** What the stream holds now. */
export interface Kept {
  /** First and last position, and the id of the last change; null when it holds nothing. */
  readonly stretch: { readonly first: number; readonly last: number; readonly lastId: unknown } | null;
  readonly count: number;
  /** How long it keeps a message, in milliseconds. */
  readonly keptMs: number;
  /** It lets go of messages before their time, because it is limited by size or number. */
  readonly isLimited: boolean;
}

/** The stream holds what is not of this log: somebody must decide what is to become of it. */
export class StrangeStream extends Error {
  override readonly name = 'StrangeStream';
}

/** Speaks to the stream over one connection. Every method throws when NATS fails; `look` then tells how things stand. */
export class ChangeStream {
  readonly #connection: NatsConnection;
  /** What the next message is to follow: a second exporter, or one that was paused, is refused by the server. */
  #lastSequence = 0;
  /** Put behind message ids when what is published anew was published a short while ago: NATS knows ids longer than messages. */
  #again = '';

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Finds out what is there, and makes the stream if there is none. Throws StrangeStream. */
  async look(): Promise<Kept> {
    const { streams } = await this.#api();
    const { config, state } = await this.#info();
    this.#lastSequence = state.last_seq;
    const [first, last] = [
      await streams.getMessage(STREAM, nextOf(SUBJECTS, 0)),
      await streams.getMessage(STREAM, { last_by_subj: SUBJECTS }),
    ];
    return {
      stretch:
        first === null || last === null
          ? null
          : { first: positionOf(first), last: positionOf(last), lastId: last.json<{ id?: unknown }>().id },
      count: state.messages,
      keptMs: config.max_age === 0 ? Infinity : config.max_age / NANOS_PER_MS,
      isLimited: config.max_msgs > 0 || config.max_bytes > 0 || config.max_msgs_per_subject > 0,
    };
  }

  /** Publishes in order; when it throws, any first part of them is there. */
  async append(messages: readonly StreamMessage[]): Promise<void> {
    for (let done = 0; done < messages.length;) done += await this.#appendWindow(messages.slice(done, done + WINDOW));
  }

  /** Removes everything about a person and overwrites it on the server's disk. */
  async erase(employeeId: string): Promise<void> {
    const { streams } = await this.#api();
    for (let sequence = 0; ;) {
      const found = await streams.getMessage(STREAM, nextOf(subjectsAbout(employeeId), sequence));
      if (found === null) return;
      await streams.deleteMessage(STREAM, found.seq, true);
      sequence = found.seq + 1;
    }
  }

  /** Removes everything, to begin anew; consumers stay, and get what is published next. */
  async empty(): Promise<void> {
    const { streams } = await this.#api();
    await streams.purge(STREAM);
    this.#again = `.${this.#lastSequence}`;
  }

  /** Answers how many of them are there now: all, or those before the first whose id was not taken. */
  async #appendWindow(messages: readonly StreamMessage[]): Promise<number> {
    const js = jetstream(this.#connection);
    const sent = messages.map(({ position, subject, payload }, i) => {
      const about = headers();
      about.set('Content-Type', 'application/cloudevents+json');
      about.set(POSITION_HEADER, String(position));
      const expect = { streamName: STREAM, lastSequence: this.#lastSequence + i };
      return js.publish(subject, payload, { msgID: `${position}${this.#again}`, headers: about, expect });
    });
    // none may be on its way any more when somebody looks at what came of it
    const outcomes = await Promise.allSettled(sent);
    const taken = outcomes.findIndex((outcome) => outcome.status === 'rejected' || outcome.value.duplicate);
    const stopper = outcomes[taken];
    this.#lastSequence += stopper === undefined ? messages.length : taken;
    if (stopper === undefined) return messages.length;
    if (stopper.status === 'rejected') throw stopper.reason;
    const again = `.${this.#lastSequence}`;
    if (again === this.#again)
      throw new Error(`NATS takes ${messages[taken]!.position}${again} for a duplicate that it does not hold`);
    this.#again = again;
    return taken;
  }

  #api(): ReturnType<typeof jetstreamManager> {
    return jetstreamManager(this.#connection, { checkAPI: false });
  }

  async #info(): Promise<StreamInfo> {
    const { streams } = await this.#api();
    try {
      return await streams.info(STREAM);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
      const description = 'Changes of credential-graph, as its log has them; written by its exporter only.';
      return streams.add({ name: STREAM, subjects: [SUBJECTS], max_age: nanos(KEPT_MS), description });
    }
  }
}

function positionOf({ header, seq }: StoredMsg): number {
  const position = Number(header.get(POSITION_HEADER));
  if (Number.isInteger(position) && position > 0) return position;
  throw new StrangeStream(`The stream ${STREAM} holds something that this product has not written (sequence ${seq}): remove it.`);
}

/** The first message from a sequence on that a filter lets through: the server takes it, the driver's types know it for direct reads only. */
function nextOf(filter: string, sequence: number): { seq: number; next_by_subj: string } {
  return { seq: sequence, next_by_subj: filter };
}
