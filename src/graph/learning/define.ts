// defineCourses
import { uuidv7 } from 'uuidv7';
import { refusal } from '../../core/refusal';
import { LONGEST_NAME, refuseLongText } from '../../core/text-limits';
import type { ItemResult } from '../../journal/ingest';
import { announceArrivals } from '../../journal/quarantine';
import type { Write } from '../../journal/write';
import { nodeId } from '../../platform/graphql/node-id';
import { changeCatalogue } from '../catalogue';
import { definitionResults, recordDefinition } from '../definitions';
import { allCourses, recordCourses, type CourseRecord } from './store';

/** An item of defineCourses. */
export interface CourseItem {
  readonly code: string;
  readonly title: string;
  readonly creditHours?: number | null;
  readonly passMark?: number | null;
  readonly retakePolicy?: string | null;
  readonly cost?: number | null;
  readonly leadTime?: string | null;
}

/** Defines courses inside a change; the same definition again changes nothing. Completions that waited for a course are applied. */
export async function applyCourses(write: Write, raw: readonly unknown[]): Promise<ItemResult[]> {
  const version = await changeCatalogue(write);
  await announceArrivals(write.db);
  const known = await allCourses(write.db);
  const records = new Map<string, CourseRecord>();
  const results = definitionResults(raw as readonly CourseItem[], (item) => {
    const long = refuseLongText(item, ['code'], LONGEST_NAME);
    if (long) return long;
    if (item.code.trim() === '') return refusal('INVALID_CODE', 'code names the course: it is not empty.', ['code']);
    if ((item.creditHours ?? 0) < 0)
      return refusal('INVALID_CREDIT_HOURS', 'creditHours counts hours: zero or more.', ['creditHours']);
    if ((item.cost ?? 0) < 0) return refusal('INVALID_COST', 'cost is an amount of money: zero or more.', ['cost']);
    const earlier = known.get(item.code);
    const record = {
      id: records.get(item.code)?.id ?? earlier?.uuid ?? uuidv7(),
      code: item.code,
      title: item.title,
      credit_hours: item.creditHours ?? null,
      pass_mark: item.passMark ?? null,
      retake_policy: item.retakePolicy ?? 'LATEST',
      cost: item.cost ?? null,
      lead_time: item.leadTime ?? null,
    };
    const isSame =
      earlier !== undefined &&
      !records.has(item.code) &&
      earlier.title === record.title &&
      earlier.creditHours === record.credit_hours &&
      earlier.passMark === record.pass_mark &&
      earlier.retakePolicy === record.retake_policy &&
      earlier.cost === record.cost &&
      earlier.leadTime === record.lead_time;
    if (!isSame) records.set(item.code, record);
    return { id: nodeId('crs', record.id), isChanged: !isSame };
  });
  if (records.size === 0) return results;
  await recordCourses(write, [...records.values()]);
  for (const record of records.values()) {
    recordDefinition(write, 'course.defined', record.id, version, { ...record });
    write.arrive([`course:${record.code}`]);
  }
  const redefined = [...records.keys()].filter((code) => known.has(code));
  if (redefined.length > 0) {
    const { rows } = await write.db.query<{ employee_id: string }>(
      '/* peopleOfCourses */ SELECT DISTINCT employee_id FROM completion WHERE course_code = ANY($1) AND retired_in IS NULL',
      [redefined],
    );
    write.touch(rows.map((row) => row.employee_id));
  }
  return results;
}
