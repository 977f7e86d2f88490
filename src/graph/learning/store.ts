// Courses and completions: what is read and written.
import type { Attempt, Course } from '../../core/award';
import type { Write } from '../../journal/write';
import { keyset, type Page, type SortKey } from '../../platform/graphql/paging';
import type { Db } from '../../platform/postgres/pool';
import { Params, rows, rowsParam } from '../../platform/sql';
import { known, told, type View } from '../context';

export interface CourseRow extends Course {
  readonly uuid: string;
  readonly title: string;
  /** Null: not known. */
  readonly cost: number | null;
  /** A calendar duration; null: not known. */
  readonly leadTime: string | null;
}

const COURSE = `c.id AS uuid, c.code, c.title, c.credit_hours AS "creditHours", c.pass_mark AS "passMark", c.retake_policy AS "retakePolicy",
  c.cost, c.lead_time AS "leadTime"`;

/** All courses as defined now. */
export async function allCourses(db: Db): Promise<Map<string, CourseRow>> {
  const found = await rows<CourseRow>(db, `/* allCourses */ SELECT ${COURSE} FROM course c WHERE c.retired_in IS NULL`);
  return new Map(found.map((course) => [course.code, course]));
}

/** The courses of these codes, as a view knows them. */
export async function coursesKnown(db: Db, view: View, codes: ReadonlySet<string>): Promise<Map<string, CourseRow>> {
  const q = new Params();
  const found = await rows<CourseRow>(
    db,
    `/* coursesKnown */ SELECT ${COURSE} FROM course c WHERE c.code = ANY(${q.add([...codes])}) AND ${known('c', view, q)}`,
    q.values,
  );
  return new Map(found.map((course) => [course.code, course]));
}

/** Which of these course codes are defined. */
export async function definedCourses(db: Db, codes: readonly string[]): Promise<Set<string>> {
  const found = await rows<{ code: string }>(
    db,
    '/* definedCourses */ SELECT code FROM course WHERE code = ANY($1) AND retired_in IS NULL',
    [codes],
  );
  return new Set(found.map((row) => row.code));
}

export interface CourseRecord {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly credit_hours: number | null;
  readonly pass_mark: number | null;
  readonly retake_policy: string;
  readonly cost: number | null;
  readonly lead_time: string | null;
}

/** Replaces course definitions. */
export async function recordCourses(write: Write, records: readonly CourseRecord[]): Promise<void> {
  write.run('/* retireCourses */ UPDATE course SET retired_in = $2 WHERE code = ANY($1) AND retired_in IS NULL', [
    records.map((record) => record.code),
    write.change,
  ]);
  write.run(
    `/* recordCourses */ INSERT INTO course (id, code, title, credit_hours, pass_mark, retake_policy, cost, lead_time, recorded_in)
     SELECT r.*, $2 FROM jsonb_to_recordset($1)
     AS r(id uuid, code text, title text, credit_hours double precision, pass_mark double precision, retake_policy text,
       cost double precision, lead_time text)`,
    [rowsParam(records), write.change],
  );
}

/** A completion as read; the names are those of the GraphQL type. */
export interface CompletionRow {
  readonly uuid: string;
  readonly employeeUuid: string;
  readonly courseCode: string;
  readonly attemptId: string | null;
  readonly status: string;
  readonly score: number | null;
  readonly creditHours: number | null;
  readonly completedAt: number;
  readonly evidenceUrl: string | null;
  readonly recertificationCycle: string | null;
  readonly badgeId: string | null;
  readonly expiresOn: string | null;
  readonly reportedAt: number | null;
  readonly source: string;
  readonly eventId: string | null;
}

const COMPLETION = `c.id AS uuid, c.employee_id AS "employeeUuid", c.course_code AS "courseCode", c.attempt_id AS "attemptId", c.status, c.score,
  c.credit_hours AS "creditHours", c.completed_at AS "completedAt", c.evidence_url AS "evidenceUrl",
  c.recertification_cycle AS "recertificationCycle", c.badge_id AS "badgeId", c.expires_on AS "expiresOn",
  c.reported_at AS "reportedAt", c.source, c.event_id AS "eventId"`;

/** Completions by id. */
export async function completionsById(db: Db, view: View, ids: readonly string[]): Promise<Map<string, CompletionRow>> {
  const q = new Params();
  const found = await rows<CompletionRow>(
    db,
    `/* completionsById */ SELECT ${COMPLETION} FROM completion c WHERE c.id = ANY(${q.add(ids)}) AND ${told('c', view, q)}`,
    q.values,
  );
  return new Map(found.map((row) => [row.uuid, row]));
}

const LATEST_FIRST: readonly SortKey[] = [
  { sql: 'c.completed_at', type: 'timestamptz' },
  { sql: 'c.id', type: 'uuid' },
];

export const completionKeys = (row: CompletionRow): string[] => [new Date(row.completedAt).toISOString(), row.uuid];

/** One page of completions for each person, oldest first: what had happened by the view's instant. */
export async function completionPages(db: Db, view: View, people: readonly string[], page: Page): Promise<CompletionRow[]> {
  const q = new Params();
  const { where, order, limit } = keyset(page, LATEST_FIRST, q);
  return rows<CompletionRow>(
    db,
    `/* completionPages */ SELECT found.* FROM unnest(${q.add(people)}::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT ${COMPLETION} FROM completion c WHERE c.employee_id = p.id AND c.completed_at <= ${q.add(new Date(view.at).toISOString())}
       AND ${known('c', view, q)} AND ${where} ${order} ${limit}) found`,
    q.values,
  );
}

/** How many completions each person has. */
export async function completionCounts(db: Db, view: View, people: readonly string[]): Promise<Map<string, number>> {
  const q = new Params();
  const found = await rows<{ id: string; count: number }>(
    db,
    `/* completionCounts */ SELECT c.employee_id AS id, count(*) AS count FROM completion c
     WHERE c.employee_id = ANY(${q.add(people)}) AND c.completed_at <= ${q.add(new Date(view.at).toISOString())} AND ${known('c', view, q)} GROUP BY 1`,
    q.values,
  );
  return new Map(found.map((row) => [row.id, row.count]));
}

export interface AttemptRow extends Attempt {
  readonly employeeUuid: string;
  /** An expiry the learning system gave with the completion. */
  readonly expiresOn: string | null;
  readonly source: string;
}

const ATTEMPT = `id, employee_id AS "employeeUuid", course_code AS "courseCode", status, score, credit_hours AS "creditHours",
  completed_at AS at, reported_at AS "reportedAt", evidence_url AS "evidenceUrl", expires_on AS "expiresOn", source`;

/** All attempts of people, as the award rules read them. */
export async function attemptsOf(db: Db, people: readonly string[]): Promise<AttemptRow[]> {
  return rows<AttemptRow>(
    db,
    `/* attemptsOf */ SELECT ${ATTEMPT} FROM completion WHERE employee_id = ANY($1) AND retired_in IS NULL`,
    [people],
  );
}

export interface AttemptAround extends AttemptRow {
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

/** People's attempts at some courses that stand, and those this change has retired. */
export async function attemptsAround(
  write: Write,
  people: readonly string[],
  courses: ReadonlySet<string>,
): Promise<AttemptAround[]> {
  return rows<AttemptAround>(
    write.db,
    `/* attemptsAround */ SELECT ${ATTEMPT}, recorded_in AS "recordedIn", retired_in AS "retiredIn"
     FROM completion WHERE employee_id = ANY($1) AND course_code = ANY($2) AND (retired_in IS NULL OR retired_in = $3)`,
    [people, [...courses], write.change],
  );
}

/** People's attempts at some courses, as a view knows them, over all of time. */
export async function attemptsKnown(
  db: Db,
  view: View,
  people: readonly string[],
  courses: ReadonlySet<string>,
): Promise<AttemptRow[]> {
  const q = new Params();
  return rows<AttemptRow>(
    db,
    `/* attemptsKnown */ SELECT ${ATTEMPT} FROM completion c
     WHERE c.employee_id = ANY(${q.add(people)}) AND c.course_code = ANY(${q.add([...courses])}) AND ${known('c', view, q)}`,
    q.values,
  );
}

/** What is known already of the courses and events a batch speaks of. */
export async function completionsLike(
  db: Db,
  source: string,
  people: readonly string[],
  courses: readonly string[],
  eventIds: readonly string[],
): Promise<(CompletionRow & { rowId: number; isRetired: boolean })[]> {
  return rows(
    db,
    `/* completionsLike */ SELECT ${COMPLETION}, c.row_id AS "rowId", c.retired_in IS NOT NULL AS "isRetired" FROM completion c
     WHERE (c.employee_id = ANY($1) AND c.course_code = ANY($2) AND c.retired_in IS NULL) OR (c.source = $3 AND c.event_id IS NOT NULL AND c.event_id = ANY($4))`,
    [people, courses, source, eventIds],
  );
}

export interface CompletionRecord {
  readonly id: string;
  readonly employee_id: string;
  readonly course_code: string;
  readonly attempt_id: string | null;
  readonly status: string;
  readonly score: number | null;
  readonly credit_hours: number | null;
  readonly completed_at: string;
  readonly evidence_url: string | null;
  readonly recertification_cycle: string | null;
  readonly badge_id: string | null;
  readonly expires_on: string | null;
  readonly reported_at: string | null;
  readonly event_id: string | null;
}

/** Records attempts and retires those they replace. */
export async function recordCompletionRows(
  write: Write,
  source: string,
  records: readonly CompletionRecord[],
  retired: readonly number[],
): Promise<void> {
  if (retired.length > 0) {
    write.run('/* retireCompletions */ UPDATE completion SET retired_in = $2 WHERE row_id = ANY($1)', [retired, write.change]);
  }
  if (records.length === 0) return;
  write.run(
    `/* recordCompletions */ INSERT INTO completion (id, employee_id, course_code, attempt_id, status, score, credit_hours, completed_at, evidence_url,
       recertification_cycle, badge_id, expires_on, reported_at, event_id, source, recorded_in)
     SELECT r.*, $2, $3 FROM jsonb_to_recordset($1) AS r(id uuid, employee_id uuid, course_code text, attempt_id text, status text,
       score double precision, credit_hours double precision, completed_at timestamptz, evidence_url text, recertification_cycle text,
       badge_id text, expires_on date, reported_at timestamptz, event_id text)`,
    [rowsParam(records), source, write.change],
  );
}
