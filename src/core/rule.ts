// The rule language: what a role demands of a person, as data. Parsing, limits, canonical form and hash.
import { createHash } from 'node:crypto';
import type { Instant } from './calendar';
import { refuseDates } from './dates';
import { isRefusal, refusal, type Refusal } from './refusal';

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface HoldsNode {
  readonly op: 'holds';
  readonly typeCode: string;
  /** A credential in grace does not count. */
  readonly strict: boolean;
}

/** A test of one attribute; exactly one of `equals`, `in` and `atLeast` is present. */
export interface AttributeNode {
  readonly op: 'attribute';
  readonly name: string;
  readonly equals?: Json;
  readonly in?: readonly Json[];
  readonly atLeast?: number;
}

/** True in [from, until); null: no bound on that side. */
export interface DuringNode {
  readonly op: 'during';
  readonly from: Instant | null;
  readonly until: Instant | null;
}

export type LeafNode = HoldsNode | AttributeNode | DuringNode;

export type RuleNode =
  | { readonly op: 'all' | 'any'; readonly of: readonly RuleNode[] }
  | { readonly op: 'atLeast'; readonly n: number; readonly of: readonly RuleNode[] }
  | { readonly op: 'not'; readonly of: RuleNode }
  | LeafNode;

/** What a rule may refer to. */
export interface RuleCatalogue {
  readonly typeCodes: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string> | ((name: string) => boolean);
}

/** A published rule is at most this deep (the root is at depth 1) and has at most this many nodes. */
export const ruleLimits = { depth: 12, nodes: 200 } as const;

/** The nodes directly below a node, in order. */
export function childrenOf(node: RuleNode): readonly RuleNode[] {
  switch (node.op) {
    case 'all':
    case 'any':
    case 'atLeast':
      return node.of;
    case 'not':
      return [node.of];
    default:
      return [];
  }
}

/** The type codes and attribute names a rule reads, each sorted and without repetition. */
export function dependencies(node: RuleNode): { readonly types: readonly string[]; readonly attributes: readonly string[] } {
  const types = new Set<string>();
  const attributes = new Set<string>();
  const visit = (at: RuleNode): void => {
    if (at.op === 'holds') types.add(at.typeCode);
    else if (at.op === 'attribute') attributes.add(at.name);
    else childrenOf(at).forEach(visit);
  };
  visit(node);
  return { types: [...types].sort(), attributes: [...attributes].sort() };
}

/**
 * Reads a RuleNodeInput value (instants already as milliseconds) and checks it against the catalogue and the limits.
 * The path of a refusal begins with `path`, the place of the rule in the caller's input.
 */
export function parseRule(input: unknown, catalogue: RuleCatalogue, path: readonly (string | number)[] = []): RuleNode | Refusal {
  const { attributes } = catalogue;
  return new RuleReader({
    knowsType: (code) => catalogue.typeCodes.has(code),
    knowsAttribute: typeof attributes === 'function' ? attributes : (name) => attributes.has(name),
    instant: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
    limits: ruleLimits,
    checksDates: true,
  }).read(input, path);
}

/** The rule in the shape of RuleNodeInput, with ISO instants: a client can send it back. */
export function ruleToAst(node: RuleNode): Json {
  switch (node.op) {
    case 'all':
      return { all: node.of.map(ruleToAst) };
    case 'any':
      return { any: node.of.map(ruleToAst) };
    case 'atLeast':
      return { atLeast: { n: node.n, of: node.of.map(ruleToAst) } };
    case 'not':
      return { not: ruleToAst(node.of) };
    case 'holds':
      return { holds: { typeCode: node.typeCode, strict: node.strict } };
    case 'attribute': {
      const { op: _op, ...test } = node;
      return { attribute: test as Json };
    }
    case 'during':
      return { during: { from: isoInstant(node.from), until: isoInstant(node.until) } };
  }
}

/** Reads what `ruleToAst` wrote. Anything else is a bug and throws; the catalogue and the limits of today are not applied. */
export function fromAst(ast: unknown): RuleNode {
  const node = new RuleReader({
    knowsType: () => true,
    knowsAttribute: () => true,
    instant: (value) => {
      const at = typeof value === 'string' ? Date.parse(value) : NaN;
      return Number.isNaN(at) ? undefined : at;
    },
    limits: { depth: Infinity, nodes: Infinity },
    checksDates: false,
  }).read(ast, []);
  if (isRefusal(node)) throw new Error(`A stored rule cannot be read at ${node.path.join('.') || 'its root'}: ${node.message}`);
  return node;
}

/** SHA-256 (hex) of the rule's canonical AST behind a version prefix; anyone who has `ast` can recompute it. */
export function ruleHash(node: RuleNode): string {
  return createHash('sha256')
    .update('credential-graph/rule/1\n' + canonicalJson(ruleToAst(node)))
    .digest('hex');
}

/** JSON text with object keys in code unit order and no white space, so that equal values give equal texts. A number that is not finite throws. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('JSON cannot carry a number that is not finite.');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return '[' + value.map(canonicalJson).join(',') + ']';
  const object = value as { readonly [key: string]: Json | undefined };
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member !== undefined) members.push(JSON.stringify(key) + ':' + canonicalJson(member));
  }
  return '{' + members.join(',') + '}';
}

function isoInstant(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

interface ReadingRules {
  knowsType(code: string): boolean;
  knowsAttribute(name: string): boolean;
  instant(value: unknown): Instant | undefined;
  readonly limits: { readonly depth: number; readonly nodes: number };
  readonly checksDates: boolean;
}

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/** The one operator of each node, by its name on the wire. Adding an operator adds an entry here. */
type OperatorReader = (reader: RuleReader, value: unknown, path: Path, depth: number) => RuleNode | Refusal;

const operators: Readonly<Record<string, OperatorReader>> = {
  all: (reader, value, path, depth) => reader.group('all', value, path, depth),
  any: (reader, value, path, depth) => reader.group('any', value, path, depth),
  atLeast: (reader, value, path, depth) => reader.atLeast(value, path, depth),
  not: (reader, value, path, depth) => reader.not(value, path, depth),
  holds: (reader, value, path) => reader.holds(value, path),
  attribute: (reader, value, path) => reader.attribute(value, path),
  during: (reader, value, path) => reader.during(value, path),
};

class RuleReader {
  private nodes = 0;

  constructor(private readonly rules: ReadingRules) {}

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

  holds(value: unknown, path: Path): RuleNode | Refusal {
    const input = fields(value);
    if (input === null || typeof input['typeCode'] !== 'string') return malformed('holds', '{ typeCode, strict }', path);
    const typeCode = input['typeCode'];
    if (!this.rules.knowsType(typeCode)) {
      return refusal('UNKNOWN_CREDENTIAL_TYPE', `Define the credential type "${typeCode}" first or correct its code.`, [
        ...path,
        'typeCode',
      ]);
    }
    return { op: 'holds', typeCode, strict: input['strict'] === true };
  }

  attribute(value: unknown, path: Path): RuleNode | Refusal {
    const input = fields(value);
    if (input === null || typeof input['name'] !== 'string')
      return malformed('attribute', '{ name, equals | in | atLeast }', path);
    const { name } = input;
    if (!this.rules.knowsAttribute(name)) {
      return refusal('RULE_ATTRIBUTE_UNKNOWN', `Use an attribute that employees have instead of "${name}" or correct its name.`, [
        ...path,
        'name',
      ]);
    }
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

  during(value: unknown, path: Path): RuleNode | Refusal {
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

  private bound(value: unknown): Instant | null | undefined {
    return value === undefined || value === null ? null : this.rules.instant(value);
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

function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function malformed(operator: string, shape: string, path: Path): Refusal {
  return refusal('RULE_MALFORMED', `Write "${operator}" as ${shape}.`, path);
}
