// How much happens, and whether that is usual.
import type { Db } from '../../platform/postgres/pool';
import { instantText, rows } from '../../platform/sql';
import type { AlertKind, Condition } from './kinds';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Entries counted per look: a backlog is caught up with over several. */
const MOST_COUNTED = 50_000;
const TIMES_USUAL = 10;
/** What is open stays so until it is back to half of what opened it: it does not come and go. */
const UNTIL = 0.5;

/** From what on a volume is unusual. */
interface Limit {
  readonly kind: AlertKind;
  readonly what: string;
  /** At least so many within an hour. */
  readonly least: number;
  /** Hours of the last week in which anything happened, before which nothing is called unusual: a first load is no surprise. */
  readonly hoursKnown: number;
}

const limits = (revocations: number): readonly Limit[] => [
  { kind: 'UNUSUAL_CHANGES', what: 'entries of the log', least: 1_000, hoursKnown: 24 },
  { kind: 'UNUSUAL_QUARANTINE', what: 'items set aside', least: 100, hoursKnown: 0 },
  { kind: 'MANY_REVOCATIONS', what: 'credentials revoked', least: revocations, hoursKnown: 0 },
];

/** Counts what the log has taken in since the last look, and forgets what is older than a week. */
export async function countVolumes(db: Db, now: number): Promise<void> {
  await db.query(
    `/* countVolumes */ WITH stretch AS (
       SELECT v.pos AS seen, least(v.pos + ${MOST_COUNTED}, h.pos) AS upto FROM volume_head v CROSS JOIN log_head h
     ), counted AS (
       SELECT date_bin('5 minutes', l.recorded_at, 'epoch') AS at, w.what, count(*) AS count
       FROM stretch s JOIN log l ON l.pos > s.seen AND l.pos <= s.upto
       CROSS JOIN LATERAL (VALUES ('UNUSUAL_CHANGES', true), ('MANY_REVOCATIONS', l.kind = 'credential.revoked')) AS w(what, counts)
       WHERE w.counts GROUP BY 1, 2
     ), added AS (
       INSERT INTO volume (at, what, count) SELECT at, what, count FROM counted
       ON CONFLICT (at, what) DO UPDATE SET count = volume.count + EXCLUDED.count
     ), forgotten AS (
       DELETE FROM volume WHERE at < $1
     )
     UPDATE volume_head v SET pos = s.upto FROM stretch s WHERE v.pos < s.upto`,
    [instantText(now - WEEK_MS)],
  );
}

/** What is more than usual; `isOpen` tells which alerts are open already. */
export async function volumeConditions(
  db: Db,
  now: number,
  revocations: number,
  isOpen: (kind: AlertKind) => boolean,
): Promise<Condition[]> {
  const found = await rows<{ what: string; recent: number; usual: number; hours: number }>(
    db,
    `/* volumes */ WITH counted AS (
       SELECT at, what, count FROM volume
       UNION ALL SELECT recorded_at, 'UNUSUAL_QUARANTINE', 1 FROM quarantine WHERE recorded_at > $2
     ), hours AS (
       SELECT what, date_bin('1 hour', at, 'epoch') AS hour, sum(count) AS count FROM counted WHERE at > $2 AND at <= $1 GROUP BY 1, 2
     )
     SELECT c.what, sum(c.count)::float8 AS recent,
       coalesce((SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY h.count) FROM hours h WHERE h.what = c.what), 0)::float8 AS usual,
       (SELECT count(*) FROM hours h WHERE h.what = c.what)::float8 AS hours
     FROM counted c WHERE c.at > $1 GROUP BY c.what`,
    [instantText(now - HOUR_MS), instantText(now - WEEK_MS)],
  );
  return limits(revocations).flatMap(({ kind, what, least, hoursKnown }) => {
    const { recent, usual, hours } = found.find((row) => row.what === kind) ?? { recent: 0, usual: 0, hours: 0 };
    const limit = Math.max(least, usual * TIMES_USUAL) * (isOpen(kind) ? UNTIL : 1);
    if (hours < hoursKnown || recent < limit) return [];
    return [{ kind, subject: '', message: `${recent} ${what} within an hour; usual are ${usual}.` }];
  });
}
