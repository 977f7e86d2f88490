// Spans for a collector of OpenTelemetry: under our own trace ids, and without a word of what was asked.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { readTraceparent } from '../../src/core/trace-context';
import { createLog } from '../../src/platform/log';
import { startTestApp, type TestApp } from '../kit/app';
import { filesUnder, root } from '../kit/files';
import { eventually, ingestDocument, keyOf, nursesNeedCpr, talkTo } from '../kit/seed';
import { startReceiver, type Receiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

interface Told {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
}

const CANARY = 'cAnaRy';
const ID = { http: 'a'.repeat(32), socket: 'b'.repeat(32), bug: 'c'.repeat(32) } as const;
const PARENT = '00f067aa0ba902b7';
const parent = (id: string): Record<string, string> => ({ traceparent: `00-${id}-${PARENT}-01` });

describe('spans', () => {
  let collector: Server;
  let server: TestApp;
  let receiver: Receiver;
  let hook: string;
  const bodies: string[] = [];
  const lines: string[] = [];
  let status = 200;
  const spans = (): Told[] =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((one: any) => one.scopeSpans.flatMap((scope: any) => scope.spans)),
    );
  const spansOf = (traceId: string): Told[] => spans().filter((span) => span.traceId === traceId);
  const told = (span: Told): Record<string, unknown> =>
    Object.fromEntries(span.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

  beforeAll(async () => {
    collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => void parts.push(part));
      request.on('end', () => {
        if (status === 200 && request.url === '/v1/traces') bodies.push(Buffer.concat(parts).toString('utf8'));
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    receiver = await startReceiver(() => 200);
    const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
    server = await startTestApp({
      env: { ...LOCAL, OTEL_EXPORTER_OTLP_ENDPOINT },
      log: createLog('warn', { write: (line: string) => void lines.push(line) }),
      reactions: [
        async (write) => {
          if (write.source === 'broken') throw new TypeError(`a bug about ${CANARY}`);
        },
      ],
    });
    await nursesNeedCpr(talkTo(server));
    hook = (await talkAboutWebhooks(server).register(`${receiver.url}?token=${CANARY}`)).id;
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
    collector.closeAllConnections();
    collector.close();
  });

  const person = { externalId: `${CANARY}-id`, email: `${CANARY}@example.org`, attributes: { ssn: CANARY } };
  const post = (query: string, variables: object, headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/graphql?key=${CANARY}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-key', cookie: CANARY, ...headers },
      body: JSON.stringify({ query, variables }),
    });

  it('of a request over HTTP are below the caller’s, with the statements below them', async () => {
    const upserted = await post(
      ingestDocument('upsertEmployees'),
      { input: { source: 'hris', employees: [person] } },
      parent(ID.http),
    );
    const seen = await eventually(
      async () => spansOf(ID.http),
      (found) => found.some(({ name }) => name === 'POST /graphql'),
      20_000,
    );
    const top = seen.find(({ name }) => name === 'POST /graphql')!;
    expect(top.parentSpanId).toBe(PARENT);
    expect(readTraceparent(upserted.headers.get('traceresponse'))).toEqual({ traceId: ID.http, spanId: top.spanId });
    expect(told(top)).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'graphql.operation.type': 'mutation',
      'graphql.outcome': 'ok',
    });
    const below = seen.filter(({ parentSpanId }) => parentSpanId === top.spanId);
    expect(below.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SQL holdCatalogue', 'SQL ensureKeys', 'SQL appendEntries']),
    );
  });

  it('of a socket’s operations and of attempts to deliver are under the same traces', async () => {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer test-key' },
    });
    const query = 'query Named($by: EmployeeKey!) { employee(by: $by) { name email } }';
    await new Promise<unknown>((resolve, reject) => {
      const payload = { query, variables: { by: keyOf(person.externalId) }, extensions: parent(ID.socket) };
      client.subscribe(payload, { next: resolve, error: reject, complete: () => undefined });
    });
    await client.dispose();
    const [operation] = await eventually(
      async () => spansOf(ID.socket).filter(({ name }) => name === 'WS query'),
      (found) => found.length > 0,
      20_000,
    );
    expect([operation!.parentSpanId, told(operation!)]).toEqual([
      PARENT,
      { 'graphql.operation.type': 'query', 'graphql.operation.name': 'Named', 'graphql.outcome': 'ok' },
    ]);
    const attempts = await eventually(
      async () => spansOf(ID.http).filter(({ name }) => name === 'webhook attempt'),
      (found) => found.length > 0,
      20_000,
    );
    expect(told(attempts[0]!)).toEqual({ 'webhook.id': hook, 'webhook.outcome': 'DELIVERED' });
    const kept = await server.execute<{ span: string }>('SELECT span_id AS span FROM webhook_attempt');
    expect(kept.map(({ span }) => span)).toContain(attempts[0]!.spanId);
  });

  it('say what sort of failure there was, and nothing of what was sent', async () => {
    const input = { source: 'broken', employees: [person] };
    await post(
      `mutation { upsertEmployees(input: { source: "broken", employees: [{ externalId: "${CANARY}" }] }) { cursor } }`,
      {},
      parent(ID.bug),
    );
    await post(ingestDocument('upsertEmployees'), { input }, {});
    await post(`{ "${CANARY}" }`, {}, {});
    await fetch(`${server.url}/${CANARY}?key=${CANARY}`);
    const [bug] = await eventually(
      async () => spansOf(ID.bug).filter(({ name }) => name === 'POST /graphql'),
      (found) => found.length > 0,
      20_000,
    );
    expect(told(bug!)).toMatchObject({ 'graphql.outcome': 'errors', 'graphql.operation.type': 'mutation' });
    await eventually(
      async () => spans().filter(({ name }) => name === 'GET none'),
      (found) => found.length > 0,
      20_000,
    );
    expect(bodies.filter((body) => body.includes(CANARY))).toEqual([]);
    expect(spans().length).toBeGreaterThan(30);
  });

  it('that a collector does not take keep nobody waiting, and are missed once in the log', async () => {
    status = 400;
    const missed = (): string[] => lines.filter((line) => line.includes('the collector of traces takes nothing'));
    expect((await post('{ __typename }', {}, {})).status).toBe(200);
    await eventually(
      async () => missed().length,
      (count) => count > 0,
      20_000,
    );
    expect((await post('{ __typename }', {}, {})).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(missed().length).toBe(1);
  });

  it('cost nothing where no collector is named: nothing of it is loaded', () => {
    const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
    const naming = filesUnder('src').filter((file) => read(file).includes('@opentelemetry/'));
    expect(naming).toEqual(['src/platform/otlp.ts']);
    // types are gone once compiled; what is left is loaded by a function
    const text = read(naming[0]!);
    expect(text.match(/^import (?!type)[^\n]*@opentelemetry/gm)).toBeNull();
    expect(text.match(/await|import\('@opentelemetry/g)!.length).toBeGreaterThan(4);
  });
});
