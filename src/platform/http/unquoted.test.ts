import { buildSchema, getVariableValues, parse, validate, type GraphQLError, type OperationDefinitionNode } from 'graphql';
import { unquoted } from './unquoted';

const schema = buildSchema(`
  enum Status { ACTIVE }
  input Person { id: ID age: Int! of: Status is: Boolean name: String at: Float key: Key }
  input Key @oneOf { a: String b: String }
  type Query { people(of: [Person!], status: Status, age: Int, name: String): Int }
`);
const CANARY = 'cAn; at "x"; aRy';

/** Every message that graphql-js has for one thing that is wrong. */
function messagesOf(text: string, variables?: Record<string, unknown>): string[] {
  try {
    const document = parse(text);
    const invalid = validate(schema, document);
    if (invalid.length > 0) return invalid.map(({ message }) => message);
    const [operation] = document.definitions as [OperationDefinitionNode];
    return (getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}).errors ?? []).map(
      ({ message }) => message,
    );
  } catch (error) {
    return [(error as GraphQLError).message];
  }
}

const OF = 'query ($of: [Person!]) { people(of: $of) }';
const person = (field: object): Record<string, unknown> => ({ of: [{ age: 1, ...field }] });

describe('what graphql-js says of a value', () => {
  it.each([
    [OF, { of: CANARY }],
    [OF, person({ age: CANARY })],
    [OF, person({ age: 1e12 })],
    [OF, person({ id: [CANARY] })],
    [OF, person({ of: CANARY })],
    [OF, person({ is: CANARY })],
    [OF, person({ name: [CANARY] })],
    [OF, person({ at: CANARY })],
    [OF, person({ strange: CANARY })],
    [OF, person({ key: { a: CANARY, b: CANARY } })],
    ['query ($s: Status) { people(status: $s) }', { s: CANARY }],
    [`{ people(age: ${JSON.stringify(CANARY)}) }`, {}],
    [`{ people(of: ${JSON.stringify(CANARY)}) }`, {}],
    [`{ people(status: ${JSON.stringify(CANARY)}) }`, {}],
    [`{ people(of: [{ age: 1, name: [${JSON.stringify(CANARY)}] }]) }`, {}],
    [`{ ${JSON.stringify(CANARY)} }`, {}],
    [`{ people(name: $x ${JSON.stringify(CANARY)}) }`, {}],
    [`""" ${CANARY} """ { people }`, {}],
  ])('is said without it: %s %j', (text, variables) => {
    const quoting = messagesOf(text, variables);
    expect(quoting.length).toBeGreaterThan(0);
    for (const message of quoting.map(unquoted)) {
      expect(message).not.toMatch(/cAn|aRy|1e\+?12|1000000000000/);
      expect(message.length).toBeGreaterThan(20);
    }
  });

  it('takes no longer for a value that is long', () => {
    const began = performance.now();
    for (const part of ['cannot represent ', '; at "', 'Value "'])
      unquoted(`Variable "$of" got invalid value "${part.repeat(60_000)}"; No.`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('says where it is, and what would fit', () => {
    const [message] = messagesOf(OF, person({ age: CANARY })).map(unquoted);
    expect(message).toBe('Variable "$of" got a value that does not fit at "of[0].age": Int cannot represent non-integer value.');
  });
});
