import { buildSchema, parse } from 'graphql';
import { checkCost, costBudget } from './cost';

const schema = buildSchema(`
  type Query { people(first: Int, last: Int): PersonConnection! one: Person }
  type PersonConnection { nodes: [Person!]! totalCount: Int! }
  type Person { name: String reports(first: Int): PersonConnection! }
`);
const refusalOf = (text: string, variables: Record<string, unknown> = {}) =>
  checkCost({ schema, document: parse(text), variables })?.extensions.code;

describe('the cost of an operation', () => {
  it('multiplies lists down the tree and refuses what is over the budget', () => {
    expect(refusalOf('{ people(first: 200) { nodes { reports(first: 200) { nodes { name } } } } }')).toBeUndefined();
    expect(
      refusalOf('{ people(first: 200) { nodes { reports(first: 200) { nodes { reports(first: 10) { nodes { name } } } } } } }'),
    ).toBe('QUERY_TOO_EXPENSIVE');
    expect(
      checkCost({
        schema,
        document: parse('{ people(first: 200) { nodes { reports(first: 200) { nodes { reports { totalCount } } } } } }'),
        variables: {},
      })?.message,
    ).toContain(costBudget.toLocaleString('en'));
  });

  it('reckons pages of variables, of the default size, and of fragments', () => {
    const nested =
      'query ($n: Int) { people(first: $n) { nodes { ...two } } } fragment two on Person { reports(first: 200) { nodes { reports { nodes { name } } } } }';
    expect(refusalOf(nested, { n: 1 })).toBeUndefined();
    expect(refusalOf(nested, { n: 200 })).toBe('QUERY_TOO_EXPENSIVE');
    expect(
      refusalOf('{ one { ... on Person { reports { nodes { reports { nodes { reports { nodes { name } } } } } } } } }'),
    ).toBe('QUERY_TOO_EXPENSIVE');
  });
});
