// What was told of people beside attributes and credentials, before and after a change.
import type { Write } from '../../journal/write';
import { approvalsAround, type ApprovalAround } from '../approvals/store';
import { incidentsAround, type IncidentAround } from '../incidents/store';
import { attemptsAround, type AttemptAround } from '../learning/store';
import type { Reads } from '../rules/definitions';
import { verificationsAround, type VerificationAround } from '../verifications/store';

/** One person's facts of a sort on both sides of a change, and the names under which they differ. */
export interface Around<R> {
  readonly before: R[];
  readonly after: R[];
  readonly changed: Set<string>;
}

/** What was told of one person. */
export interface Told {
  readonly attempts: Around<AttemptAround>;
  readonly incidents: Around<IncidentAround>;
  readonly approvals: Around<ApprovalAround>;
  /** By the ids of holdings. */
  readonly verifications: Around<VerificationAround>;
}

/** Reads what rules ask for, and nothing when they do not ask. */
export async function toldAround(write: Write, ids: readonly string[], reads: Reads): Promise<(employeeId: string) => Told> {
  const courses = new Set([...reads.courses, ...reads.events]);
  const [attempts, incidents, approvals, verifications] = await Promise.all([
    courses.size === 0 ? [] : attemptsAround(write, ids, courses),
    reads.events.size === 0 ? [] : incidentsAround(write, ids, reads.events),
    reads.approvals.size === 0 ? [] : approvalsAround(write, ids, reads.approvals),
    reads.verified.size === 0 ? [] : verificationsAround(write, ids),
  ]);
  const attempted = aroundChange(attempts, write.change, (attempt) => attempt.courseCode);
  // a course defined anew may pass and count otherwise than before, whatever attempts there are
  for (const { courseCode, employeeUuid } of attempts) {
    if (write.arrived.has(`course:${courseCode}`)) attempted.get(employeeUuid)!.changed.add(courseCode);
  }
  const happened = aroundChange(incidents, write.change, (incident) => incident.kind);
  const approved = aroundChange(approvals, write.change, (approval) => approval.kind);
  const verified = aroundChange(verifications, write.change, (verification) => verification.credentialUuid);
  return (id) => ({
    attempts: attempted.get(id) ?? nothingAround(),
    incidents: happened.get(id) ?? nothingAround(),
    approvals: approved.get(id) ?? nothingAround(),
    verifications: verified.get(id) ?? nothingAround(),
  });
}

interface RowAround {
  readonly employeeUuid: string;
  readonly recordedIn: number;
  readonly retiredIn: number | null;
}

function aroundChange<R extends RowAround>(
  rows: readonly R[],
  change: number,
  nameOf: (row: R) => string,
): Map<string, Around<R>> {
  const byPerson = new Map<string, Around<R>>();
  for (const row of rows) {
    let around = byPerson.get(row.employeeUuid);
    if (!around) byPerson.set(row.employeeUuid, (around = nothingAround()));
    if (row.recordedIn !== change) around.before.push(row);
    if (row.retiredIn === null) around.after.push(row);
    if (row.recordedIn === change || row.retiredIn === change) around.changed.add(nameOf(row));
  }
  return byPerson;
}

function nothingAround<R>(): Around<R> {
  return { before: [], after: [], changed: new Set() };
}
