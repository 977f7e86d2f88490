// Verdicts as they are stored: which rows a new timeline leaves, and which it needs.
import type { VerdictSegment } from '../../core/verdict';

/** A stretch of a stored timeline. */
export type StoredSegment = VerdictSegment & { readonly id: number };

/** A verdict to store. */
export interface RecordedSegment {
  readonly employeeId: string;
  readonly roleId: string;
  readonly segment: VerdictSegment;
}

/** The rows to retire and the stretches to record, so that `segments` are stored; rows that still hold stay as they are. */
export function replacement(
  stored: readonly StoredSegment[],
  segments: readonly VerdictSegment[],
): { readonly retired: number[]; readonly recorded: readonly VerdictSegment[] } {
  const wanted = new Map(segments.map((segment) => [segmentKey(segment), segment]));
  const retired = stored.filter((row) => !wanted.delete(segmentKey(row))).map((row) => row.id);
  return { retired, recorded: [...wanted.values()] };
}

function segmentKey(segment: VerdictSegment): string {
  return `${segment.from}|${segment.to}|${segment.verdict}|${segment.ruleVersion}`;
}
