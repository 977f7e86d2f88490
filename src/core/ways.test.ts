import fc from 'fast-check';
import { evaluate } from './evaluate';
import { withSteps } from './steps';
import { Level, levelAt } from './timeline';
import { nearestWays } from './ways';
import { cheapestByTrying, forEver, NOW, offersOf, person, rule, world } from './ways.oracle';

const question = fc.record({ node: rule, facts: person, known: world });

describe('the nearest ways', () => {
  it('the best is as cheap as the cheapest that trying everything finds (N9)', () => {
    let [proved, asked, tried] = [0, 0, 0];
    fc.assert(
      fc.property(question, ({ node, facts, known }) => {
        const { ways, isProved } = nearestWays(forEver(node), { facts, at: NOW, zone: 'UTC' }, offersOf(known));
        if (levelAt(evaluate(node, facts), NOW) === Level.MET) {
          expect(ways).toEqual([]);
          return;
        }
        asked++;
        if (!isProved) return;
        proved++;
        const cheaper = cheapestByTrying(node, facts, known, ways[0]?.cost ?? Infinity);
        if (cheaper === null) return;
        tried++;
        expect(cheaper).toBe(Infinity);
      }),
      { numRuns: 250 },
    );
    expect(proved).toBeGreaterThan(asked * 0.95);
    expect(tried).toBeGreaterThan(asked * 0.7);
  });

  it('each is tried: after its steps, at its instant, the rule is met', () => {
    fc.assert(
      fc.property(question, ({ node, facts, known }) => {
        const { ways } = nearestWays(forEver(node), { facts, at: NOW, zone: 'UTC' }, offersOf(known));
        for (const way of ways) {
          const after = withSteps(facts, way.steps, (same) => same);
          expect(levelAt(evaluate(node, after), way.at)).toBe(Level.MET);
          expect(way.cost).toBeCloseTo(way.steps.reduce((sum, { cost }) => sum + cost, 0));
          expect(way.at).toBeGreaterThanOrEqual(Math.max(NOW, ...way.steps.map(({ at }) => at)));
        }
      }),
      { numRuns: 250 },
    );
  });
});
