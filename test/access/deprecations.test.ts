// What is deprecated says so wherever it is used, and by whom it is used is known before it goes (J6).
import { createClient, type Client } from 'graphql-ws';
import { isEnumType, isInputObjectType, isObjectType, parse, type GraphQLSchema } from 'graphql';
import WebSocket from 'ws';
import { Deprecations } from '../../src/platform/graphql/deprecations';
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { eventually, keyOf, talkTo } from '../kit/seed';

const reason = 'Use another. Deprecated on 2026-03-01, answers until 2026-12-31.';
const LATER = 'Use `filter`. Deprecated on 2026-04-01, answers until 2026-11-30.';

let served: GraphQLSchema;

/** One of each sort is deprecated: a field, an argument, a field of an input, a value of an enum, and a subscription. */
function deprecate(schema: GraphQLSchema): GraphQLSchema {
  const fieldsOf = (name: string): Record<string, { deprecationReason?: string | null }> => {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInputObjectType(type)) throw new Error(name);
    return type.getFields();
  };
  fieldsOf('Employee')['costCenter']!.deprecationReason = reason;
  fieldsOf('EmployeeFilter')['costCenter']!.deprecationReason = reason;
  fieldsOf('ChangeFilter')['department']!.deprecationReason = reason;
  fieldsOf('Subscription')['credentialChanged']!.deprecationReason = reason;
  schema
    .getQueryType()!
    .getFields()
    ['employees']!.args.find(({ name }) => name === 'orderBy')!.deprecationReason = LATER;
  const order = schema.getType('EmployeeOrder');
  if (isEnumType(order)) order.getValue('HIRED_ON')!.deprecationReason = reason;
  return (served = schema);
}

const PEOPLE = '{ employees(filter: { costCenter: ["1"] }, orderBy: HIRED_ON) { nodes { costCenter } } }';
const BY_VARIABLES =
  'query ($filter: EmployeeFilter, $by: EmployeeOrder) { employees(filter: $filter, orderBy: $by) { totalCount } }';
const USES =
  '{ deprecations { element until uses lastUsedAt clients(first: 1) { totalCount nodes { client uses lastUsedAt } pageInfo { hasNextPage } } } }';

describe('what is deprecated', () => {
  let server: TestApp;
  let secret: string;
  const clients: Client[] = [];
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z', schema: deprecate });
    const made = await server.query('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }', {
      input: { name: 'payroll', scopes: ['graph:read'] },
    });
    secret = made.createApiKey.secret;
    await talkTo(server).upsert([{ externalId: 'P', department: 'ER', costCenter: '1' }]);
  });
  afterAll(async () => {
    for (const client of clients) await client.dispose();
    await server.stop();
  });

  const post = async (query: string, variables: object = {}, key = KEY) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    return { headers: response.headers, body: (await response.json()) as any };
  };
  const namesIn = (body: any): string[] => (body.extensions.deprecations ?? []).map(({ element }: any) => element).sort();
  const socket = (key: string): Client => {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: 0,
    });
    clients.push(client);
    return client;
  };

  it('is told of in the answer and in its headers, wherever in the operation it is', async () => {
    const { headers, body } = await post(PEOPLE);
    expect(body.errors).toBeUndefined();
    expect(namesIn(body)).toEqual([
      'Employee.costCenter',
      'EmployeeFilter.costCenter',
      'EmployeeOrder.HIRED_ON',
      'Query.employees(orderBy:)',
    ]);
    expect(body.extensions.deprecations[0]).toMatchObject({
      reason: expect.stringContaining('until 2026'),
      since: expect.any(String),
    });
    // RFC 9745 and RFC 8594: since the first of them, until the first of them ends
    expect(headers.get('deprecation')).toBe(`@${Date.UTC(2026, 2, 1) / 1000}`);
    expect(headers.get('sunset')).toBe('Tue, 01 Dec 2026 00:00:00 GMT');

    const byVariables = await post(BY_VARIABLES, { filter: { costCenter: ['1'] }, by: 'HIRED_ON' });
    expect(namesIn(byVariables.body)).toEqual([
      'EmployeeFilter.costCenter',
      'EmployeeOrder.HIRED_ON',
      'Query.employees(orderBy:)',
    ]);
    // the same document with other variables uses less
    const less = await post(BY_VARIABLES, { filter: { department: ['ER'] }, by: 'NAME' });
    expect(namesIn(less.body)).toEqual(['Query.employees(orderBy:)']);
    const nothing = await post('{ employees { totalCount } }');
    expect([nothing.body.extensions.deprecations, nothing.headers.get('deprecation'), nothing.headers.get('sunset')]).toEqual([
      undefined,
      null,
      null,
    ]);
  });

  it('is told of on sockets, with a query as with every event of a subscription', async () => {
    const told: string[][] = [];
    const next = (result: any): void => void told.push(namesIn(result));
    const sink = { next, error: () => undefined, complete: () => undefined };
    socket(secret).subscribe(
      { query: 'query ($by: EmployeeKey!) { employee(by: $by) { costCenter } }', variables: { by: keyOf('P') } },
      sink,
    );
    await eventually(
      async () => told,
      (seen) => seen.length === 1,
    );
    expect(told).toEqual([['Employee.costCenter']]);
    const feed = 'subscription ($filter: ChangeFilter) { changed(filter: $filter) { position } }';
    const [plain, filtered]: string[][][] = [[], []];
    // answers to one event are shared among those who ask alike: these two do not
    for (const [seen, filter] of [
      [plain, {}],
      [filtered, { department: ['ER', 'ICU'] }],
    ] as const)
      socket(secret).subscribe(
        { query: feed, variables: { filter } },
        { ...sink, next: (result: any) => void seen!.push(namesIn(result)) },
      );
    await eventually(
      async () => (await (await fetch(`${server.url}/metrics`)).text()).includes('graphql_subscriptions 2'),
      Boolean,
    );
    await talkTo(server).upsert([{ externalId: 'P', department: 'ICU' }]);
    await eventually(
      async () => [plain!.length, filtered!.length],
      ([a, b]) => a! > 0 && b! > 0,
    );
    expect([plain![0], filtered![0]]).toEqual([[], ['ChangeFilter.department']]);
  });

  it('is counted per client, and in the metrics without them', async () => {
    await post('{ employees { nodes { costCenter } } }', {}, secret);
    const seen = await eventually(
      async () => (await server.query(USES)).deprecations as any[],
      (found) => found.find(({ element }) => element === 'Employee.costCenter').uses === 3,
      20_000,
    );
    expect(seen.map(({ element, uses }) => [element, uses])).toEqual([
      ['ChangeFilter.department', 1],
      ['Employee.costCenter', 3],
      ['EmployeeFilter.costCenter', 2],
      ['EmployeeOrder.HIRED_ON', 2],
      ['Query.employees(orderBy:)', 3],
      ['Subscription.credentialChanged', 0],
    ]);
    const at = '2026-06-01T12:00:00.000Z';
    expect(seen[1]).toEqual({
      ...{ element: 'Employee.costCenter', until: '2026-12-31', uses: 3, lastUsedAt: at },
      clients: { totalCount: 2, nodes: [{ client: 'key:admin', uses: 1, lastUsedAt: at }], pageInfo: { hasNextPage: true } },
    });
    expect(seen[5]).toMatchObject({ lastUsedAt: null, clients: { totalCount: 0, nodes: [] } });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics.split('\n').filter((line) => line.startsWith('deprecated_uses_total{element="Employee.costCenter"'))).toEqual([
      'deprecated_uses_total{element="Employee.costCenter"} 3',
    ]);
    expect(metrics).not.toContain('payroll');
    expect((await post(USES, {}, secret)).body.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('adds up over restarts and nodes', async () => {
    const other = await startTestApp({ at: '2026-06-02T12:00:00Z', schema: deprecate, databaseUrl: server.databaseUrl });
    await other.query('{ employees { nodes { costCenter } } }');
    await other.stop();
    const [row] = await server.execute(
      `SELECT count, first_used_at, last_used_at FROM deprecated_use WHERE element = 'Employee.costCenter' AND client = 'key:admin'`,
    );
    expect(row).toEqual({ count: 2, first_used_at: Date.UTC(2026, 5, 1, 12), last_used_at: Date.UTC(2026, 5, 2, 12) });
  });

  it('is looked for once in a document, and only in the operation that is asked for', () => {
    const deprecations = new Deprecations(served);
    const document = parse(
      'query A { employees { nodes { ...F } } } query B { employees { totalCount } } fragment F on Employee { costCenter }',
    );
    const used = (operationName: string) => deprecations.usedBy({ document, operationName, variables: {} });
    expect([used('A').map(({ element }) => element), used('B')]).toEqual([['Employee.costCenter'], []]);
    expect(used('A')).toBe(used('A'));
  });
});
