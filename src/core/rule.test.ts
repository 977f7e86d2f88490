import fc from 'fast-check';
import { isRefusal } from './refusal';
import { canonicalJson, dependencies, type Json, type RuleNode } from './rule';
import { fromAst, ruleHash, ruleToAst } from './rule-ast';
import { parseRule, type RuleCatalogue } from './rule-reader';
import { ruleNode, T0 } from './rule-cases.oracle';

const catalogue: RuleCatalogue = { typeCodes: new Set(['A', 'B', 'C']), attributes: new Set(['dept', 'grade']) };
const a = { holds: { typeCode: 'A' } };
const nested = (depth: number): object => (depth === 1 ? a : { not: nested(depth - 1) });

/** The wire form of a rule, with the instants as the GraphQL layer hands them over. */
const input = (node: RuleNode): Json =>
  JSON.parse(JSON.stringify(ruleToAst(node)), (key, value: unknown) =>
    (key === 'from' || key === 'until') && typeof value === 'string' ? Date.parse(value) : value,
  ) as Json;

describe('reading a rule', () => {
  it('reads back every rule it has written, from the wire and from storage', () => {
    fc.assert(
      fc.property(ruleNode, (node) => {
        const read = parseRule(input(node), catalogue);
        if (isRefusal(read)) expect(read.code).toMatch(/^RULE_TOO_(DEEP|LARGE)$/);
        else expect(read).toEqual(node);
        expect(fromAst(JSON.parse(JSON.stringify(ruleToAst(node))))).toEqual(node);
      }),
    );
  });

  it('reads each operator', () => {
    const wire = {
      all: [
        { any: [a, { holds: { typeCode: 'B', strict: true }, any: null, not: undefined }] },
        { atLeast: { n: 1, of: [a] } },
        { not: { attribute: { name: 'dept', equals: 'ER', in: null } } },
        { attribute: { name: 'dept', in: ['ER', 'ICU'] } },
        { attribute: { name: 'grade', atLeast: 3 } },
        { during: { from: T0, until: null } },
      ],
    };
    expect(parseRule(wire, catalogue)).toEqual({
      op: 'all',
      of: [
        {
          op: 'any',
          of: [
            { op: 'holds', typeCode: 'A', strict: false },
            { op: 'holds', typeCode: 'B', strict: true },
          ],
        },
        { op: 'atLeast', n: 1, of: [{ op: 'holds', typeCode: 'A', strict: false }] },
        { op: 'not', of: { op: 'attribute', name: 'dept', equals: 'ER' } },
        { op: 'attribute', name: 'dept', in: ['ER', 'ICU'] },
        { op: 'attribute', name: 'grade', atLeast: 3 },
        { op: 'during', from: T0, until: null },
      ],
    });
  });

  it.each<[string, unknown, string, string]>([
    ['no operator', {}, 'RULE_NODE_AMBIGUOUS', ''],
    ['something that is not a condition', 'A', 'RULE_NODE_AMBIGUOUS', ''],
    ['two operators', { ...a, all: [] }, 'RULE_NODE_AMBIGUOUS', ''],
    ['an operator of another language', { all: [{ sometimes: a }] }, 'RULE_OPERATOR_UNKNOWN', 'all.0.sometimes'],
    ['an inherited property as operator', { constructor: {} }, 'RULE_OPERATOR_UNKNOWN', 'constructor'],
    ['a group that is not a list', { any: a }, 'RULE_MALFORMED', 'any'],
    [
      'an unknown credential type',
      { any: [a, { not: { holds: { typeCode: 'X' } } }] },
      'UNKNOWN_CREDENTIAL_TYPE',
      'any.1.not.holds.typeCode',
    ],
    ['no type code', { holds: {} }, 'RULE_MALFORMED', 'holds'],
    ['an unknown attribute', { attribute: { name: 'shoeSize', equals: 1 } }, 'RULE_ATTRIBUTE_UNKNOWN', 'attribute.name'],
    ['an attribute without a test', { attribute: { name: 'dept' } }, 'RULE_ATTRIBUTE_TEST', 'attribute'],
    ['a test for null', { attribute: { name: 'dept', equals: null } }, 'RULE_ATTRIBUTE_TEST', 'attribute'],
    ['two tests', { attribute: { name: 'grade', equals: 1, atLeast: 1 } }, 'RULE_ATTRIBUTE_TEST', 'attribute'],
    ['an empty choice', { attribute: { name: 'dept', in: [] } }, 'RULE_ATTRIBUTE_TEST', 'attribute.in'],
    ['null among the choices', { attribute: { name: 'dept', in: ['ER', null] } }, 'RULE_ATTRIBUTE_TEST', 'attribute.in'],
    ['a word as the least value', { attribute: { name: 'grade', atLeast: '3' } }, 'RULE_ATTRIBUTE_TEST', 'attribute.atLeast'],
    ['n below 1', { atLeast: { n: 0, of: [a] } }, 'RULE_COUNT_OUT_OF_RANGE', 'atLeast.n'],
    ['n above the number of conditions', { atLeast: { n: 3, of: [a, a] } }, 'RULE_COUNT_OUT_OF_RANGE', 'atLeast.n'],
    ['n of nothing', { atLeast: { n: 1, of: [] } }, 'RULE_COUNT_OUT_OF_RANGE', 'atLeast.n'],
    ['half a condition', { atLeast: { n: 1.5, of: [a, a] } }, 'RULE_COUNT_OUT_OF_RANGE', 'atLeast.n'],
    ['a period that ends when it begins', { during: { from: 5, until: 5 } }, 'RULE_PERIOD_EMPTY', 'during.until'],
    ['a period without bounds', { during: {} }, 'RULE_PERIOD_EMPTY', 'during'],
    ['a bound that is not an instant', { during: { from: 'soon' } }, 'RULE_MALFORMED', 'during'],
    ['thirteen levels', nested(13), 'RULE_TOO_DEEP', Array<string>(12).fill('not').join('.')],
    ['two hundred and one nodes', { all: Array<object>(200).fill(a) }, 'RULE_TOO_LARGE', 'all.199'],
  ])('refuses %s', (_, wire, code, path) => {
    const refused = parseRule(wire, catalogue, ['input', 'rule']);
    expect(refused).toMatchObject({ code, path: ['input', 'rule', ...(path === '' ? [] : path.split('.'))] });
    expect((refused as { message: string }).message).toMatch(/^[A-Z][^.]*[^.]\.$/);
  });

  it('accepts twelve levels, two hundred nodes and an attribute catalogue that is a function', () => {
    expect(isRefusal(parseRule(nested(12), catalogue))).toBe(false);
    expect(isRefusal(parseRule({ all: Array<object>(199).fill(a) }, catalogue))).toBe(false);
    const open: RuleCatalogue = { typeCodes: new Set(), attributes: (name) => name.startsWith('x') };
    expect(isRefusal(parseRule({ attribute: { name: 'x1', equals: 1 } }, open))).toBe(false);
    expect(isRefusal(parseRule({ attribute: { name: 'y1', equals: 1 } }, open))).toBe(true);
  });

  it('throws when what is stored is not a rule', () => {
    expect(() => fromAst({ all: [{ during: { from: 'soon' } }] })).toThrow('all.0.during');
  });
});

describe('the canonical form of a rule', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'ü"' }] })).toBe('{"a":[{"c":"ü\\"","d":null}],"b":1}');
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
      }),
    );
    expect(() => canonicalJson(Infinity)).toThrow();
  });

  it('has a hash that anyone can recompute from the AST', () => {
    // echo -ne 'credential-graph/rule/1\n{"holds":{"strict":false,"typeCode":"A"}}' | sha256sum
    const hash = ruleHash({ op: 'holds', typeCode: 'A', strict: false });
    expect(hash).toBe('44712b94677b7bd8a89d2b3a3848ce76bf8ebf23a6b3d13608b97f52169373bc');
    fc.assert(
      fc.property(ruleNode, ruleNode, (x, y) =>
        expect(ruleHash(x) === ruleHash(y)).toBe(JSON.stringify(ruleToAst(x)) === JSON.stringify(ruleToAst(y))),
      ),
    );
  });

  it('lists what the rule reads', () => {
    const rule = parseRule(
      { any: [{ not: { holds: { typeCode: 'B' } } }, { all: [a, a, { attribute: { name: 'grade', atLeast: 1 } }] }] },
      catalogue,
    ) as RuleNode;
    expect(dependencies(rule)).toMatchObject({ types: ['A', 'B'], attributes: ['grade'] });
  });
});
