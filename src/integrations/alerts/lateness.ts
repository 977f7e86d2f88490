// How late the log and the timers are: asked once for alerts, and once for each scrape.
import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock';
import { sharedRead } from '../../platform/metrics';
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows } from '../../platform/sql';

/** What waits, and for how long the oldest of it has. */
export interface Lateness {
  /** The last position of the log. */
  readonly head: number;
  /** Facts that are committed and not in the log. */
  readonly inbox: number;
  readonly inboxSeconds: number;
  /** People of whom something is due that is not published. */
  readonly due: number;
  readonly dueSeconds: number;
}

/** More is not counted. */
const MOST_COUNTED = 100_000;

/** Asks the database; `now` is that of the timers. */
export async function lateness(db: Db, now: number): Promise<Lateness> {
  // the id of an event is made when its change is about to commit, and begins with that millisecond; it is the database's time that passes
  const [found] = await rows<Lateness>(
    db,
    `/* lateness */ SELECT h.pos AS head,
       (SELECT count(*) FROM (SELECT FROM inbox LIMIT ${MOST_COUNTED}) i) AS inbox,
       coalesce((SELECT greatest(0, extract(epoch FROM clock_timestamp()) - ('x' || left(replace(i.event_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
         FROM inbox i ORDER BY i.id LIMIT 1), 0)::float8 AS "inboxSeconds",
       (SELECT count(*) FROM (SELECT FROM employee WHERE next_change_at <= $1 LIMIT ${MOST_COUNTED}) e) AS due,
       coalesce((SELECT extract(epoch FROM $1::timestamptz - next_change_at)
         FROM employee WHERE next_change_at <= $1 ORDER BY next_change_at LIMIT 1), 0)::float8 AS "dueSeconds"
     FROM log_head h`,
    [instantText(now)],
  );
  return found!;
}

/** Tells Prometheus; `seen` is the last position that this node has read. */
export function latenessMetrics(registry: Registry, db: Db, clock: Pick<Clock, 'now'>, seen: () => number): void {
  const read = sharedRead(() => lateness(db, clock.now()));
  const gauge = (name: string, help: string, value: (late: Lateness) => number): Gauge =>
    new Gauge({
      name,
      help,
      // absent while the database does not answer
      labelNames: ['of'],
      registers: [registry],
      async collect() {
        const late = await read();
        this.reset();
        if (late !== null) this.set({}, value(late));
      },
    });
  gauge('log_position', 'The last position of the log.', ({ head }) => head);
  gauge('log_unread_entries', 'Entries of the log that this node has not read yet.', ({ head }) => Math.max(0, head - seen()));
  gauge('log_inbox_entries', 'Committed facts that are not in the log yet, up to 100,000.', ({ inbox }) => inbox);
  gauge('log_inbox_seconds', 'Age of the oldest committed fact that is not in the log yet.', ({ inboxSeconds }) => inboxSeconds);
  gauge('timers_due_people', 'People of whom something is due that is not published yet, up to 100,000.', ({ due }) => due);
  gauge(
    'timers_late_seconds',
    'How late the oldest boundary is that is due and not published yet.',
    ({ dueSeconds }) => dueSeconds,
  );
}
