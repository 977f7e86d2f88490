// A third opinion on rules: the same conditions as PostgreSQL multiranges, which share neither the algebra nor the calendar of the core.
import { evaluate } from '../../src/core/evaluate';
import type { CreditFact, HoldingSlice, PersonFacts } from '../../src/core/facts';
import type { RuleNode } from '../../src/core/rule';
import { createPool, type Pool } from '../../src/platform/postgres/pool';
import { clusterUrl } from '../kit/postgres';
import { seeded } from '../kit/seeded';

const DAY = 86_400_000;
const START = Date.UTC(2027, 0, 25);
const ALWAYS = `'{(,)}'::tstzmultirange`;
const NEVER = `'{}'::tstzmultirange`;
type Chance = ReturnType<typeof seeded>;
type Span = { readonly months: number; readonly days: number };

const span = (chance: Chance): Span =>
  chance.int(0, 3) === 0 ? { months: chance.int(1, 2), days: 0 } : { months: 0, days: chance.int(1, 40) };
const moment = (chance: Chance): number =>
  START + chance.int(0, 60) * DAY + (chance.int(0, 2) === 0 ? chance.int(0, DAY - 1) : 0);

function someFacts(chance: Chance): PersonFacts {
  const slices = (): HoldingSlice[] =>
    Array.from({ length: chance.int(0, 4) }, () => {
      const from = moment(chance);
      return { from, to: from + chance.int(1, 30 * DAY), level: chance.int(0, 2) === 0 ? 'GRACE' : 'MET', factId: '' };
    });
  const hours = (): CreditFact[] =>
    Array.from({ length: chance.int(0, 5) }, () => ({
      at: moment(chance),
      hours: chance.int(1, 4),
      isPending: false,
      factId: '',
    }));
  return {
    holdings: new Map([
      ['A', slices()],
      ['B', slices()],
    ]),
    attributes: new Map(),
    credits: new Map([['X', hours()]]),
  };
}

function someRule(chance: Chance, depth: number): RuleNode {
  const pick = chance.int(0, depth === 0 ? 2 : 8);
  const below = (): RuleNode => someRule(chance, depth - 1);
  const several = (): RuleNode[] => Array.from({ length: chance.int(1, 3) }, below);
  if (pick === 0) return { op: 'holds', typeCode: chance.int(0, 1) === 0 ? 'A' : 'B', strict: chance.int(0, 2) === 0 };
  if (pick === 1) return { op: 'during', from: moment(chance), until: null };
  if (pick === 2) return { op: 'credits', courseCodes: ['X'], min: chance.int(1, 6), window: span(chance) };
  if (pick === 3) return { op: 'all', of: several() };
  if (pick === 4) return { op: 'any', of: several() };
  if (pick === 5) return { op: 'not', of: below() };
  if (pick === 6) return { op: 'heldFor', of: below(), duration: span(chance) };
  if (pick === 7) return { op: 'within', of: below(), duration: span(chance) };
  const of = several();
  return { op: 'atLeast', n: chance.int(1, of.length), of };
}

const stamp = (at: number): string => `'${new Date(at).toISOString()}'::timestamptz`;
const interval = ({ months, days }: Span): string => `interval '${months} months ${days} days'`;
const each = (ranges: string, from: string, to: string): string =>
  `(SELECT coalesce(range_agg(tstzrange(${from}, ${to})) FILTER (WHERE ${from} IS NULL OR ${to} IS NULL OR ${from} < ${to}), ${NEVER})
    FROM unnest(${ranges}) AS x)`;

/** Where a rule is at GRACE (3) or better, or at MET (4), as SQL; a multirange merges what touches by itself. */
function ranges(node: RuleNode, facts: PersonFacts, cut: 3 | 4): string {
  const below = (child: RuleNode): string => ranges(child, facts, cut);
  switch (node.op) {
    case 'holds': {
      const counted = facts.holdings.get(node.typeCode)!.filter(({ level }) => level === 'MET' || (cut === 3 && !node.strict));
      return counted.reduce((sum, { from, to }) => `${sum} + tstzmultirange(tstzrange(${stamp(from)}, ${stamp(to)}))`, NEVER);
    }
    case 'during':
      return `tstzmultirange(tstzrange(${stamp(node.from!)}, NULL))`;
    case 'credits': {
      const earned = facts.credits!.get('X')!;
      if (earned.length === 0) return NEVER;
      const values = earned.map(({ at, hours }) => `(${stamp(at)}, ${hours})`).join(', ');
      return `(WITH earned (d, h) AS (VALUES ${values}),
        corner AS (SELECT d AS t, h FROM earned UNION ALL SELECT date_trunc('day', d) + ${interval(node.window)}, -h FROM earned),
        level AS (SELECT t, sum(h) OVER (ORDER BY t RANGE UNBOUNDED PRECEDING) AS sum, lead(t) OVER (ORDER BY t) AS next FROM corner)
        SELECT coalesce(range_agg(tstzrange(t, next)) FILTER (WHERE sum >= ${node.min} AND t < next), ${NEVER}) FROM level)`;
    }
    case 'all':
      return `(${node.of.reduce((sum, child) => `${sum} * (${below(child)})`, ALWAYS)})`;
    case 'any':
      return `(${node.of.reduce((sum, child) => `${sum} + (${below(child)})`, NEVER)})`;
    case 'atLeast':
      return `(${combinations(node.of, node.n).reduce((sum, some) => `${sum} + (${below({ op: 'all', of: some })})`, NEVER)})`;
    case 'not':
      return `(${ALWAYS} - (${ranges(node.of, facts, 3)}))`;
    case 'heldFor':
      return each(below(node.of), `(date_trunc('day', lower(x)) + ${interval(node.duration)})`, 'upper(x)');
    case 'within':
      return each(below(node.of), 'lower(x)', `(upper(x) + ${interval(node.duration)})`);
    default:
      throw new Error(node.op);
  }
}

function combinations<T>(of: readonly T[], n: number): T[][] {
  if (n === 0) return [[]];
  return of.flatMap((first, i) => combinations(of.slice(i + 1), n - 1).map((rest) => [first, ...rest]));
}

/** The same from the core, in the text form of PostgreSQL. */
function expected(node: RuleNode, facts: PersonFacts, cut: 3 | 4): (number | null)[][] {
  const found: (number | null)[][] = [];
  const timeline = evaluate(node, facts);
  timeline.forEach(({ from, level }, i) => {
    if (level < cut) return;
    const to = timeline[i + 1]?.from ?? null;
    const start = Number.isFinite(from) ? from : null;
    if (found.length > 0 && found.at(-1)![1] === start) found.at(-1)![1] = to;
    else found.push([start, to]);
  });
  return found;
}

describe('rules as multiranges of PostgreSQL', () => {
  let pool: Pool;
  beforeAll(async () => (pool = await createPool(clusterUrl(), { max: 1 })));
  afterAll(() => pool.end());

  it('are met in the same stretches, grace apart and with it, for 300 random rules and people', async () => {
    const chance = seeded(27);
    let met = 0;
    for (let i = 0; i < 300; i++) {
      const [facts, rule] = [someFacts(chance), someRule(chance, 3)];
      for (const cut of [3, 4] as const) {
        const { rows } = await pool.query<{ from: number | null; to: number | null }>(
          `SELECT lower(x) AS "from", upper(x) AS "to" FROM unnest(${ranges(rule, facts, cut)}) AS x ORDER BY x`,
        );
        const found = rows.map(({ from, to }) => [from, to]);
        met += found.length;
        expect({ rule, found }).toEqual({ rule, found: expected(rule, facts, cut) });
      }
    }
    expect(met).toBeGreaterThan(300);
  });
});
