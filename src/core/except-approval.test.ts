import fc from 'fast-check';
import { evaluate } from './evaluate';
import { isEligibleExceptApproval } from './except-approval';
import type { PersonFacts } from './facts';
import type { RuleNode } from './rule';
import { oracleLevel } from './rule.oracle';
import { DAY, instant, personFacts, ruleNode, T0, windowNode } from './rule-cases.oracle';
import { nearestWays } from './ways';
import { forEver, NOW, offersOf, person, rule, world } from './ways.oracle';

const same = (facts: PersonFacts): PersonFacts => facts;
const MET = 4;

/** The rule in which every approval is there from an instant on, whatever was said of it. */
function granted(node: RuleNode, from: number): RuleNode {
  if (node.op === 'approval') return { op: 'any', of: [node, { op: 'during', from, until: null }] };
  if (!('of' in node)) return node;
  return { ...node, of: Array.isArray(node.of) ? node.of.map((child) => granted(child, from)) : granted(node.of as RuleNode, from) } as RuleNode; // prettier-ignore
}

describe('eligible except approval', () => {
  it('is who is not eligible, and would be were every approval there, read literally at one instant (D6)', () => {
    let found = 0;
    const approved: RuleNode = { op: 'approval', kind: 'NIGHTS', bindToManager: true, ttl: { months: 0, days: 3 } };
    const asked = fc.oneof(
      ruleNode,
      windowNode,
      fc.tuple(ruleNode, windowNode).map(([a, b]): RuleNode => ({ op: 'all', of: [{ op: 'any', of: [a, b] }, approved] })),
    );
    fc.assert(
      fc.property(asked, personFacts, instant, (node, facts, at) => {
        const expected = oracleLevel(node, facts, at) < MET && oracleLevel(granted(node, at), facts, at) === MET;
        expect(isEligibleExceptApproval(forEver(node), facts, at, same)).toBe(expected);
        if (expected) found++;
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it('is who has a way of approvals alone that can be gone at once (D6)', () => {
    let found = 0;
    fc.assert(
      fc.property(rule, person, world, (node, facts, known) => {
        const asked: RuleNode = { op: 'all', of: [node, { op: 'approval', kind: 'day', bindToManager: true }] };
        const { ways, isComplete } = nearestWays(forEver(asked), { facts, at: NOW, zone: 'UTC' }, offersOf(known), 64);
        const isOnly = ways.some(({ steps, at }) => at === NOW && steps.every(({ step }) => step.kind === 'APPROVAL'));
        if (!isOnly && !isComplete) return;
        expect(isEligibleExceptApproval(forEver(asked), facts, NOW, same)).toBe(isOnly);
        if (isOnly) found++;
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it('asks the version in effect, and the rules it refers to by the same facts', () => {
    const nights: RuleNode = { op: 'approval', kind: 'NIGHTS', bindToManager: false };
    const nobody: PersonFacts = { holdings: new Map(), attributes: new Map() };
    const refer = (facts: PersonFacts): PersonFacts => ({ ...facts, levelsOf: () => evaluate(nights, facts) });
    const other = forEver({ op: 'rule', roleCode: 'OTHER' });
    expect(isEligibleExceptApproval(other, refer(nobody), T0, refer)).toBe(true);
    const versions = [
      { ...forEver({ op: 'holds', typeCode: 'A', strict: false })[0]!, until: T0 },
      { ...forEver(nights)[0]!, from: T0, until: T0 + DAY },
    ];
    const at = (instant: number): boolean => isEligibleExceptApproval(versions, nobody, instant, same);
    expect([at(T0 - 1), at(T0), at(T0 + DAY)]).toEqual([false, true, false]);
  });

  it('is so at the instant of a withdrawal too', () => {
    const node: RuleNode = { op: 'approval', kind: 'NIGHTS', bindToManager: false };
    const acts = (['GRANTED', 'WITHDRAWN'] as const).map((act) => ({ act, at: T0, factId: act }));
    const facts: PersonFacts = { holdings: new Map(), attributes: new Map(), approvals: new Map([['NIGHTS', acts]]) };
    expect(isEligibleExceptApproval(forEver(node), facts, T0, same)).toBe(true);
  });
});
