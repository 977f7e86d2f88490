/** What has to be earned in each cycle of a credential for the next one: the condition, as read, stored and said. */
import { formatSpan, parseSpan, spanText, type Span } from './calendar';
import { refusal, type Refusal } from './refusal';

/**
 * Hours of named courses that renew a holding. A cycle is the time an award is valid for; the next one follows its end. Hours count in the
 * order in which they come in, until a cap is full.
 */
export interface CreditCycle {
  readonly courseCodes: readonly string[];
  /** Hours, over all. */
  readonly min: number;
  /** Hours that have to come from some of the courses. */
  readonly floors: readonly { readonly courseCodes: readonly string[]; readonly min: number }[];
  /** Hours that count at most from some of the courses. Caps lie within one another or apart, and wholly inside or outside a floor. */
  readonly caps: readonly { readonly courseCodes: readonly string[]; readonly max: number }[];
  /** A completion of fewer hours does not count. */
  readonly leastBlock: number | null;
  /** Hours beyond what was asked that count for the next cycle: at most so many, earned in the end of the cycle, in these courses. */
  readonly carryOver: {
    readonly max: number;
    readonly earnedWithin: Span | null;
    readonly courseCodes: readonly string[] | null;
  } | null;
  /** How long after the end hours earned before it may be reported; they then renew from the end. Null: whenever, from when they were earned. */
  readonly reportWithin: Span | null;
  /** Only hours earned so long before the end count; null: all since the cycle began. */
  readonly length: Span | null;
  /** From when hours count for the next cycle. */
  readonly nextFrom: 'EXPIRY' | 'DAY_AFTER_RENEWAL';
}

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/** What reading stops at. */
class Invalid extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** Reads a cycle as clients write it (spans in ISO 8601); refuses with AWARD_RULE_INVALID and the path below `path`. */
export function parseCreditCycle(json: unknown, path: Path): CreditCycle | Refusal {
  try {
    return read(fieldsOf(json), path);
  } catch (no) {
    if (no instanceof Invalid) return no.refusal;
    throw no;
  }
}

function read(fields: Fields, path: Path): CreditCycle {
  const at = (...more: Path): Path => [...path, ...more];
  const courseCodes = codes(fields['courseCodes'], at('courseCodes'));
  const named = new Set(courseCodes);
  const within = (list: readonly string[], where: Path): readonly string[] =>
    list.every((code) => named.has(code)) ? list : fail('Name only courses that courseCodes of the cycle names.', where);
  const list = (name: string): Fields[] => {
    const value = fields[name] ?? [];
    return Array.isArray(value) ? value.map(fieldsOf) : fail(`Give ${name} as a list.`, at(name));
  };
  const min = hours(fields['min'], at('min'));
  const floors = list('floors').map((floor, i) => ({
    courseCodes: within(codes(floor['courseCodes'], at('floors', i, 'courseCodes')), at('floors', i, 'courseCodes')),
    min: hours(floor['min'], at('floors', i, 'min')),
  }));
  const caps = list('caps').map((cap, i) => ({
    courseCodes: within(codes(cap['courseCodes'], at('caps', i, 'courseCodes')), at('caps', i, 'courseCodes')),
    max: hours(cap['max'], at('caps', i, 'max')),
  }));
  refuseCrossing(floors, caps, at('caps'));
  const carry = fields['carryOver'] == null ? null : fieldsOf(fields['carryOver']);
  const carried = carry?.['courseCodes'];
  const carryOver = carry && {
    max: hours(carry['max'], at('carryOver', 'max')),
    earnedWithin: span(carry['earnedWithin'], at('carryOver', 'earnedWithin')),
    courseCodes: carried == null ? null : within(codes(carried, at('carryOver', 'courseCodes')), at('carryOver', 'courseCodes')),
  };
  if (carryOver && carryOver.max >= min) fail('Let fewer hours be carried over than a cycle asks for.', at('carryOver', 'max'));
  const { nextFrom = null } = fields;
  if (nextFrom !== null && nextFrom !== 'EXPIRY' && nextFrom !== 'DAY_AFTER_RENEWAL')
    fail('Give nextFrom as EXPIRY or DAY_AFTER_RENEWAL.', at('nextFrom'));
  if (nextFrom === 'DAY_AFTER_RENEWAL' && carryOver)
    fail('Leave carryOver out: with DAY_AFTER_RENEWAL what comes later counts for the next cycle by itself.', at('carryOver'));
  return {
    courseCodes,
    min,
    floors,
    caps,
    leastBlock: fields['leastBlock'] == null ? null : hours(fields['leastBlock'], at('leastBlock')),
    carryOver,
    reportWithin: span(fields['reportWithin'], at('reportWithin')),
    length: span(fields['length'], at('length')),
    nextFrom: nextFrom === 'DAY_AFTER_RENEWAL' ? nextFrom : 'EXPIRY',
  };
}

// two caps that cross, or a cap across a floor, would make more hours count for less
function refuseCrossing(floors: CreditCycle['floors'], caps: CreditCycle['caps'], path: Path): void {
  caps.forEach((cap, i) => {
    const own = new Set(cap.courseCodes);
    const shared = (codes: readonly string[]): number => codes.filter((code) => own.has(code)).length;
    for (const other of caps.slice(0, i)) {
      const n = shared(other.courseCodes);
      if (n > 0 && n < Math.min(own.size, other.courseCodes.length))
        fail('Put the courses of one cap wholly inside another, or apart.', [...path, i]);
    }
    for (const floor of floors) {
      const n = shared(floor.courseCodes);
      if (n > 0 && n < own.size) fail('Put the courses of a cap wholly inside a floor, or apart.', [...path, i]);
    }
  });
}

function fail(message: string, path: Path): never {
  throw new Invalid(refusal('AWARD_RULE_INVALID', message, path));
}

function fieldsOf(json: unknown): Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : {};
}

function codes(json: unknown, path: Path): readonly string[] {
  const isCode = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= 200;
  if (!Array.isArray(json) || json.length === 0 || json.length > 1_000 || !json.every(isCode))
    return fail('Name 1 to 1,000 courses in courseCodes.', path);
  return [...new Set(json)];
}

function hours(json: unknown, path: Path): number {
  if (typeof json === 'number' && Number.isFinite(json) && json > 0) return json;
  return fail(`Give ${String(path.at(-1))} as a number of hours above 0.`, path);
}

function span(json: unknown, path: Path): Span | null {
  if (json == null) return null;
  const read = typeof json === 'string' ? parseSpan(json) : null;
  return read ?? fail(`Write ${String(path.at(-1))} as a calendar duration of at most 200 years, such as P2Y or P90D.`, path);
}

/** The cycle as plain JSON that `parseCreditCycle` reads back; what is not asked for is absent. */
export function cycleJson(cycle: CreditCycle): Record<string, unknown> {
  const { courseCodes, min, floors, caps, leastBlock, carryOver, reportWithin, length, nextFrom } = cycle;
  return {
    courseCodes,
    min,
    ...(floors.length > 0 && { floors }),
    ...(caps.length > 0 && { caps }),
    ...(leastBlock !== null && { leastBlock }),
    ...(carryOver && {
      carryOver: {
        max: carryOver.max,
        ...(carryOver.earnedWithin && { earnedWithin: formatSpan(carryOver.earnedWithin) }),
        ...(carryOver.courseCodes && { courseCodes: carryOver.courseCodes }),
      },
    }),
    ...(reportWithin && { reportWithin: formatSpan(reportWithin) }),
    ...(length && { length: formatSpan(length) }),
    ...(nextFrom !== 'EXPIRY' && { nextFrom }),
  };
}

/** The cycle in English, without a full stop. */
export function cycleText(cycle: CreditCycle): string {
  const { courseCodes, min, floors, caps, leastBlock, carryOver, reportWithin, length, nextFrom } = cycle;
  const parts = [
    `a renewal by ${hoursText(min)} from ${listText(courseCodes)} in the cycle`,
    ...floors.map((floor) => `at least ${hoursText(floor.min)} from ${listText(floor.courseCodes)}`),
    ...caps.map((cap) => `at most ${hoursText(cap.max)} from ${listText(cap.courseCodes)}`),
  ];
  const also = [
    leastBlock !== null && `a completion of less than ${hoursText(leastBlock)} does not count`,
    length && `only the last ${spanText(length)} before the end count`,
    reportWithin && `hours may be reported up to ${spanText(reportWithin)} after the end`,
    carryOver &&
      `of the hours beyond, up to ${hoursText(carryOver.max)}` +
        (carryOver.courseCodes ? ` from ${listText(carryOver.courseCodes)}` : '') +
        (carryOver.earnedWithin ? ` earned in the last ${spanText(carryOver.earnedWithin)}` : '') +
        ' count for the next cycle',
    nextFrom === 'DAY_AFTER_RENEWAL' && 'hours count for the next cycle from the day after the renewal',
  ].filter((part) => typeof part === 'string');
  return [parts.join(', '), ...also].join('; ');
}

function hoursText(n: number): string {
  return `${n} credit hour${n === 1 ? '' : 's'}`;
}

function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}
