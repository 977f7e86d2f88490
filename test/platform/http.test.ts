import http from 'node:http';

import { getIntrospectionQuery } from 'graphql';

import { post, startTestServer, type TestServer } from '../kit/http';

const nested = (depth: number): string => `{${'self{'.repeat(depth - 1)}hello${'}'.repeat(depth)}`;
const GRAPHQL_JSON = { accept: 'application/graphql-response+json' };

describe('the HTTP side of the server', () => {
  let tested: TestServer;
  const ask: typeof post extends (url: string, ...rest: infer R) => infer P ? (...rest: R) => P : never = (...rest) =>
    post(tested.url, ...rest);

  beforeAll(async () => {
    tested = await startTestServer();
  });

  afterAll(async () => {
    await tested.server.stop();
  });

  it('answers with the extensions of the context, and gives the context back', async () => {
    const { made, released } = tested.contexts;
    const { status, body } = await ask('{ me }', { headers: { authorization: 'Bearer right' } });
    expect({ status, data: body.data }).toEqual({ status: 200, data: { me: 'Bearer right' } });
    expect(body.extensions).toEqual({ position: made + 1 });
    expect(tested.contexts).toEqual({ made: made + 1, released: released + 1 });
  });

  it('adds the extensions to refusals too, once there is a context', async () => {
    const { body } = await ask('{ nonsense }');
    expect(body.extensions).toEqual({ position: expect.any(Number) });
  });

  describe('errors', () => {
    it('hides a bug behind a reference, under which the log has it', async () => {
      const { status, body } = await ask('{ bug hello }');
      const [error] = body.errors ?? [];
      expect(status).toBe(200);
      expect(body.data).toEqual({ bug: null, hello: 'hello you' });
      expect(error).toMatchObject({
        message: `Internal error (reference ${String(error?.extensions.reference)})`,
        path: ['bug'],
      });
      expect(error?.extensions).toEqual({
        code: 'INTERNAL',
        reference: expect.stringMatching(/^[0-9a-f]{12}$/),
        trace: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      const entry = tested.logged.find((line) => line.includes(String(error?.extensions.reference)));
      expect(JSON.parse(entry ?? '{}')).toMatchObject({ level: 'error', err: { type: 'TypeError', message: 'secret detail' } });
    });

    it('hides what graphql-js says of a field that must not be null', async () => {
      const { body } = await ask('{ missing }');
      expect(body.errors?.[0]).toMatchObject({
        message: expect.stringMatching(/^Internal error/),
        extensions: { code: 'INTERNAL' },
      });
    });

    it('passes our own codes', async () => {
      const { body } = await ask('{ forbidden }');
      expect(body.errors?.[0]).toMatchObject({ message: 'Not yours.', path: ['forbidden'], extensions: { code: 'FORBIDDEN' } });
    });

    it('A6: answers UNAVAILABLE when the database goes away', async () => {
      const { body } = await ask('{ down }');
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'UNAVAILABLE' });
      const refused = await ask('{ hello }', { headers: { authorization: 'Bearer nodb' } });
      expect(refused.body.errors?.[0]?.extensions).toEqual({ code: 'UNAVAILABLE' });
    });

    it.each([
      ['a syntax error', '{', {}],
      ['an unknown field', '{ nonsense }', {}],
      ['a variable of the wrong type', 'query ($n: String!) { hello(name: $n) }', { variables: { n: 1 } }],
      ['a missing variable', 'query ($n: String!) { hello(name: $n) }', {}],
      ['an unknown operation', 'query A { hello }', { operationName: 'B' }],
    ])('calls %s BAD_USER_INPUT, with 400 only for the newer media type', async (_what, query, rest) => {
      const newer = await ask(query, { ...rest, headers: GRAPHQL_JSON });
      expect(newer.body.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
      expect(newer.status).toBe(400);
      expect((await ask(query, rest)).status).toBe(200);
    });

    it('answers 401 when the context refuses the caller', async () => {
      const { status, body } = await ask('{ hello }', { headers: { authorization: 'Bearer wrong' } });
      expect(status).toBe(401);
      expect(body.errors).toEqual([{ message: 'Unknown key.', extensions: { code: 'UNAUTHENTICATED' } }]);
    });
  });

  describe('limits', () => {
    const refusal = async (query: string, rest = {}): Promise<unknown> =>
      (await ask(query, rest)).body.errors?.[0]?.extensions.code;

    it('F1: lets 12 levels pass and refuses 13, also through fragments, however often they are used', async () => {
      expect(await refusal(nested(12))).toBeUndefined();
      expect(await refusal(nested(13))).toBe('QUERY_TOO_EXPENSIVE');
      const doubling = Array.from(
        { length: 30 },
        (_, i) => `fragment F${i} on Query { self { ...F${i + 1} ...F${i + 1} } }`,
      ).join(' ');
      const took: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const began = performance.now();
        expect(await refusal(`{ ...F0 } ${doubling} fragment F30 on Query { hello }`)).toBe('QUERY_TOO_EXPENSIVE');
        took.push(performance.now() - began);
      }
      expect(Math.min(...took)).toBeLessThan(50);
    });

    it('lets 50 aliases pass and refuses 51, counting those of __typename', async () => {
      const aliased = (count: number): string => `{ ${Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ')} }`;
      expect(await refusal(aliased(50))).toBeUndefined();
      expect(await refusal(aliased(51))).toBe('QUERY_TOO_EXPENSIVE');
    });

    it('lets 10 directives pass and refuses 11', async () => {
      const directed = (count: number): string =>
        `{ ${Array.from({ length: count }, () => 'hello @include(if: true)').join(' ')} }`;
      expect(await refusal(directed(10))).toBeUndefined();
      expect(await refusal(directed(11))).toBe('QUERY_TOO_EXPENSIVE');
    });

    it('refuses more than 2,000 tokens', async () => {
      const operations = (count: number): string => Array.from({ length: count }, (_, i) => `query Q${i} { hello }`).join(' ');
      expect(await refusal(operations(400), { operationName: 'Q7' })).toBeUndefined();
      expect(await refusal(`${operations(400)} query`, { operationName: 'Q7' })).toBe('QUERY_TOO_EXPENSIVE');
    });

    it('F2: refuses a field repeated so often that comparing all of them would take long', async () => {
      expect(await refusal(`{ ${'hello '.repeat(1990)} }`)).toBe('QUERY_TOO_EXPENSIVE');
    });

    it('refuses a body over 1 MiB with 413', async () => {
      const { status, body } = await ask('{ hello }', { variables: { padding: 'x'.repeat(1024 * 1024) } });
      expect(status).toBe(413);
      expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });

    it('survives fragments that contain themselves', async () => {
      expect(await refusal('{ ...A } fragment A on Query { self { ...A } }')).toBe('BAD_USER_INPUT');
    });

    it('lets the introspection of GraphiQL pass', async () => {
      const { body } = await ask(getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }));
      expect(body.errors).toBeUndefined();
    });
  });

  it('F4: refuses batches, mutations by GET, and simple requests another site could send', async () => {
    const json = { 'content-type': 'application/json' };
    const batch = await fetch(`${tested.url}/graphql`, { method: 'POST', headers: json, body: '[{"query":"{hello}"}]' });
    expect(batch.status).toBe(400);
    const query = encodeURIComponent('mutation { change }');
    const mutation = await fetch(`${tested.url}/graphql?query=${query}`, { headers: { 'apollo-require-preflight': 'true' } });
    expect(mutation.status).toBe(405);
    const simple = await fetch(`${tested.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"query":"{hello}"}',
    });
    expect(simple.status).toBe(400);
    expect((await fetch(`${tested.url}/graphql?query=%7Bhello%7D`)).status).toBe(400);
  });

  it('F5: refuses other character sets and compressed bodies', async () => {
    const send = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${tested.url}/graphql`, { method: 'POST', headers, body: '{"query":"{hello}"}' })).status;
    expect(await send({ 'content-type': 'application/json; charset=utf-16' })).toBe(415);
    expect(await send({ 'content-type': 'application/json', 'content-encoding': 'gzip' })).toBe(415);
    expect(await send({ 'content-type': 'application/json; charset="UTF-8"' })).toBe(200);
  });

  it('F11: tells nothing of the schema when introspection is off', async () => {
    const closed = await startTestServer({
      config: { host: '127.0.0.1', port: 0, production: true, introspection: false },
      graphiql: false,
    });
    try {
      expect((await post(closed.url, '{ __schema { types { name } } }')).body.data).toBeUndefined();
      expect((await post(closed.url, '{ helo }')).body.errors?.[0]?.message).not.toContain('hello');
      const page = await fetch(`${closed.url}/graphql`, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(400);
      expect((await fetch(`${closed.url}/graphiql/page.js`)).status).toBe(404);
    } finally {
      await closed.server.stop();
    }
  });

  it('serves health and metrics', async () => {
    expect((await fetch(`${tested.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${tested.url}/health/ready`)).status).toBe(200);
    const metrics = await fetch(`${tested.url}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await metrics.text()).toMatch(/^graphql_operations_total\{transport="http",kind="query",outcome="ok"\} \d+$/m);
  });

  it('stops: not ready, what is in flight answered, keep-alive connections closed, all in good time', async () => {
    const stopping = await startTestServer({ drainMs: 300 });
    const agent = new http.Agent({ keepAlive: true });
    const get = (path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        http
          .get(`${stopping.url}${path}`, { agent }, (response) =>
            response.resume().on('end', () => resolve(response.statusCode ?? 0)),
          )
          .on('error', reject);
      });
    await get('/health/ready');
    const slow = post(stopping.url, '{ slow }');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    const stopped = stopping.server.stop();
    expect(await get('/health/ready')).toBe(503);
    expect((await slow).body.data).toEqual({ slow: 'at last' });
    await stopped;
    expect(performance.now() - began).toBeLessThan(1500);
    await expect(fetch(`${stopping.url}/health/live`)).rejects.toThrow();
    agent.destroy();
  });

  it('says not ready until it is', async () => {
    const starting = await startTestServer({ isReady: () => false });
    expect((await fetch(`${starting.url}/health/ready`)).status).toBe(503);
    await starting.server.stop();
  });
});
