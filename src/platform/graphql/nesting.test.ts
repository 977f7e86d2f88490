import { buildSchema, parse } from 'graphql';
import { checkNesting, nestingLimit } from './nesting';

const schema = buildSchema(`
  scalar JSON
  input Rule { not: Rule all: [Rule!] free: JSON }
  type Query { ask(rule: Rule!): Int }
`);
const document = parse('query ($rule: Rule!) { ask(rule: $rule) }');
const ask = (rule: unknown) => checkNesting({ schema, document, variables: { rule } });
const nested = (levels: number, make: (below: object) => object): object => {
  let rule: object = {};
  for (let i = 0; i < levels; i++) rule = make(rule);
  return rule;
};

describe('the nesting of variables', () => {
  it.each([3_000, 100_000])('is refused before anything follows it %i levels down (F2)', (levels) => {
    for (const make of [(below: object) => ({ not: below }), (below: object) => ({ all: [below] })])
      expect(ask(nested(levels, make))).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('is free up to the limit, and inside scalars', () => {
    expect(ask(nested(nestingLimit - 1, (not) => ({ not })))).toBeNull();
    expect(ask({ free: nested(10_000, (below) => ({ not: below })) })).toBeNull();
    expect(ask({ unknown: nested(10_000, (below) => ({ not: below })) })).toBeNull();
  });
});
