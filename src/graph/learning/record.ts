// recordCompletions: attempts at courses, once each, in whatever order they arrive.
import { uuidv7 } from 'uuidv7';
import { refuseDates } from '../../core/dates';
import { refusal, type Refusal } from '../../core/refusal';
import { LONGEST_NAME, refuseEvidenceUrl, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { instantText } from '../../platform/sql';
import { holdCatalogue } from '../catalogue';
import { findAll, lockFound, personOf } from '../people/find';
import { completionsLike, definedCourses, recordCompletionRows, type CompletionRecord } from './store';

/** An item of recordCompletions. */
export interface CompletionItem {
  readonly eventId?: string | null;
  readonly employeeExternalId: string;
  readonly courseCode: string;
  readonly attemptId?: string | null;
  readonly status: 'PASSED' | 'FAILED' | 'IN_PROGRESS' | 'NOT_STARTED';
  readonly score?: number | null;
  readonly creditHours?: number | null;
  readonly completedAt: number;
  readonly evidenceUrl?: string | null;
  readonly recertificationCycle?: string | null;
  readonly badgeId?: string | null;
  readonly expiresOn?: string | null;
  readonly reportedAt?: number | null;
}

const NAMES = ['eventId', 'employeeExternalId', 'courseCode', 'attemptId', 'recertificationCycle', 'badgeId'];

/** Why an item cannot be taken as it is; null when it can. */
export function checkCompletion(item: CompletionItem): Refusal | null {
  if (item.courseCode.trim() === '')
    return refusal('INVALID_COURSE_CODE', 'courseCode names the course: it is not empty.', ['courseCode']);
  if (item.employeeExternalId.trim() === '') {
    return refusal('INVALID_EXTERNAL_ID', 'employeeExternalId names the person: it is not empty.', ['employeeExternalId']);
  }
  if ((item.creditHours ?? 0) < 0)
    return refusal('INVALID_CREDIT_HOURS', 'creditHours counts hours: zero or more.', ['creditHours']);
  return (
    refuseDates(item, ['completedAt', 'expiresOn', 'reportedAt']) ??
    refuseLongText(item, NAMES, LONGEST_NAME) ??
    refuseEvidenceUrl(item)
  );
}

/** Applies items of recordCompletions inside a change. */
export async function applyCompletions(write: Write, raw: readonly unknown[], source: string): Promise<ItemResult[]> {
  const items = raw as readonly CompletionItem[];
  await holdCatalogue(write.db);
  const refused = items.map(checkCompletion);
  const sound = items.filter((_, i) => refused[i] === null);
  const courses = [...new Set(sound.map((item) => item.courseCode))];
  const found = await findAll(
    write,
    source,
    sound.map((item) => item.employeeExternalId),
    courses,
    definedCourses,
  );
  const people = await lockFound(write, found);
  const eventIds = sound.flatMap((item) => item.eventId ?? []);
  const attempts = new Attempts(write, source, await completionsLike(write.db, source, people, courses, eventIds));
  const results = items.map((item, i): ItemResult => {
    const no = refused[i];
    if (no) return { outcome: 'REJECTED', id: null, refusal: no };
    const person = personOf(found, item.employeeExternalId);
    if (typeof person !== 'string') return { ...person, kept: reported(item, write.now) };
    if (!found.defined.has(item.courseCode)) return { ...unknownCourse(item.courseCode), kept: reported(item, write.now) };
    return attempts.take(person, item);
  });
  await recordCompletionRows(write, source, attempts.added(), attempts.retired);
  return results;
}

// what has to wait was reported when it came
function reported(item: CompletionItem, now: number): CompletionItem {
  return { ...item, reportedAt: item.reportedAt ?? now };
}

function unknownCourse(code: string): ItemResult {
  const message = `There is no course "${code}" yet: the item is kept and applied by itself when defineCourses brings the course.`;
  return {
    outcome: 'QUARANTINED',
    id: null,
    refusal: refusal('UNKNOWN_COURSE', message, ['courseCode']),
    waitsFor: `course:${code}`,
  };
}

interface KnownAttempt {
  readonly record: CompletionRecord;
  readonly rowId: number | null;
}

/** The attempts known so far, and what a batch adds to them. */
class Attempts {
  readonly retired: number[] = [];
  private readonly fresh = new Set<KnownAttempt>();
  private readonly byEvent = new Map<string, string>();
  private readonly byAttempt = new Map<string, KnownAttempt>();
  private readonly byMoment = new Map<string, KnownAttempt>();

  constructor(
    private readonly write: Write,
    source: string,
    known: Awaited<ReturnType<typeof completionsLike>>,
  ) {
    for (const row of known) {
      if (row.eventId !== null && row.source === source) this.byEvent.set(row.eventId, row.uuid);
      if (row.isRetired) continue;
      this.remember({
        rowId: row.rowId,
        record: {
          id: row.uuid,
          employee_id: row.employeeUuid,
          course_code: row.courseCode,
          attempt_id: row.attemptId,
          status: row.status,
          score: row.score,
          credit_hours: row.creditHours,
          completed_at: instantText(row.completedAt),
          evidence_url: row.evidenceUrl,
          recertification_cycle: row.recertificationCycle,
          badge_id: row.badgeId,
          expires_on: row.expiresOn,
          reported_at: instantText(row.reportedAt),
          event_id: row.eventId,
        },
      });
    }
  }

  added(): CompletionRecord[] {
    return [...this.fresh].map((attempt) => attempt.record);
  }

  take(employeeId: string, item: CompletionItem): ItemResult {
    const seen = item.eventId == null ? undefined : this.byEvent.get(item.eventId);
    if (seen !== undefined) return duplicate(seen);
    const earlier = this.earlier(employeeId, item);
    const record = toRecord(earlier?.record.id ?? uuidv7(), employeeId, item, this.write.now);
    if (earlier && !supersedes(record, earlier.record)) return duplicate(earlier.record.id);
    if (earlier) this.forget(earlier);
    const attempt: KnownAttempt = { record, rowId: null };
    this.fresh.add(attempt);
    this.remember(attempt);
    if (item.eventId != null) this.byEvent.set(item.eventId, record.id);
    const { employee_id, event_id, id, ...body } = record;
    this.write.record({
      kind: 'completion.recorded',
      entity: employeeId,
      entityVersion: 0,
      subject: employeeId,
      occurredAt: item.completedAt,
      body: { completion: id, eventId: event_id, ...body },
    });
    this.write.touch([employeeId]);
    return { outcome: 'APPLIED', id: nodeId('cmp', id), refusal: null };
  }

  // the same attempt by the sender's attempt id; without one, the same course finished at the same instant
  private earlier(employeeId: string, item: CompletionItem): KnownAttempt | undefined {
    if (item.attemptId != null) return this.byAttempt.get(JSON.stringify([employeeId, item.courseCode, item.attemptId]));
    return this.byMoment.get(JSON.stringify([employeeId, item.courseCode, instantText(item.completedAt)]));
  }

  // one with an id of its own is never taken for one without, whichever comes first
  private remember(attempt: KnownAttempt): void {
    const { record } = attempt;
    const [byKey, last] = record.attempt_id === null ? [this.byMoment, record.completed_at] : [this.byAttempt, record.attempt_id];
    byKey.set(JSON.stringify([record.employee_id, record.course_code, last]), attempt);
  }

  private forget(attempt: KnownAttempt): void {
    if (attempt.rowId !== null) this.retired.push(attempt.rowId);
    this.fresh.delete(attempt);
  }
}

function toRecord(id: string, employee_id: string, item: CompletionItem, now: number): CompletionRecord {
  return {
    id,
    employee_id,
    course_code: item.courseCode,
    attempt_id: item.attemptId ?? null,
    status: item.status,
    score: item.score ?? null,
    credit_hours: item.creditHours ?? null,
    completed_at: instantText(item.completedAt),
    evidence_url: item.evidenceUrl ?? null,
    recertification_cycle: item.recertificationCycle ?? null,
    badge_id: item.badgeId ?? null,
    expires_on: item.expiresOn ?? null,
    reported_at: instantText(item.reportedAt ?? now),
    event_id: item.eventId ?? null,
  };
}

const PROGRESS: Record<string, number> = { NOT_STARTED: 0, IN_PROGRESS: 1, PASSED: 2, FAILED: 2 };

// an attempt only moves on: from not started over in progress to a result, and from a result to a later one (a re-grade); whatever order
// its messages arrive in, the same one stays
function supersedes(next: CompletionRecord, earlier: CompletionRecord): boolean {
  const steps = PROGRESS[next.status]! - PROGRESS[earlier.status]!;
  return steps > 0 || (steps === 0 && next.completed_at > earlier.completed_at);
}

function duplicate(id: string): ItemResult {
  return { outcome: 'DUPLICATE', id: nodeId('cmp', id), refusal: null };
}
