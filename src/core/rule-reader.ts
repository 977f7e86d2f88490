// Reading rules as clients write them, with a refusal that says where and what to do.
import type { Span } from './calendar';
import { isRefusal, refusal, type Refusal } from './refusal';
import { ruleLimits, type Audience, type RuleNode } from './rule';
import { fields, LeafReader, malformed, type Fields, type Path, type ReadingRules } from './rule-leaf-reader';

/** What a rule may refer to. An absent set: anything of its kind. */
export interface RuleCatalogue {
  readonly typeCodes: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string> | ((name: string) => boolean);
  readonly courseCodes?: ReadonlySet<string>;
  readonly roleCodes?: ReadonlySet<string>;
}

/**
 * Reads a RuleNodeInput value (instants already as milliseconds) and checks it against the catalogue and the limits.
 * The path of a refusal begins with `path`, the place of the rule in the caller's input.
 */
export function parseRule(input: unknown, catalogue: RuleCatalogue, path: readonly (string | number)[] = []): RuleNode | Refusal {
  const { attributes } = catalogue;
  return new RuleReader({
    knows: (kind, code) => {
      if (kind === 'attribute') return typeof attributes === 'function' ? attributes(code) : attributes.has(code);
      if (kind === 'type') return catalogue.typeCodes.has(code);
      return (kind === 'course' ? catalogue.courseCodes : catalogue.roleCodes)?.has(code) ?? true;
    },
    instant: milliseconds,
    limits: ruleLimits,
    checksDates: true,
  }).read(input, path);
}

const milliseconds = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** That a rule nests deeper than it may, whatever it refers to; null: it does not, or something else is wrong with it first. */
export function refuseDeepRule(input: unknown, path: Path): Refusal | null {
  const rules = { knows: () => true, instant: milliseconds, limits: ruleLimits, checksDates: false };
  const read = new RuleReader(rules).read(input, path);
  return isRefusal(read) && read.code === 'RULE_TOO_DEEP' ? read : null;
}

/** The one operator of each node, by its name on the wire. Adding an operator adds an entry here. */
type OperatorReader = (reader: RuleReader, value: unknown, path: Path, depth: number) => RuleNode | Refusal;

const operators: Readonly<Record<string, OperatorReader>> = {
  all: (reader, value, path, depth) => reader.group('all', value, path, depth),
  any: (reader, value, path, depth) => reader.group('any', value, path, depth),
  atLeast: (reader, value, path, depth) => reader.atLeast(value, path, depth),
  not: (reader, value, path, depth) => reader.not(value, path, depth),
  holds: (reader, value, path) => reader.leaves.holds(value, path),
  heldFor: (reader, value, path, depth) => reader.heldFor(value, path, depth),
  within: (reader, value, path, depth) => reader.within(value, path, depth),
  accumulated: (reader, value, path, depth) => reader.accumulated(value, path, depth),
  service: (reader, value, path, depth) => reader.service(value, path, depth),
  credits: (reader, value, path) => reader.leaves.credits(value, path),
  attribute: (reader, value, path) => reader.leaves.attribute(value, path),
  tenure: (reader, value, path) => reader.leaves.tenure(value, path),
  approval: (reader, value, path) => reader.leaves.approval(value, path),
  noOpen: (reader, value, path) => reader.leaves.noOpen(value, path),
  during: (reader, value, path) => reader.leaves.during(value, path),
  rule: (reader, value, path) => reader.leaves.roleRule(value, path),
  disclosed: (reader, value, path, depth) => reader.disclosed(value, path, depth),
};

/** One rule being read. */
export class RuleReader {
  readonly leaves: LeafReader;
  private nodes = 0;

  constructor(private readonly rules: ReadingRules) {
    this.leaves = new LeafReader(rules);
  }

  read(input: unknown, path: Path, depth = 1): RuleNode | Refusal {
    const { limits } = this.rules;
    if (depth > limits.depth) {
      return refusal('RULE_TOO_DEEP', `Flatten the rule to at most ${limits.depth} levels.`, path);
    }
    if (++this.nodes > limits.nodes) {
      return refusal('RULE_TOO_LARGE', `Shorten the rule to at most ${limits.nodes} conditions, groups included.`, path);
    }
    const given = Object.entries(fields(input) ?? {}).filter(([, value]) => value !== undefined && value !== null);
    const [name, value] = given[0] ?? [];
    if (given.length !== 1 || name === undefined) {
      return refusal('RULE_NODE_AMBIGUOUS', `Give each condition exactly one operator of ${operatorNames}.`, path);
    }
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (operator === undefined) {
      return refusal('RULE_OPERATOR_UNKNOWN', `Replace "${name}" with one of ${operatorNames}.`, [...path, name]);
    }
    return operator(this, value, [...path, name], depth);
  }

  group(op: 'all' | 'any', value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const of = this.list(value, path, depth);
    return isRefusal(of) ? of : { op, of };
  }

  atLeast(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const input = fields(value);
    if (input === null) return malformed('atLeast', '{ n, of }', path);
    const of = this.list(input['of'], [...path, 'of'], depth);
    if (isRefusal(of)) return of;
    const { n } = input;
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > of.length) {
      const message =
        of.length === 0
          ? 'List the conditions of which n must be met.'
          : `Choose n from 1 to ${of.length}, the number of conditions listed.`;
      return refusal('RULE_COUNT_OUT_OF_RANGE', message, [...path, 'n']);
    }
    return { op: 'atLeast', n, of };
  }

  not(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const of = this.read(value, path, depth + 1);
    return isRefusal(of) ? of : { op: 'not', of };
  }

  heldFor(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const below = this.below('heldFor', '{ rule, duration, gap }', value, path, depth);
    if (isRefusal(below)) return below;
    const gap = this.leaves.span(below.input, 'gap', path);
    if (isRefusal(gap)) return gap;
    return { op: 'heldFor', of: below.of, duration: below.duration, ...(gap && { gap }) };
  }

  within(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const below = this.below('within', '{ rule, duration, toMonthEnd }', value, path, depth);
    if (isRefusal(below)) return below;
    const toMonthEnd = below.input['toMonthEnd'] === true;
    return { op: 'within', of: below.of, duration: below.duration, ...(toMonthEnd && { toMonthEnd }) };
  }

  accumulated(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const below = this.below('accumulated', '{ rule, duration, resetAfter }', value, path, depth);
    if (isRefusal(below)) return below;
    const resetAfter = this.leaves.span(below.input, 'resetAfter', path);
    if (isRefusal(resetAfter)) return resetAfter;
    return (
      inDays(below.duration, [...path, 'duration']) ?? {
        op: 'accumulated',
        of: below.of,
        duration: below.duration,
        ...(resetAfter && { resetAfter }),
      }
    );
  }

  service(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const below = this.below('service', '{ rule, duration, within }', value, path, depth);
    if (isRefusal(below)) return below;
    const within = this.leaves.span(below.input, 'within', path);
    if (isRefusal(within)) return within;
    if (within === null) return malformed('service', '{ rule, duration, within }', path);
    const wrong = inDays(below.duration, [...path, 'duration']) ?? inDays(within, [...path, 'within']);
    if (wrong) return wrong;
    if (below.duration.days > within.days) {
      return refusal('RULE_CANNOT_HOLD', 'Ask for at most as many days as `within` has.', [...path, 'duration']);
    }
    return { op: 'service', of: below.of, duration: below.duration, within };
  }

  disclosed(value: unknown, path: Path, depth: number): RuleNode | Refusal {
    const input = fields(value);
    const to = input?.['to'];
    if (input === null || !isAudience(to)) return malformed('disclosed', '{ to: HR | MANAGER | EMPLOYEE, rule }', path);
    const of = this.read(input['rule'], [...path, 'rule'], depth + 1);
    return isRefusal(of) ? of : { op: 'disclosed', of, to };
  }

  private below(
    op: string,
    shape: string,
    value: unknown,
    path: Path,
    depth: number,
  ): { readonly input: Fields; readonly of: RuleNode; readonly duration: Span } | Refusal {
    const input = fields(value);
    if (input === null) return malformed(op, shape, path);
    const of = this.read(input['rule'], [...path, 'rule'], depth + 1);
    if (isRefusal(of)) return of;
    const duration = this.leaves.span(input, 'duration', path);
    if (isRefusal(duration)) return duration;
    return duration === null ? malformed(op, shape, path) : { input, of, duration };
  }

  private list(value: unknown, path: Path, depth: number): readonly RuleNode[] | Refusal {
    if (!Array.isArray(value)) return malformed(String(path.at(-1)), 'a list of conditions', path);
    const nodes: RuleNode[] = [];
    for (const [index, item] of value.entries()) {
      const node = this.read(item, [...path, index], depth + 1);
      if (isRefusal(node)) return node;
      nodes.push(node);
    }
    return nodes;
  }
}

const operatorNames = Object.keys(operators).join(', ');

function isAudience(value: unknown): value is Audience {
  return value === 'HR' || value === 'MANAGER' || value === 'EMPLOYEE';
}

// how many days a month has depends on which; a sum of time has no place in the calendar
function inDays(span: Span, path: Path): Refusal | null {
  if (span.months === 0) return null;
  return refusal('RULE_DURATION_INVALID', 'Give time that is added up in days or weeks, such as P365D.', path);
}
