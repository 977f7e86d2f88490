// Reading the conditions that look at facts themselves.
import { parseSpan, type Instant, type Span } from './calendar';
import { refuseDates } from './dates';
import { isRefusal, refusal, type Refusal } from './refusal';
import type { CreditCap, Json, LeafNode } from './rule';

/** What a rule names that is defined elsewhere. */
export type Kind = 'type' | 'attribute' | 'course' | 'role';

/** How strictly to read. */
export interface ReadingRules {
  knows(kind: Kind, code: string): boolean;
  instant(value: unknown): Instant | undefined;
  readonly limits: { readonly depth: number; readonly nodes: number };
  readonly checksDates: boolean;
}

/** A place in the input. */
export type Path = readonly (string | number)[];
/** An input object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads one condition without others below it. */
export class LeafReader {
  constructor(private readonly rules: ReadingRules) {}

  holds(value: unknown, path: Path): LeafNode | Refusal {
    const input = fields(value);
    const typeCode = input?.['typeCode'];
    if (input === null || typeof typeCode !== 'string') return malformed('holds', '{ typeCode, strict, verifiedWithin }', path);
    const verifiedWithin = this.span(input, 'verifiedWithin', path);
    if (isRefusal(verifiedWithin)) return verifiedWithin;
    return (
      this.unknown('type', typeCode, [...path, 'typeCode']) ?? {
        op: 'holds',
        typeCode,
        strict: input['strict'] === true,
        ...(verifiedWithin && { verifiedWithin }),
      }
    );
  }

  credits(value: unknown, path: Path): LeafNode | Refusal {
    const shape = '{ courseCodes, min, window, lag, toMonthEnd, caps }';
    const input = fields(value);
    if (input === null) return malformed('credits', shape, path);
    const courseCodes = this.courses(input['courseCodes'], [...path, 'courseCodes']);
    if (isRefusal(courseCodes)) return courseCodes;
    const { min } = input;
    if (!isPositive(min)) return refusal('RULE_AMOUNT_INVALID', 'Ask for more than 0 hours.', [...path, 'min']);
    const window = this.span(input, 'window', path);
    const lag = this.span(input, 'lag', path);
    if (isRefusal(window)) return window;
    if (isRefusal(lag)) return lag;
    if (window === null) return malformed('credits', shape, path);
    const caps = this.caps(input['caps'] ?? [], courseCodes, [...path, 'caps']);
    if (isRefusal(caps)) return caps;
    return {
      op: 'credits',
      courseCodes,
      min,
      window,
      ...(lag && { lag }),
      ...(input['toMonthEnd'] === true && { toMonthEnd: true }),
      ...(caps.length > 0 && { caps }),
    };
  }

  attribute(value: unknown, path: Path): LeafNode | Refusal {
    const input = fields(value);
    const name = input?.['name'];
    if (input === null || typeof name !== 'string') return malformed('attribute', '{ name, equals | in | atLeast }', path);
    const strange = this.unknown('attribute', name, [...path, 'name']);
    if (strange) return strange;
    const equals = input['equals'] ?? undefined;
    const among = input['in'] ?? undefined;
    const atLeast = input['atLeast'] ?? undefined;
    if ([equals, among, atLeast].filter((test) => test !== undefined).length !== 1) {
      return refusal('RULE_ATTRIBUTE_TEST', 'Give exactly one of equals, in and atLeast, and a value other than null.', path);
    }
    if (equals !== undefined) return { op: 'attribute', name, equals: equals as Json };
    if (among !== undefined) {
      if (!Array.isArray(among) || among.length === 0 || among.some((item) => item === null || item === undefined)) {
        return refusal('RULE_ATTRIBUTE_TEST', 'List at least one value, and only values other than null.', [...path, 'in']);
      }
      return { op: 'attribute', name, in: among as Json[] };
    }
    if (typeof atLeast !== 'number' || !Number.isFinite(atLeast)) {
      return refusal('RULE_ATTRIBUTE_TEST', 'Give the least value as a number.', [...path, 'atLeast']);
    }
    return { op: 'attribute', name, atLeast };
  }

  tenure(value: unknown, path: Path): LeafNode | Refusal {
    const shape = '{ name, equals, duration }';
    const input = fields(value);
    const name = input?.['name'];
    if (input === null || typeof name !== 'string') return malformed('tenure', shape, path);
    const strange = this.unknown('attribute', name, [...path, 'name']);
    if (strange) return strange;
    const equals = input['equals'] ?? undefined;
    if (equals === undefined) {
      return refusal('RULE_ATTRIBUTE_TEST', 'Give the value to be held, other than null.', [...path, 'equals']);
    }
    const duration = this.span(input, 'duration', path);
    if (isRefusal(duration)) return duration;
    if (duration === null) return malformed('tenure', shape, path);
    return { op: 'tenure', name, equals: equals as Json, duration };
  }

  approval(value: unknown, path: Path): LeafNode | Refusal {
    const input = fields(value);
    const kind = input?.['kind'];
    if (input === null || !isName(kind)) return malformed('approval', '{ kind, bindToManager, ttl }', path);
    const ttl = this.span(input, 'ttl', path);
    if (isRefusal(ttl)) return ttl;
    return { op: 'approval', kind, bindToManager: input['bindToManager'] !== false, ...(ttl && { ttl }) };
  }

  noOpen(value: unknown, path: Path): LeafNode | Refusal {
    const { trigger, resolver } = fields(value) ?? {};
    if (!isName(trigger) || !isName(resolver)) return malformed('noOpen', '{ trigger, resolver }', path);
    if (trigger === resolver) {
      return refusal('RULE_ALWAYS_HOLDS', 'Name a resolver other than the trigger, which would resolve itself.', [
        ...path,
        'resolver',
      ]);
    }
    return { op: 'noOpen', trigger, resolver };
  }

  during(value: unknown, path: Path): LeafNode | Refusal {
    const input = fields(value);
    if (input === null) return malformed('during', '{ from, until }', path);
    const from = this.bound(input['from']);
    const until = this.bound(input['until']);
    if (from === undefined || until === undefined) return malformed('during', '{ from, until }', path);
    if (from === null && until === null) {
      return refusal('RULE_PERIOD_EMPTY', 'Give the period a beginning, an end or both.', path);
    }
    if (from !== null && until !== null && from >= until) {
      return refusal('RULE_PERIOD_EMPTY', 'Let the period end after it begins.', [...path, 'until']);
    }
    return (
      (this.rules.checksDates ? refuseDates({ from, until }, ['from', 'until'], path) : null) ?? { op: 'during', from, until }
    );
  }

  roleRule(value: unknown, path: Path): LeafNode | Refusal {
    const input = fields(value);
    const roleCode = input?.['roleCode'];
    if (input === null || typeof roleCode !== 'string') return malformed('rule', '{ roleCode, version }', path);
    const strange = this.unknown('role', roleCode, [...path, 'roleCode']);
    if (strange) return strange;
    const version = input['version'] ?? null;
    if (version === null) return { op: 'rule', roleCode };
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
      return refusal('RULE_VERSION_UNKNOWN', 'Give the version as a number from 1, or leave it out.', [...path, 'version']);
    }
    return { op: 'rule', roleCode, version };
  }

  /** Null: not given. */
  span(input: Fields, name: string, path: Path): Span | null | Refusal {
    const value = input[name] ?? null;
    if (value === null) return null;
    return (
      (typeof value === 'string' ? parseSpan(value) : null) ??
      refusal('RULE_DURATION_INVALID', 'Write a calendar duration of 1 day to 200 years, such as P2Y or P90D.', [...path, name])
    );
  }

  private unknown(kind: Kind, code: string, path: Path): Refusal | null {
    if (this.rules.knows(kind, code)) return null;
    switch (kind) {
      case 'type':
        return refusal('UNKNOWN_CREDENTIAL_TYPE', `Define the credential type "${code}" first or correct its code.`, path);
      case 'attribute':
        return refusal(
          'RULE_ATTRIBUTE_UNKNOWN',
          `Use an attribute that employees have instead of "${code}" or correct its name.`,
          path,
        );
      case 'course':
        return refusal('UNKNOWN_COURSE', `Define the course "${code}" first or correct its code.`, path);
      case 'role':
        return refusal('UNKNOWN_ROLE', `Define the role "${code}" first or correct its code.`, path);
    }
  }

  private courses(value: unknown, path: Path): readonly string[] | Refusal {
    if (!Array.isArray(value) || value.length === 0 || value.length > MOST_COURSES || !value.every(isName)) {
      return refusal('RULE_MALFORMED', `Name 1 to ${MOST_COURSES} courses.`, path);
    }
    for (const [index, code] of value.entries()) {
      const strange = this.unknown('course', code, [...path, index]);
      if (strange) return strange;
    }
    return [...new Set<string>(value)];
  }

  private caps(value: unknown, counted: readonly string[], path: Path): readonly CreditCap[] | Refusal {
    if (!Array.isArray(value)) return malformed('caps', 'a list of { courseCodes, max }', path);
    const caps: CreditCap[] = [];
    for (const [index, item] of value.entries()) {
      const { courseCodes, max } = fields(item) ?? {};
      const codes = this.courses(courseCodes, [...path, index, 'courseCodes']);
      if (isRefusal(codes)) return codes;
      const stranger = codes.findIndex((code) => !counted.includes(code));
      if (stranger >= 0) {
        return refusal(
          'RULE_CAP_UNRELATED',
          `Cap only courses that count: add "${codes[stranger]}" to courseCodes or leave it out.`,
          [...path, index, 'courseCodes', stranger],
        );
      }
      if (!isPositive(max)) return refusal('RULE_AMOUNT_INVALID', 'Let more than 0 hours count.', [...path, index, 'max']);
      caps.push({ courseCodes: codes, max });
    }
    return caps;
  }

  private bound(value: unknown): Instant | null | undefined {
    return value === undefined || value === null ? null : this.rules.instant(value);
  }
}

const MOST_COURSES = 1_000;
const LONGEST_NAME = 200;

/** The members of an input object; null: it is none. */
export function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** What is said of input that has not the shape of its operator. */
export function malformed(operator: string, shape: string, path: Path): Refusal {
  return refusal('RULE_MALFORMED', `Write "${operator}" as ${shape}.`, path);
}
