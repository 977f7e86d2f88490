// The exporter: on one node at a time it follows the log into a NATS stream, and checks the stream against the log.
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../platform/clock';
import type { Log } from '../../platform/log';
import type { Nats } from '../../platform/nats/connection';
import type { Cursors } from '../../journal/cursor';
import { ERASURE, type LogEntry } from '../../journal/entry';
import type { Feed } from '../../journal/feed';
import { headPosition, lastGone, positionAt } from '../../journal/known';
import { KeptSession, type Session } from '../../journal/session';
import type { Db } from '../../platform/postgres/pool';
import { ChangeStream, STREAM, StrangeStream, type Kept } from './change-stream';
import { streamMessage, type StreamMessage } from './message';
import { countErased, eventIdAt, isAnythingWithin } from './store';

/** What the exporter works with. */
export interface ExporterOptions {
  readonly databaseUrl: string;
  readonly nats: Pick<Nats, 'connection'>;
  readonly feed: Pick<Feed, 'page' | 'forget'>;
  readonly cursors: Pick<Cursors, 'log' | 'encodeCursor'>;
  readonly clock: Clock;
  /** Calls once, when the log has grown. */
  readonly onNews: (wake: () => void) => () => void;
  /** The stream had lost something, which is published anew. */
  readonly onLoss?: () => void;
  readonly log?: Log;
}

const LOCK = 7_026;
const TRY_EVERY_MS = 1_000;
/** Between two looks at the log when nothing hints at news. */
const LOOK_MS = 1_000;
/** Between two comparisons of the stream with the log. */
const CHECK_EVERY_MS = 3_000;
/** Stream and log are read one after the other: what is missing is believed when it is missing twice. */
const BELIEVE_AFTER_MS = 1_000;
/** After a failure, which is followed by a look at how things stand. */
const PAUSE_MS = 1_000;
const PAGE = 500;
/** The clocks of NATS and of this node may differ by this when messages have become too old to be kept. */
const SKEW_MS = 3_600_000;

/** What a comparison found. */
type Finding = 'WHOLE' | 'END_MISSING' | 'BROKEN';

/** Publishes every change to the stream, in the order of the log. The place it has reached is read from the stream itself. */
export class Exporter {
  readonly #session: KeptSession;
  #position: number | null = null;
  #complaint = '';

  constructor(private readonly options: ExporterOptions) {
    this.#session = new KeptSession({
      databaseUrl: options.databaseUrl,
      name: 'credential-graph export',
      // a node that was paused gives the lock away; whatever it still sends, the stream refuses
      settings: { idle_session_timeout: '30s' },
      log: options.log,
      work: (session) => this.#work(session),
    });
  }

  start(): void {
    this.#session.start();
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  /** The last position in the stream; null when this is not the node that exports, or NATS is away. */
  get position(): number | null {
    return this.#position;
  }

  async #work(session: Session): Promise<void> {
    if (!(await this.#session.hold(session, LOCK, TRY_EVERY_MS))) return;
    while (!this.#session.stopped) {
      try {
        await this.#export(session);
      } catch (error) {
        this.#complain(error);
      }
      this.#position = null;
      // throws when it was the database that failed: the lock is another node's then
      await this.#stillHeld(session);
      await this.#session.bell.sleep(PAUSE_MS);
    }
  }

  /** Until NATS is gone. */
  async #export(session: Session): Promise<void> {
    const { nats, feed, onNews } = this.options;
    const { connection } = nats;
    if (connection === null) return;
    const stream = new ChangeStream(connection);
    let position = await this.#checked(session.db, stream, null);
    let checkedAt = performance.now();
    let callOff: () => void = () => undefined;
    try {
      while (!this.#session.stopped && nats.connection === connection) {
        this.#position = position;
        callOff();
        callOff = onNews(() => this.#session.bell.ring());
        await this.#stillHeld(session);
        const page = await feed.page(position, PAGE);
        await this.#publish(stream, page, connection.info!.max_payload);
        position = page.at(-1)?.pos ?? position;
        if (page.length === PAGE) continue;
        this.#position = position;
        this.#complaint = '';
        if (performance.now() - checkedAt > CHECK_EVERY_MS) {
          position = await this.#checked(session.db, stream, position);
          checkedAt = performance.now();
        }
        await this.#session.bell.sleep(LOOK_MS);
      }
    } finally {
      callOff();
    }
  }

  async #stillHeld(session: Session): Promise<void> {
    await headPosition(session.db);
    session.succeeded();
  }

  async #publish(stream: ChangeStream, page: readonly LogEntry[], maxBytes: number): Promise<void> {
    const { cursors, feed } = this.options;
    let messages: StreamMessage[] = [];
    for (const entry of page) {
      // of those who were erased nothing is said again, not even that there was something
      if (entry.erased) continue;
      if (entry.kind === ERASURE) {
        await stream.append(messages);
        messages = [];
        feed.forget([entry.entity]);
        await stream.erase(entry.entity);
      }
      messages.push(streamMessage(entry, { cursor: cursors.encodeCursor(entry.pos), log: cursors.log, maxBytes }));
    }
    await stream.append(messages);
  }

  /**
   * Compares the stream with the log up to `position` (null: up to where the stream ends), and answers from where to go on. A stream whose end is
   * missing is continued; one that misses anything else is emptied, so that it is one ascending run again.
   */
  async #checked(db: Db, stream: ChangeStream, position: number | null): Promise<number> {
    const { clock, log, onLoss } = this.options;
    let kept = await stream.look();
    // of what is gone from the log itself nothing can be published
    const gone = await lastGone(db);
    const start = Math.max(await positionAt(db, clock.now() - kept.keptMs), gone);
    const until = position ?? kept.stretch?.last ?? start;
    let finding = await this.#compare(db, kept, until);
    if (finding !== 'WHOLE') {
      await pause(BELIEVE_AFTER_MS);
      kept = await stream.look();
      finding = await this.#compare(db, kept, until);
    }
    if (finding === 'WHOLE') return until;
    log?.error({ finding, kept, position: until }, `the stream ${STREAM} has lost changes: they are published anew`);
    onLoss?.();
    if (finding === 'END_MISSING') return kept.stretch?.last ?? start;
    await stream.empty();
    return start;
  }

  async #compare(db: Db, { stretch, count, keptMs, isLimited }: Kept, until: number): Promise<Finding> {
    const { first, last } = stretch ?? { first: until + 1, last: until };
    const gone = await lastGone(db);
    if (last < gone) return 'BROKEN';
    if (stretch !== null && stretch.lastId !== (await eventIdAt(db, last))) {
      throw new StrangeStream(
        `The stream ${STREAM} ends with a change at position ${last} that is not in this log: another installation writes to it, or the log was set back. Give each installation an account of its own in NATS, or remove the stream and tell its readers.`,
      );
    }
    const mustBeSince = this.options.clock.now() - keptMs + Math.min(SKEW_MS, keptMs / 10);
    const oldest = keptMs === Infinity ? 0 : await positionAt(db, mustBeSince);
    if (!isLimited && (await isAnythingWithin(db, oldest, first - 1))) return stretch === null ? 'END_MISSING' : 'BROKEN';
    const missing = last - first + 1 - (await countErased(db, first, last)) - count;
    // of what the log itself has let go of nobody can tell any more how much was about people who were erased
    if (first > gone ? missing !== 0 : missing < 0) return 'BROKEN';
    return (await isAnythingWithin(db, last, until)) ? 'END_MISSING' : 'WHOLE';
  }

  /** Says what is wrong once, not every second. */
  #complain(error: unknown): void {
    // a stop ends the connection in the middle of whatever is under way
    if (this.#session.stopped) return;
    const text = error instanceof Error ? error.message : String(error);
    if (text === this.#complaint) return;
    this.#complaint = text;
    this.options.log?.warn({ err: error }, 'changes could not be exported; trying again');
  }
}
