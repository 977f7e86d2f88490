import { buildSchema, GraphQLError, parse } from 'graphql';
import { appraise, costBudget, eventBudget } from './cost';

const schema = buildSchema(`
  type Query { people(first: Int, last: Int): PersonConnection! one: Person some(ids: [ID!]!): [Person]! }
  type PersonConnection { edges: [PersonEdge!]! nodes: [Person!]! totalCount: Int! }
  type PersonEdge { node: Person! }
  type Person { name: String boss: Person pets: [Pet!]! reports(first: Int): PersonConnection! }
  type Pet { name: String }
  type Mutation { send(input: Sent!): Int }
  input Sent { source: String things: [Thing!]! tags: [String!] }
  input Thing { name: String }
  type Subscription { news: Person }
`);
const priceOf = (text: string, variables: Record<string, unknown> = {}) => appraise({ schema, document: parse(text), variables });
const isRefused = (text: string, variables: Record<string, unknown> = {}): boolean => {
  const price = priceOf(text, variables);
  if (price instanceof GraphQLError) expect(price.extensions.code).toBe('QUERY_TOO_EXPENSIVE');
  return price instanceof GraphQLError;
};

describe('the cost of an operation', () => {
  it('is one for each object, as often as the lists above it could hold it', () => {
    expect(priceOf('{ __typename }')).toBe(0);
    expect(priceOf('{ one { name boss { name boss { name } } } }')).toBe(3);
    expect(priceOf('{ people(first: 3) { totalCount nodes { name boss { name } } } }')).toBe(6);
    expect(priceOf('{ people(first: 3) { edges { node { boss { name } } } } }')).toBe(6);
    expect(priceOf('{ people(first: 3) { nodes { reports(first: 4) { nodes { name } } } } }')).toBe(15);
    expect(priceOf('{ one { pets { name } } }')).toBe(6);
    expect(priceOf('{ some(ids: ["a", "b"]) { name } }')).toBe(2);
    expect(priceOf('query ($ids: [ID!]!) { some(ids: $ids) { name } }', { ids: ['a', 'b', 'c'] })).toBe(3);
  });

  it('knows pages from variables, from their defaults, and without any', () => {
    const page = 'query ($n: Int) { people(first: $n) { nodes { name } } }';
    expect(priceOf(page, { n: 7 })).toBe(7);
    expect(priceOf(page, { n: null })).toBe(50);
    expect(priceOf(page)).toBe(50);
    expect(priceOf('query ($n: Int = 9) { people(last: $n) { nodes { name } } }')).toBe(9);
    expect(priceOf(page, { n: 1_000_000 })).toBe(200);
    expect(priceOf(page, { n: -5 })).toBe(0);
  });

  it('refuses what is over the budget, before anything is read', () => {
    expect(
      isRefused('{ people(first: 200) { nodes { reports(first: 200) { nodes { reports(first: 5) { nodes { name } } } } } } }'),
    ).toBe(false);
    const deep = '{ people(first: 200) { nodes { reports(first: 200) { nodes { reports(first: 20) { nodes { name } } } } } } }';
    expect(isRefused(deep)).toBe(true);
    expect(priceOf(deep)).toMatchObject({ message: expect.stringContaining(costBudget.toLocaleString('en')) });
    // 77 bytes
    expect(isRefused('{people(first:200){nodes{reports{nodes{reports{nodes{reports{nodes{name}}}}}}}}}')).toBe(true);
  });

  it('grows with fragments, however few their words are', () => {
    const levels = Array.from(
      { length: 11 },
      (_, i) =>
        `fragment F${i} on Person { a: boss { ...F${i + 1} } b: boss { ...F${i + 1} } c: boss { ...F${i + 1} } d: boss { ...F${i + 1} } }`,
    );
    expect(isRefused(`{ one { ...F0 } } ${levels.join(' ')} fragment F11 on Person { name }`)).toBe(true);
    const nested =
      'query ($n: Int) { people(first: $n) { nodes { ...two } } } fragment two on Person { reports(first: 200) { nodes { reports { nodes { name } } } } }';
    expect(isRefused(nested, { n: 1 })).toBe(false);
    expect(isRefused(nested, { n: 200 })).toBe(true);
  });

  it('allows the events of a subscription less', () => {
    expect(eventBudget).toBeLessThan(costBudget);
    expect(priceOf('subscription { news { reports(first: 200) { nodes { name } } } }')).toBe(201);
    expect(isRefused('subscription { news { reports(first: 200) { nodes { reports { nodes { name } } } } } }')).toBe(true);
  });

  it('counts what a mutation brings, from variables and literals', () => {
    const document = 'mutation ($input: Sent!) { send(input: $input) }';
    expect(priceOf(document, { input: { things: [{}, {}, {}], tags: ['x'] } })).toBe(40);
    expect(priceOf('mutation { send(input: { things: [{}, {}] }) }')).toBe(20);
    expect(priceOf('mutation { ...m } fragment m on Mutation { a: send(input: { things: [{}] }) }')).toBe(10);
  });

  it('believes a field that says what it costs', () => {
    const field = schema.getQueryType()!.getFields()['one']!;
    field.extensions = { complexity: 500 };
    expect(priceOf('{ one { name } }')).toBe(501);
    field.extensions = {};
  });
});
