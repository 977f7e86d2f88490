// Hears what sequencers announce, on a connection that does nothing else.
import type { Log } from '../platform/log';
import { CHANNEL } from './move-batch';
import { KeptSession, type Session } from './session';

/** How announcements are heard. */
export interface AnnouncementOptions {
  readonly databaseUrl: string;
  /** The new head as text, and the database session that announced it. */
  readonly onHead: (head: string | undefined, session: number) => void;
  readonly log?: Log;
}

/** A connection on which nothing is said for so long is asked whether it lives. */
const HEARTBEAT_MS = 2_000;
const ANSWER_WITHIN_MS = 3_000;

/**
 * Listens from `start` to `stop`. A connection that has died in silence is found within five seconds and replaced; what was announced
 * meanwhile is not heard, so whoever needs to know looks for himself as well.
 */
export class Announcements {
  readonly #session: KeptSession;

  constructor(private readonly options: AnnouncementOptions) {
    this.#session = new KeptSession({
      databaseUrl: options.databaseUrl,
      name: 'credential-graph hints',
      queryTimeoutMs: ANSWER_WITHIN_MS,
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

  async #work(session: Session): Promise<void> {
    const { client, db } = session;
    client.on('notification', ({ payload, processId }) => this.options.onHead(payload, processId));
    await db.query(`LISTEN ${CHANNEL}`);
    // what came before it listened
    this.options.onHead(undefined, 0);
    while (!this.#session.stopped) {
      session.succeeded();
      await this.#session.bell.sleep(HEARTBEAT_MS);
      await db.query('/* heartbeat */ SELECT');
    }
  }
}
