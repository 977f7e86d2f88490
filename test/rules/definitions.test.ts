// What follows from rules before anybody is judged by them: what they read, and whom they can concern at all.
import fc from 'fast-check';
import { evaluate } from '../../src/core/evaluate';
import type { RuleNode } from '../../src/core/rule';
import { ruleToAst } from '../../src/core/rule-ast';
import { personFacts, ruleNode } from '../../src/core/rule-cases.oracle';
import { Level } from '../../src/core/timeline';
import { bestWithoutHoldings, definitionsOf, type PublishedRow, type RuleDefinitions } from '../../src/graph/rules/definitions';
import type { CapabilityRow } from '../../src/graph/sources/store';

const none = () => [];
const days = (count: number) => ({ months: 0, days: count });
const holds: RuleNode = { op: 'holds', typeCode: 'A', strict: false };
const rule = (roleCode: string, version?: number): RuleNode => ({ op: 'rule', roleCode, ...(version && { version }) });
const credits: RuleNode = { op: 'credits', courseCodes: ['C'], min: 1, window: days(9) };

/** Roles with rules; each list holds the versions of one, in order, all in effect from their number on. */
function defined(rules: Readonly<Record<string, readonly RuleNode[]>>, words: readonly CapabilityRow[] = []): RuleDefinitions {
  const roles = Object.keys(rules).map((code) => ({ uuid: `id of ${code}`, code, title: code, jobFamily: null, kind: null }));
  const published = Object.entries(rules).flatMap(([code, nodes]) =>
    nodes.map((node, i): PublishedRow => ({
      uuid: `${code} ${i}`,
      roleId: `id of ${code}`,
      version: i + 1,
      from: i + 1,
      warnBefore: null,
      ast: ruleToAst(node),
      text: '',
      hash: '',
      publishedBy: '',
      recordedIn: 0,
    })),
  );
  return definitionsOf(roles, published, words);
}

const reads = (definitions: RuleDefinitions, code: string) =>
  Object.fromEntries(
    Object.entries(definitions.byCode.get(code)!.reads).flatMap(([kind, names]) =>
      names.size > 0 ? [[kind, [...names].sort().join(' ')]] : [],
    ),
  );

describe('what a rule reads', () => {
  it('is all that its conditions name, each under what it is', () => {
    const all: RuleNode = {
      op: 'all',
      of: [
        { op: 'disclosed', to: 'HR', of: { op: 'heldFor', duration: days(1), of: { ...holds, verifiedWithin: days(90) } } },
        { op: 'within', duration: days(1), of: { op: 'attribute', name: 'grade', atLeast: 2 } },
        { op: 'accumulated', duration: days(1), of: credits },
        { op: 'service', duration: days(1), within: days(2), of: { op: 'tenure', name: 'dept', equals: 'x', duration: days(1) } },
        { op: 'approval', kind: 'nights', bindToManager: true },
        { op: 'noOpen', trigger: 'spill', resolver: 'lesson' },
      ],
    };
    expect(reads(defined({ X: [all] }), 'X')).toEqual({
      types: 'A',
      verified: 'A',
      attributes: 'dept grade managerExternalId',
      courses: 'C',
      events: 'lesson spill',
      approvals: 'nights',
    });
  });

  it('is also what the rules it refers to read, however far, and a circle ends by itself', () => {
    const definitions = defined({
      X: [rule('Y')],
      Y: [{ op: 'any', of: [rule('Z'), holds] }],
      Z: [{ op: 'any', of: [rule('X'), credits] }],
    });
    for (const code of ['X', 'Y', 'Z']) expect(reads(definitions, code)).toEqual({ types: 'A', courses: 'C', roles: 'X Y Z' });
    expect(definitions.reading({ courses: new Set(['C']) }).map((judged) => judged.role.code)).toEqual(['X', 'Y', 'Z']);
    expect(definitions.reading({ types: new Set(['C']) })).toEqual([]);
  });

  it('is of the version it refers to, whether that is still in effect or not', () => {
    const definitions = defined({
      X: [holds, credits],
      OLD: [rule('X', 1)],
      NEW: [rule('X', 2)],
      NONE: [rule('X', 3)],
      GONE: [rule('W')],
    });
    expect(reads(definitions, 'OLD')).toEqual({ types: 'A', roles: 'X' });
    expect(reads(definitions, 'NEW')).toEqual({ courses: 'C', roles: 'X' });
    expect(reads(definitions, 'NONE')).toEqual({ roles: 'X' });
    expect(reads(definitions, 'GONE')).toEqual({ roles: 'W' });
  });
});

describe('the best that somebody who holds nothing can have', () => {
  it('is never less than what any such person has, whatever the rule and the facts', () => {
    fc.assert(
      fc.property(ruleNode, personFacts, (node, facts) => {
        const levels = evaluate(node, { ...facts, holdings: new Map() }).map((step) => step.level);
        expect(Math.max(...levels)).toBeLessThanOrEqual(bestWithoutHoldings(node, facts.silences!));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is nothing where every way asks for a credential', () => {
    const asks: RuleNode[] = [
      holds,
      { op: 'all', of: [holds, credits] },
      { op: 'heldFor', of: holds, duration: days(3) },
      { op: 'within', of: holds, duration: days(3) },
      { op: 'accumulated', of: holds, duration: days(3) },
      { op: 'service', of: holds, duration: days(3), within: days(9) },
      { op: 'disclosed', of: holds, to: 'HR' },
    ];
    expect(asks.map((node) => bestWithoutHoldings(node, none))).toEqual(asks.map(() => Level.UNMET));
    const others: RuleNode[] = [
      credits,
      rule('X'),
      { op: 'approval', kind: 'nights', bindToManager: true },
      { op: 'noOpen', trigger: 'spill', resolver: 'lesson' },
      { op: 'tenure', name: 'dept', equals: 'x', duration: days(1) },
      { op: 'not', of: holds },
    ];
    expect(others.map((node) => bestWithoutHoldings(node, none))).toEqual(others.map(() => Level.MET));
  });

  it('is unknown while no source can speak of the credential, so that everybody is judged (N15)', () => {
    const word: CapabilityRow = { uuid: '', source: 's', subject: 'TYPE', code: 'A', isAble: false, at: 5, reason: null };
    expect(defined({ X: [holds] }).byCode.get('X')!.needsHolding).toBe(true);
    expect(defined({ X: [holds] }, [word]).byCode.get('X')!.needsHolding).toBe(false);
  });
});
