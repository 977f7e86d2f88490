// One person and the roles a change may concern: the verdicts anew, what differs, and why.
import { changeBecause, untilBecause } from '../../core/explain';
import { evaluateNodes, judge } from '../../core/evaluate';
import type { PersonFacts } from '../../core/facts';
import type { Labels } from '../../core/rule-text';
import {
  answerAt,
  diffVerdicts,
  fromSegments,
  nextTransition,
  toSegments,
  transitionsBetween,
  type VerdictDifference,
  type VerdictSegment,
  type VerdictTimeline,
} from '../../core/verdict';
import type { NewEntry } from '../../journal/entry';
import { instantText } from '../../platform/sql';
import { effective, type JudgedRole } from '../rules/definitions';

/** A person as verdicts need it, before and after a change. */
export interface JudgedPerson {
  readonly id: string;
  readonly settledUntil: number;
  /** Nobody knew the person before the change. */
  readonly isNew?: boolean;
  readonly before: PersonFacts;
  readonly after: PersonFacts;
}

/** A role's verdicts for one person after the change. */
export interface Judgement {
  /** The stretches to store; null: as they are. */
  readonly segments: VerdictSegment[] | null;
  /** What time had brought before the change and was not told yet. */
  readonly due: NewEntry[];
  readonly events: NewEntry[];
  /** The next instant at which the verdict changes by time alone. */
  readonly nextAt: number;
  /** Whether a verdict that is stored anew changed by time alone since the person was settled. */
  readonly hasPassed: boolean;
}

interface Setting {
  readonly until: number;
  readonly zone: string;
  readonly labels: Labels;
  readonly versionsBefore: ReturnType<typeof versionsBefore>;
}

/** The versions of a rule without what a change publishes; the very same as those it has when the change publishes none. */
export function versionsBefore(change: number): (judged: JudgedRole) => JudgedRole['versions'] {
  const known = new Map<JudgedRole, JudgedRole['versions']>();
  return (judged) => {
    let versions = known.get(judged);
    if (!versions) {
      const published = judged.published.filter((row) => row.recordedIn !== change);
      versions = published.length === judged.published.length ? judged.versions : effective(published);
      known.set(judged, versions);
    }
    return versions;
  };
}

/** Judges a role that the change may concern. */
export function judgeAgain(
  person: JudgedPerson,
  judged: JudgedRole,
  stored: readonly VerdictSegment[],
  setting: Setting,
): Judgement {
  const { until, zone } = setting;
  const versionsBefore = setting.versionsBefore(judged);
  const isPublished = versionsBefore !== judged.versions;
  const before = versionsBefore.length === 0 ? null : fromSegments(stored, versionsBefore);
  const after = judge(judged.versions, person.after, zone);
  const due = before === null ? [] : dueEvents(person, judged, before, setting);
  const events: NewEntry[] = [];
  const difference = diffVerdicts(before, after, until);
  if (difference && !(difference.before === null && difference.after === 'NOT_ELIGIBLE')) {
    events.push(
      toEntry(
        person.id,
        judged,
        difference,
        occurredAt(difference, before, after, until),
        because(person, judged, difference, isPublished, setting),
      ),
    );
  }
  const segments = toSegments(after);
  const isStoredAnew = !sameSegments(segments, stored);
  return {
    segments: isStoredAnew ? segments : null,
    due,
    events,
    nextAt: nextTransition(after, until) ?? Infinity,
    hasPassed: isStoredAnew && (nextTransition(after, person.settledUntil) ?? Infinity) <= until,
  };
}

/** What time brought for a role that the change does not concern. */
export function passTime(
  person: JudgedPerson,
  judged: JudgedRole,
  stored: readonly VerdictSegment[],
  setting: Setting,
): Judgement {
  const timeline = fromSegments(stored, judged.versions);
  return {
    segments: null,
    due: dueEvents(person, judged, timeline, setting),
    events: [],
    nextAt: nextTransition(timeline, setting.until) ?? Infinity,
    hasPassed: false,
  };
}

function dueEvents(
  person: JudgedPerson,
  judged: JudgedRole,
  timeline: VerdictTimeline,
  { until, zone, labels }: Setting,
): NewEntry[] {
  return transitionsBetween(timeline, person.settledUntil, until).map((transition) => {
    const why = untilBecause(judged.versions, person.before, transition.at - 1, labels, zone);
    const difference: VerdictDifference = { kind: 'TRANSITION', ...transition, correctedFrom: null, correctedUntil: null };
    return toEntry(person.id, judged, difference, transition.at, why);
  });
}

// A verdict that a write changes became true when it began to hold and the one before it, in hindsight, did not: at the write, or before it.
function occurredAt(
  { kind, before: old, correctedFrom, correctedUntil }: VerdictDifference,
  before: VerdictTimeline | null,
  after: VerdictTimeline,
  until: number,
): number {
  const finite = (instant: number) => (Number.isFinite(instant) ? instant : until);
  if (kind === 'CORRECTION') return finite(correctedFrom ?? until);
  if (kind === 'FORECAST') return until;
  const since = answerAt(after, until).since ?? -Infinity;
  if (before === null || old === null) return finite(since);
  return correctedUntil === until ? finite(Math.max(since, answerAt(before, until).since ?? -Infinity)) : until;
}

function because(
  person: JudgedPerson,
  judged: JudgedRole,
  difference: VerdictDifference,
  isPublished: boolean,
  setting: Setting,
): string[] {
  const version = judged.versions.find(({ from, until }) => from <= setting.until && setting.until < until);
  if (isPublished) return [`rule version ${judged.published.at(-1)!.version} was published`];
  if (!version) return [];
  const nodes = (facts: PersonFacts) => evaluateNodes(version.node, facts);
  const { before, after } = person;
  const why = changeBecause(nodes(before), nodes(after), setting.until, setting.labels, setting.zone, after, before);
  if (why.length > 0) return why;
  if (person.isNew) return ['the person became known'];
  return difference.kind === 'FORECAST' ? ['the outlook changed'] : [];
}

function toEntry(
  employeeId: string,
  { role }: JudgedRole,
  difference: VerdictDifference,
  at: number,
  why: readonly string[],
): NewEntry {
  return {
    kind: 'eligibility.changed',
    entity: employeeId,
    entityVersion: 0,
    subject: employeeId,
    occurredAt: at,
    body: {
      kind: difference.kind,
      role: role.uuid,
      roleCode: role.code,
      before: difference.before,
      after: difference.after,
      until: instantText(difference.until),
      correctedFrom: finite(difference.correctedFrom),
      correctedUntil: finite(difference.correctedUntil),
      because: [...why],
    },
  };
}

function finite(instant: number | null): string | null {
  return instant === null || !Number.isFinite(instant) ? null : instantText(instant);
}

function sameSegments(a: readonly VerdictSegment[], b: readonly VerdictSegment[]): boolean {
  return (
    a.length === b.length &&
    a.every((segment, i) => {
      const other = b[i]!;
      return (
        segment.from === other.from &&
        segment.to === other.to &&
        segment.verdict === other.verdict &&
        segment.ruleVersion === other.ruleVersion
      );
    })
  );
}
