// What can be true of one person at one instant, as far as a rule asks for it: variables, and what conditions about the same thing have to do with each other.
import type { Instant, Span } from './calendar';
import { testAttribute } from './conditions';
import {
  canonicalJson,
  childrenOf,
  isWindow,
  type AttributeNode,
  type CreditsNode,
  type Json,
  type LeafNode,
  type RuleNode,
  type TenureNode,
  type WindowNode,
} from './rule';
import { Level, maxOf, pushStep, type Step, type Timeline } from './timeline';
import { windowTimeline } from './windows';

/** A set of levels, one bit each. */
export type Levels = number;

/** The set of these levels. */
export function levelSet(...levels: readonly Level[]): Levels {
  return levels.reduce<Levels>((set, level) => set | (1 << level), 0);
}

/** All levels, the best first. */
export const LADDER = [Level.MET, Level.GRACE, Level.PENDING, Level.UNKNOWN, Level.UNMET] as const;

/** One thing that is so in one of several ways; a condition about it has a level in each. */
export interface Variable {
  readonly ways: number;
  /** For the instant asked about: where each way ends. */
  readonly ends?: readonly Instant[];
}

/** A rule over the variables. */
export type Expression =
  | { readonly op: 'nth'; readonly n: number; readonly of: readonly Expression[] }
  | { readonly op: 'not'; readonly of: Expression }
  | Atom;

/** A condition that is decided by one variable. */
export interface Atom {
  readonly op: 'atom';
  readonly variable: number;
  readonly levels: readonly Level[];
  readonly all: Levels;
}

/** In every way things can be, the first is at most as far met as the second. */
export interface Order {
  readonly least: Atom;
  readonly most: Atom;
}

/** What a rule talks about. */
export class Model {
  readonly variables: Variable[] = [];
  readonly orders: Order[] = [];
  private readonly atoms = new Map<string, Atom>();
  private readonly compared: { readonly node: RuleNode; readonly atom: Atom }[] = [];
  private readonly bounds: readonly Instant[];
  private readonly tests = new Map<string, (Tested | TenureNode)[]>();

  /** `can` tells which levels an expression can have, now or at another time: from an instant on, until another. */
  constructor(
    readonly root: RuleNode,
    private readonly can: (model: Model, expression: Expression, from: Instant, until: Instant) => readonly Level[],
  ) {
    const bounds = new Set<Instant>();
    const visit = (node: RuleNode): void => {
      if (node.op === 'during') for (const bound of [node.from, node.until]) if (bound !== null) bounds.add(bound);
      if (node.op === 'attribute' || node.op === 'tenure')
        this.tests.set(node.name, [...(this.tests.get(node.name) ?? []), node]);
      childrenOf(node).forEach(visit);
    };
    visit(root);
    this.bounds = [...bounds].sort((a, b) => a - b);
  }

  compile(node: RuleNode): Expression {
    switch (node.op) {
      case 'all':
        return { op: 'nth', n: node.of.length, of: node.of.map((child) => this.compile(child)) };
      case 'any':
        return { op: 'nth', n: 1, of: node.of.map((child) => this.compile(child)) };
      case 'atLeast':
        return { op: 'nth', n: node.n, of: node.of.map((child) => this.compile(child)) };
      case 'not':
        return { op: 'not', of: this.compile(node.of) };
      case 'disclosed':
        return this.compile(node.of);
      default:
        return isWindow(node) ? this.window(node) : this.leaf(node);
    }
  }

  // not longer than the condition below it, at least as long, or free of it
  private window(node: WindowNode): Expression {
    const inner = this.compile(node.of);
    const free = this.atom(node, () => {
      const can = this.can(this, inner, -Infinity, Infinity);
      if (can.length === 1) return can;
      const most = this.bounds.length > 0 && isTimed(node.of) ? this.most(node, inner) : Level.MET;
      return [...new Set([Level.UNMET, ...can])].filter((level) => level <= most);
    });
    if (node.op === 'heldFor') return { op: 'nth', n: 2, of: [free, inner] };
    return node.op === 'within' ? { op: 'nth', n: 1, of: [free, inner] } : free;
  }

  /** The best level of a window at any time, if what is below it were as far met, and for as long, as it can be for anybody anywhere. */
  private most(window: WindowNode, inner: Expression): Level {
    const pieces = [-Infinity, ...this.bounds].map((from, i): Timeline => {
      const to = this.bounds[i] ?? Infinity;
      return between(from - EARLIER, to + LATER, Math.max(...this.can(this, inner, from, to)) as Level);
    });
    return Math.max(...windowTimeline(window, maxOf(pieces), 'UTC').map(({ level }) => level)) as Level;
  }

  private leaf(node: LeafNode): Atom {
    switch (node.op) {
      case 'holds': {
        const held = this.atom({ ...node, strict: false }, () => [Level.MET, Level.GRACE, Level.UNMET]);
        return node.strict ? atomOf(held.variable, held.levels.map(strictly)) : held;
      }
      case 'attribute':
        return this.attribute(node.name, node);
      case 'tenure': {
        const held = this.atom(node, () => [Level.MET, Level.UNMET]);
        this.orders.push({ least: held, most: this.attribute(node.name, node) });
        return held;
      }
      case 'during': {
        const starts = [-Infinity, ...this.bounds];
        const ends = [...this.bounds, Infinity];
        const { variable } = this.atom('the instant', () => starts.map(() => Level.UNMET), ends);
        const isIn = (start: Instant): boolean => start >= (node.from ?? -Infinity) && start < (node.until ?? Infinity);
        return atomOf(
          variable,
          starts.map((start) => (isIn(start) ? Level.MET : Level.UNMET)),
        );
      }
      case 'credits':
      case 'approval':
        return this.atom(node, () => [Level.MET, Level.PENDING, Level.UNMET]);
      case 'noOpen':
        return this.atom(node, () => [Level.MET, Level.UNMET]);
      case 'rule':
        return this.atom(node, () => [Level.MET, Level.GRACE, Level.PENDING, Level.UNKNOWN, Level.UNMET]);
    }
  }

  private attribute(name: string, test: Tested): Atom {
    const tests = this.tests.get(name)!;
    const ways = valuesOf(name, tests);
    // too many lists of values to look at: each test by itself
    if (ways === null) return this.atom(test as RuleNode, () => [Level.MET, Level.UNKNOWN, Level.UNMET]);
    const { variable } = this.atom(`the attribute ${name}`, () => ways.map(() => Level.UNMET));
    return atomOf(
      variable,
      ways.map((value) => testAttribute(test, value)),
    );
  }

  private atom(about: RuleNode | string, levels: () => readonly Level[], ends?: readonly Instant[]): Atom {
    const key = typeof about === 'string' ? about : canonicalJson(about as unknown as Json);
    const known = this.atoms.get(key);
    if (known) return known;
    const found = levels();
    const atom = atomOf(this.variables.length, found);
    this.variables.push({ ways: found.length, ...(ends && { ends }) });
    this.atoms.set(key, atom);
    if (typeof about !== 'string') {
      for (const other of this.compared) {
        if (isAtMost(about, other.node)) this.orders.push({ least: atom, most: other.atom });
        if (isAtMost(other.node, about)) this.orders.push({ least: other.atom, most: atom });
      }
      this.compared.push({ node: about, atom });
    }
    return atom;
  }
}

// windows count the days of the person's zone: the first begin 14 hours before those of UTC, the last 12 after; 4 more for clocks that change
const HOUR = 3_600_000;
const EARLIER = 30 * HOUR;
const LATER = 18 * HOUR;

function between(from: Instant, to: Instant, level: Level): Timeline {
  const steps: Step[] = [];
  pushStep(steps, -Infinity, from === -Infinity ? level : Level.UNMET);
  if (from > -Infinity) pushStep(steps, from, level);
  if (to < Infinity) pushStep(steps, to, Level.UNMET);
  return steps;
}

/** Whether a condition asks itself when it is. */
function isTimed(node: RuleNode): boolean {
  return node.op === 'during' || childrenOf(node).some(isTimed);
}

function strictly(level: Level): Level {
  return level === Level.GRACE ? Level.UNMET : level;
}

function atomOf(variable: number, levels: readonly Level[]): Atom {
  return { op: 'atom', variable, levels, all: levelSet(...levels) };
}

/** Whether the one condition is never further met than the other. */
function isAtMost(a: RuleNode, b: RuleNode): boolean {
  if (a.op === 'holds' && b.op === 'holds') {
    return a.typeCode === b.typeCode && isShorter(a.verifiedWithin ?? null, b.verifiedWithin ?? null);
  }
  if (a.op === 'credits' && b.op === 'credits') {
    return sameButFor(a, b, ['min', 'window']) && a.min >= b.min && isShorter(a.window, b.window);
  }
  if (a.op === 'tenure' && b.op === 'tenure') return sameButFor(a, b, ['duration']) && isShorter(b.duration, a.duration);
  if (a.op === 'approval' && b.op === 'approval') {
    return a.kind === b.kind && (a.bindToManager || !b.bindToManager) && isShorter(a.ttl ?? null, b.ttl ?? null);
  }
  if (a.op === 'heldFor' && b.op === 'heldFor') return sameButFor(a, b, ['duration']) && isShorter(b.duration, a.duration);
  return a.op === 'within' && b.op === 'within' && sameButFor(a, b, ['duration']) && isShorter(a.duration, b.duration);
}

function sameButFor<N extends TenureNode | CreditsNode | WindowNode>(a: N, b: N, members: readonly string[]): boolean {
  const rest = (node: N): string =>
    canonicalJson(Object.fromEntries(Object.entries(node).filter(([name]) => !members.includes(name))));
  return rest(a) === rest(b);
}

/** From the same day on, the one ends no later than the other; null: never. */
function isShorter(a: Span | null, b: Span | null): boolean {
  if (b === null) return true;
  const { months, days } = a ?? { months: Infinity, days: Infinity };
  return months <= b.months && days <= b.days;
}

type Tested = Pick<AttributeNode, 'equals' | 'in' | 'atLeast'>;

/** Attributes of one text. All others can be lists, of which any element counts. */
const TEXTS: ReadonlySet<string> = new Set([
  'givenName',
  'familyName',
  'email',
  'employmentType',
  'jobTitle',
  'jobFamily',
  'department',
  'location',
  'costCenter',
  'managerExternalId',
  'hiredOn',
  'terminatedOn',
]);
const STATUSES: readonly Json[] = ['PRE_HIRE', 'ACTIVE', 'ON_LEAVE', 'TERMINATED'];
const MOST_IN_LISTS = 6;
const ANOTHER = '(another value)';

/** Values of an attribute among which is one for every combination of answers to the tests; null: too many. */
function valuesOf(name: string, tests: readonly Tested[]): readonly Json[] | null {
  if (name === 'status') return STATUSES;
  const named = new Map<string, Json>();
  for (const test of tests)
    for (const value of test.in ?? (test.equals === undefined ? [] : [test.equals])) named.set(canonicalJson(value), value);
  const values = [...named.values()];
  const texts = values.filter((value) => typeof value === 'string');
  if (TEXTS.has(name)) return [...texts, ANOTHER, null];
  const listed = name === 'roleCodes' ? texts : values;
  if (listed.length > MOST_IN_LISTS) return null;
  const lists = Array.from({ length: 1 << listed.length }, (_, bits) => listed.filter((_value, i) => bits & (1 << i)));
  if (name === 'roleCodes') return [...lists, null];
  const limits = tests.flatMap(({ atLeast }) => (atLeast === undefined ? [] : [atLeast])).sort((a, b) => a - b);
  const numbers = limits.flatMap((limit, i) => [limit, (limit + (limits[i - 1] ?? limit - 2)) / 2]);
  return [...values, ...numbers, ...limits.slice(-1).map((limit) => limit + 1), ...lists, ANOTHER, null];
}
