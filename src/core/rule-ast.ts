// Rules as JSON in the shape of RuleNodeInput, to store, to show and to hash.
import { createHash } from 'node:crypto';
import { formatSpan, type Instant } from './calendar';
import { isRefusal } from './refusal';
import { isHidden } from './disclosure';
import { canonicalJson, type Audience, type Json, type RuleNode } from './rule';
import { RuleReader } from './rule-reader';

/** The rule in the shape of RuleNodeInput, with ISO instants and durations: a client can send it back, unless something of it is hidden from the audience. */
export function ruleToAst(node: RuleNode, audience: Audience = 'HR'): Json {
  if (node.op === 'disclosed' && isHidden(node, audience)) return { disclosed: { to: node.to } };
  const below = (child: RuleNode): Json => ruleToAst(child, audience);
  switch (node.op) {
    case 'all':
      return { all: node.of.map(below) };
    case 'any':
      return { any: node.of.map(below) };
    case 'atLeast':
      return { atLeast: { n: node.n, of: node.of.map(below) } };
    case 'not':
      return { not: below(node.of) };
    case 'disclosed':
      return { disclosed: { to: node.to, rule: below(node.of) } };
    case 'heldFor':
    case 'within':
    case 'accumulated':
    case 'service': {
      const { op, of, ...terms } = node;
      return { [op]: { rule: below(of), ...written(terms) } };
    }
    case 'during':
      return { during: { from: isoInstant(node.from), until: isoInstant(node.until) } };
    default: {
      const { op, ...terms } = node;
      return { [op]: written(terms) };
    }
  }
}

/** Durations in ISO 8601, everything else as it is. */
function written(terms: object): { [key: string]: Json } {
  const isSpan = (value: unknown): value is { months: number; days: number } =>
    typeof value === 'object' && value !== null && 'months' in value && 'days' in value;
  return Object.fromEntries(
    Object.entries(terms)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, SPANS.has(name) && isSpan(value) ? formatSpan(value) : (value as Json)]),
  );
}

const SPANS: ReadonlySet<string> = new Set(['duration', 'gap', 'window', 'lag', 'ttl', 'resetAfter', 'within', 'verifiedWithin']);

const NO_LIMITS = { depth: Infinity, nodes: Infinity };

/** Reads what `ruleToAst` wrote. Anything else is a bug and throws; the catalogue is not applied, nor are the limits of today unless they are given. */
export function fromAst(ast: unknown, limits: { readonly depth: number; readonly nodes: number } = NO_LIMITS): RuleNode {
  const node = new RuleReader({
    knows: () => true,
    instant: (value) => {
      const at = typeof value === 'string' ? Date.parse(value) : NaN;
      return Number.isNaN(at) ? undefined : at;
    },
    limits,
    checksDates: false,
  }).read(ast, []);
  if (isRefusal(node)) throw new Error(`A stored rule cannot be read at ${node.path.join('.') || 'its root'}: ${node.message}`);
  return node;
}

/** SHA-256 (hex) of the rule's canonical AST behind a version prefix; anyone who has `ast` can recompute it. */
export function ruleHash(node: RuleNode, audience: Audience = 'HR'): string {
  return createHash('sha256')
    .update('credential-graph/rule/1\n' + canonicalJson(ruleToAst(node, audience)))
    .digest('hex');
}

function isoInstant(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
