// Compares the log, as the database has it, with all that writers and followers were told.
import { verifyLog } from '../../src/journal/audit/verify';
import { Cursors } from '../../src/journal/cursor';
import { readSealed } from '../../src/journal/decode';
import type { LogEntry } from '../../src/journal/entry';
import { Epochs } from '../../src/journal/epochs';
import { KeyCache } from '../../src/journal/keys';
import type { Follower } from './client';
import type { Cluster } from './cluster';
import type { Kept, Writers } from './writers';

const PAGE = 2_000;
const SHOWN = 5;
const CAUGHT_UP_WITHIN_MS = 240_000;
/** For what should not come, and might. */
const GRACE_MS = 300;

/** Somebody who followed the log, and what of it they should have been told. */
export interface Followed {
  readonly name: string;
  readonly follower: Follower;
  readonly isMeant: (entry: LogEntry) => boolean;
}

/** What was found. */
export interface Verdict {
  /** Entries of the log. */
  readonly events: number;
  /** Entries of changes whose mutation was answered. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly gaps: number;
  readonly inversions: number;
  /** Signed heads found right, those that a follower kept included. */
  readonly checkpoints: number;
  /** Everything that is not as it should be; empty when all is well. */
  readonly findings: readonly string[];
}

/** Reads the whole log once, and lets followers come to its end. Nothing may be written meanwhile. */
export async function verify(
  cluster: Cluster,
  writers: Writers,
  followed: readonly Followed[],
  witnesses: readonly string[],
): Promise<Verdict> {
  const log = new LogAsRead();
  const keys = new KeyCache(cluster.keys);
  const told = followed.map(({ isMeant }) => ({ isMeant, positions: [] as number[] }));
  for (let after = 0, isMore = true; isMore;) {
    const entries = (await readSealed(cluster.pool, keys, after, PAGE)).map((sealed) => sealed.open());
    for (const entry of entries) {
      log.take(entry);
      for (const each of told) if (each.isMeant(entry)) each.positions.push(entry.pos);
    }
    isMore = entries.length === PAGE;
    after += entries.length;
  }
  for (const [i, { follower }] of followed.entries())
    await follower.end(told[i]!.positions.length, CAUGHT_UP_WITHIN_MS, GRACE_MS);
  const findings = [...writers.surprises];
  const find = (what: string, wrong: readonly unknown[]): void => {
    if (wrong.length > 0) findings.push(`${what}: ${wrong.length}, such as ${JSON.stringify(wrong.slice(0, SHOWN))}`);
  };
  const lost = [...missing(writers.attempts, log.attempts), ...missingOfPeople(writers.people, log.people)];
  const strange = [...missing(log.attempts, writers.attempts), ...missingOfPeople(log.people, writers.people)];
  find('acknowledged items that the log does not hold', lost);
  find('items in the log that nobody was told of', strange);
  find('items that the log holds twice', log.twice);
  find('positions that do not follow on', log.gaps);
  find('versions that do not follow on', log.inversions);
  followed.forEach(({ name, follower }, i) =>
    find(`${name}: differs from the log`, difference(told[i]!.positions, follower.positions)),
  );
  find(
    'changes delivered as errors',
    followed.filter(({ follower }) => follower.spoiled > 0).map(({ name }) => name),
  );
  const [head] = await cluster.ask<{ pos: number; waiting: number; strays: number }>(
    `SELECT pos, (SELECT count(*) FROM inbox) AS waiting,
       (SELECT count(*) FROM log l WHERE NOT EXISTS (SELECT FROM change c WHERE c.id = l.change_id AND l.pos BETWEEN c.first_pos AND c.last_pos)) AS strays
     FROM log_head`,
  );
  if (head!.pos !== log.count || head!.waiting > 0 || head!.strays > 0)
    findings.push(`head, inbox, change: ${JSON.stringify(head)} with ${log.count} entries`);
  const acknowledged = await effectsOfKeys(cluster, writers.kept, find);
  const audit = await verifyLog(cluster.pool, { verifiers: [cluster.verifier], witnesses });
  if (audit.finding !== null) findings.push(`audit: ${JSON.stringify(audit.finding)}`);
  return {
    events: log.count,
    acknowledged,
    lost: lost.length,
    duplicated: log.twice.length,
    gaps: log.gaps.length,
    inversions: log.inversions.length,
    checkpoints: audit.checkpoints,
    findings,
  };
}

/** What is remembered of the log while it is read. */
class LogAsRead {
  count = 0;
  readonly attempts = new Set<string>();
  readonly people = new Map<string, number[]>();
  readonly twice: unknown[] = [];
  readonly gaps: unknown[] = [];
  readonly inversions: unknown[] = [];
  private readonly versions = new Map<string, number>();
  private readonly events = new Set<string>();

  take(entry: LogEntry): void {
    this.count += 1;
    if (entry.pos !== this.count) this.gaps.push(entry.pos);
    if (this.events.has(entry.eventId)) this.twice.push(entry.eventId);
    this.events.add(entry.eventId);
    if (entry.subject !== null) {
      if (entry.entityVersion !== (this.versions.get(entry.entity) ?? 0) + 1) this.inversions.push(entry.pos);
      this.versions.set(entry.entity, entry.entityVersion);
    }
    const body = entry.body as any;
    if (entry.kind === 'completion.recorded') {
      if (this.attempts.has(body.attempt_id)) this.twice.push(body.attempt_id);
      this.attempts.add(body.attempt_id);
    } else if (entry.kind === 'employee.changed') {
      const rounds = this.people.get(body.employee) ?? [];
      if (rounds.includes(body.set.round)) this.twice.push([body.employee, body.set.round]);
      this.people.set(body.employee, [...rounds, body.set.round]);
    }
  }
}

/** One key, one effect: its change is where its answer said, and holds the facts of its items and no others. Answers how many entries they have. */
async function effectsOfKeys(
  cluster: Cluster,
  kept: readonly Kept[],
  find: (what: string, wrong: readonly unknown[]) => void,
): Promise<number> {
  const cursors = await Cursors.load(cluster.pool, await Epochs.load(cluster.pool));
  const rows = await cluster.ask<{ key: string; change: number; last: number; at: number; entries: number; items: number }>(
    `SELECT i.key, i.change_id AS change, c.last_pos AS last, c.recorded_at AS at, c.last_pos - c.first_pos + 1 AS entries,
       (SELECT count(*) FROM log l WHERE l.change_id = i.change_id
          AND l.kind = CASE i.operation WHEN 'upsertEmployees' THEN 'employee.changed' ELSE 'completion.recorded' END) AS items
     FROM idempotency i LEFT JOIN change c ON c.id = i.change_id`,
  );
  const effects = new Map(rows.map((row) => [row.key, row]));
  find('keys with an effect that nobody was told of', [...missing(new Set(effects.keys()), new Set(kept.map(({ key }) => key)))]);
  if (new Set(rows.map(({ change }) => change)).size !== rows.length) find('changes of several keys', rows);
  const wrong: unknown[] = [];
  for (const { key, cursor, items, operation } of kept) {
    const effect = effects.get(key);
    const decoded = await cursors.decodeCursor(cursor);
    if (typeof decoded === 'string' || decoded.pos !== effect?.last || items !== effect?.items)
      wrong.push({ key, operation, items, decoded, effect });
  }
  find('answers that do not fit their effect', wrong);
  for (const one of kept) one.wasSaved = (effects.get(one.key)?.at ?? Infinity) < one.sentAt;
  const [others] = await cluster.ask<{ entries: number }>(
    'SELECT count(*) AS entries FROM log l WHERE NOT EXISTS (SELECT FROM idempotency i WHERE i.change_id = l.change_id) AND subject IS NOT NULL',
  );
  if (others!.entries > 0) find('entries about people that no request made', [others]);
  return rows.reduce((sum, { entries }) => sum + entries, 0);
}

function missing(from: ReadonlySet<string>, among: ReadonlySet<string>): string[] {
  return [...from].filter((one) => !among.has(one));
}

function missingOfPeople(from: ReadonlyMap<string, readonly number[]>, among: ReadonlyMap<string, readonly number[]>): unknown[] {
  return [...from].flatMap(([person, rounds]) =>
    rounds.filter((round) => !among.get(person)?.includes(round)).map((round) => [person, round]),
  );
}

/** The first places at which two lists differ. */
function difference(wanted: readonly number[], had: readonly number[]): unknown[] {
  const at = wanted.findIndex((position, i) => had[i] !== position);
  if (at >= 0) return [{ at, wanted: wanted[at], had: had[at] ?? null, of: wanted.length, has: had.length }];
  return had.length > wanted.length ? [{ beyond: had[wanted.length] }] : [];
}
