// What is sent to wear a GraphQL server out, or to read its schema: one table, tried over HTTP and WebSocket alike.
import { getIntrospectionQuery } from 'graphql';
import type { Payload } from './ways';

/** What is sent, and the code that refuses it; null: it does no harm and is answered. */
export interface Attack {
  readonly what: string;
  readonly payload: Payload | string;
  readonly code: 'QUERY_TOO_EXPENSIVE' | 'BAD_USER_INPUT' | null;
}

const times = (count: number, one: (i: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, i) => one(i)).join(between);
const person = (selection: string): string => `{ employee(by: { externalId: { value: "x" } }) { ${selection} } }`;
const fragments = (count: number, on: string, body: (i: number) => string): string =>
  times(count, (i) => `fragment F${i} on ${on} { ${body(i)} }`);
const brackets = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const objects = (depth: number): string => `${'{"all":['.repeat(depth)}${']}'.repeat(depth)}`;

const tooExpensive: readonly (readonly [string, string, object?])[] = [
  ['13 levels', person('manager { '.repeat(11) + 'name' + ' }'.repeat(11))],
  ['300 levels', person('manager { '.repeat(300) + 'name' + ' }'.repeat(300))],
  [
    'levels in fragments that double',
    `{ ...F0 } ${fragments(30, 'Query', (i) => (i < 29 ? `roles { nodes { nextRoles { code } } } ...F${i + 1} ...F${i + 1}` : 'roles { nodes { code } }'))}`,
  ],
  ['101 aliases of __typename', `query { ${times(101, (i) => `alias${i}:__typename`, ' \n')} }`],
  [
    '51 aliases in several fragments',
    `{ ...F0 ...F1 ...F2 } ${fragments(3, 'Query', (f) => times(17, (i) => `a${f}x${i}: __typename`))}`,
  ],
  ['51 aliases of what takes long', person(times(51, (i) => `a${i}: eligibilities { nodes { nearestWays { cost } } }`))],
  ['__typename 500 times', `query { ${'__typename \n'.repeat(500)}} `],
  ['__typename 1,990 times', `{ ${'__typename '.repeat(1_990)}}`],
  ['objects to be compared with each other', `{ ${'employees { nodes { id } } '.repeat(280)}}`],
  ['objects to be compared below a field', `{ employees { nodes { ${'manager { name } '.repeat(450)}} } }`],
  ['the same in inline fragments', person('... on Employee { manager { id } } '.repeat(150))],
  ['the same in inline fragments of no type', person('... { manager { id } } '.repeat(180))],
  ['a fragment spread 60 times', `{ ${'...F0 '.repeat(60)}} ${fragments(1, 'Query', () => 'employees { nodes { id } }')}`],
  ['11 directives', `{ ${'employees { nodes { id @include(if: true) } } '.repeat(11)}}`],
  ['11 directives at one place', `query { __typename ${'@skip(if: false) '.repeat(11)}}`],
  ['directives nobody knows', `query { __typename ${'@aa'.repeat(11)} }`],
  [
    'directives of variables and fragments',
    `query (${times(6, (i) => `$v${i}: Int @a`)}) @a { ...F0 @a } fragment F0 on Query @a @a @a { __typename }`,
  ],
  ['2,001 tokens', `{ ${times(1_100, (i) => `f${i}`)}  ${times(1_000, (i) => `g${i}`)} }`],
  ['many operations', times(401, (i) => `query Q${i} { __typename }`)],
  ['a list of lists', `{ employees(filter: { department: ${brackets(1_100)} }) { nodes { id } } }`],
  ['pages in pages', '{employees(first:200){nodes{reports{nodes{reports{nodes{reports{nodes{name}}}}}}}}}'],
  [
    'pages in pages, of variables',
    'query ($n: Int) { employees(first: $n) { nodes { reports(first: $n) { nodes { reports(first: $n) { nodes { id } } } } } } }',
    { n: 200 },
  ],
  [
    'pages in pages, of defaults of variables',
    'query ($n: Int = 200) { employees(first: $n) { nodes { reports(first: $n) { nodes { reports(last: $n) { nodes { id } } } } } } }',
  ],
  [
    'aliases in fragments, four to the eleventh',
    `${person('...F0')} ${fragments(10, 'Employee', (i) => times(4, (n) => `m${n}: manager { ...F${i + 1} }`))} fragment F10 on Employee { name }`,
  ],
  [
    'too much for each event',
    'subscription { changed { employee { reports(first: 200) { nodes { reports(first: 200) { nodes { name } } } } } } }',
  ],
  ['introspection in introspection', `{ __schema { types { ${'fields { type { '.repeat(10)} name ${'} } '.repeat(10)} } } }`],
];

const refused: readonly (readonly [string, string, unknown?])[] = [
  [
    'fragments that contain each other',
    'query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }',
  ],
  ['a fragment that contains itself', '{ ...A } fragment A on Query { ...A }'],
  [
    'a dense circle of fragments',
    `${person('...F0')} ${fragments(40, 'Employee', (i) => times(18, (n) => `...F${(i * 7 + n * 13 + 1) % 40}`))}`,
  ],
  ['ten directives nobody knows', `query { __typename ${'@aa'.repeat(10)} }`],
  ['introspection', getIntrospectionQuery()],
  ['introspection through a fragment', '{ ...A } fragment A on Query { __schema { types { name } } }'],
  ['one type', '{ __type(name: "Employee") { fields { name } } }'],
  ['one type under an alias', '{ __typename t: __type(name: "Query") { kind } }'],
  [
    'a circular introspection',
    'query { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
  ],
  ['a field that suggests others', '{ __schema { directive } }'],
  ['a thousand fields nobody knows', `{ ${times(1_000, (i) => `f${i}`)} }`],
  ['fields that are nearly there', `{ ${times(900, (i) => `employees${i}`)} }`],
  ['a name of a megabyte', `{ ${'x'.repeat(1_000_000)} }`],
  ['100 KB of overlapping fields', `{ ${times(45, (i) => `${'employees'.padEnd(2_200, 'x')}${i} { id }`)} }`],
  ['400 variables', `query (${times(400, (i) => `$v${i}: Int`)}) { __typename }`],
  ['no GraphQL', 'qwerty cop { abc }'],
  ['nothing but a comment', `# ${'x'.repeat(500_000)}`],
  ['a page beyond the limit', '{ employees(first: 201) { nodes { id } } }'],
  ['a page of a billion', '{ employees(first: 1000000000) { nodes { id } } }'],
  ['a page of fewer than none', '{ employees(first: -1) { nodes { id } } }'],
  ['no whole number', '{ employees(first: 99999999999) { nodes { id } } }'],
  ['an operation that is not there', 'query A { __typename } query B { __typename }'],
  [
    'a variable nested 100,000 levels',
    'query ($f: EmployeeFilter) { employees(filter: $f) { nodes { id } } }',
    `{"f":${brackets(100_000)}}`,
  ],
  [
    'a rule nested 50,000 levels',
    'mutation ($i: RuleDraftInput!) { rehearseRule(input: $i) { hash } }',
    `{"i":{"roleCode":"R","rule":${objects(50_000)}}}`,
  ],
  [
    'more than 100,000 values',
    'query ($f: EmployeeFilter) { employees(filter: $f) { nodes { id } } }',
    `{"f":{"department":[${times(100_001, () => '"x"', ',')}]}}`,
  ],
  [
    'a wrong value of a megabyte',
    'query ($n: Int) { employees(first: $n) { nodes { id } } }',
    `{"n":"${'9'.repeat(1_000_000)}"}`,
  ],
  [
    'a thousand wrong values',
    'query ($d: [Int!]) { employees(first: $d) { nodes { id } } }',
    `{"d":[${times(1_000, () => '"x"', ',')}]}`,
  ],
  [
    'wrong values of the right type',
    'query ($f: EmployeeFilter) { employees(filter: $f) { nodes { id } } }',
    `{"f":{"department":[${times(2_000, () => '{}', ',')}]}}`,
  ],
];

const harmless: readonly (readonly [string, string, unknown?])[] = [
  [
    'ten fragments that each ask the same',
    `{ ${times(10, (i) => `...F${i}`)} } ${fragments(10, 'Query', () => 'employees { nodes { id name } }')}`,
  ],
  [
    'a text of 900 KB',
    'query ($d: [String!]) { employees(filter: { department: $d }) { nodes { id } } }',
    `{"d":["${'x'.repeat(900_000)}"]}`,
  ],
  [
    '50,000 departments',
    'query ($d: [String!]) { employees(filter: { department: $d }) { nodes { id } } }',
    `{"d":[${times(50_000, (i) => `"d${i}"`, ',')}]}`,
  ],
  ['variables nobody asked for', '{ __typename }', `{"x":${brackets(100_000)}}`],
  ['names of what every object has', '{ __typename }', '{"__proto__":{"a":1},"constructor":{"prototype":1}}'],
  ['a comment of a megabyte', `{ __typename } # ${'x'.repeat(1_000_000)}`],
  ['a megabyte of commas', `{ __typename ${',\n'.repeat(300_000)} }`],
  ['12 levels', person('manager { '.repeat(10) + 'name' + ' }'.repeat(10))],
  ['50 aliases', `{ ${times(50, (i) => `a${i}: __typename`)} }`],
];

const payloadOf = (query: string, variables?: unknown): Payload | string =>
  typeof variables === 'string' ? `{"query":${JSON.stringify(query)},"variables":${variables}}` : { query, variables };

/** All of them. */
export const ATTACKS: readonly Attack[] = [
  ...tooExpensive.map(([what, query, variables]) => ({
    what,
    payload: payloadOf(query, variables),
    code: 'QUERY_TOO_EXPENSIVE' as const,
  })),
  ...refused.map(([what, query, variables]) => ({ what, payload: payloadOf(query, variables), code: 'BAD_USER_INPUT' as const })),
  ...harmless.map(([what, query, variables]) => ({ what, payload: payloadOf(query, variables), code: null })),
];
