// One trace id from a raw payload to every acknowledgement (H5), and what followed from one event (H9).
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { readTraceparent } from '../../src/core/trace-context';
import { createLog } from '../../src/platform/log';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, ingestDocument, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { startReceiver, type Receiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

const ID = { payload: 'a'.repeat(32), release: 'b'.repeat(32), bug: 'c'.repeat(32), socket: 'd'.repeat(32) } as const;
const parent = (id: string): Record<string, string> => ({ traceparent: `00-${id}-00f067aa0ba902b7-01` });
const ITEM = 'operation item traceId releaseTraceId';
const DELIVERY =
  'id type state nextAttemptAt traceId acknowledgedAt attempts { nodes { outcome traceId spanId } } webhook { id }';
const ENTRY = 'position kind traceId releasedTraceIds acknowledgements { type webhook { id } }';

describe('a trace', () => {
  let server: TestApp;
  let api: Talk;
  let good: Receiver;
  let bad: Receiver;
  let goodId: string;
  let badId: string;
  const lines: string[] = [];
  const logged = (text: string) => lines.filter((line) => line.includes(text)).map((line) => JSON.parse(line));

  beforeAll(async () => {
    const log = createLog('debug', { write: (line: string) => void lines.push(line) });
    server = await startTestApp({
      at: '2026-06-01T12:00:00Z',
      env: LOCAL,
      log,
      reactions: [
        async (write) => {
          if (write.source === 'broken') throw new TypeError('a bug');
        },
      ],
    });
    api = talkTo(server);
    await nursesNeedCpr(api);
    let failures = 0;
    good = await startReceiver(() => (failures++ === 0 ? 500 : 200));
    bad = await startReceiver(() => 500);
    const hooks = talkAboutWebhooks(server);
    goodId = (await hooks.register(good.url, { kinds: ['credential.issued', 'TRANSITION'] })).id;
    badId = (await hooks.register(bad.url, { kinds: ['credential.issued'] })).id;
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([good.stop(), bad.stop()]);
  });

  const post = async (operation: string, input: object, headers = {}): Promise<{ headers: Headers; answer: any }> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-key', ...headers },
      body: JSON.stringify({ query: ingestDocument(operation), variables: { input } }),
    });
    return { headers: response.headers, answer: await response.json() };
  };
  const completion = { employeeExternalId: 'P', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' };

  it('is the caller’s, or a new one, and named in the answer', async () => {
    const own = await post('recordCompletions', { source: 'lms', completions: [completion] }, parent(ID.payload));
    expect(readTraceparent(own.headers.get('traceresponse'))).toMatchObject({ traceId: ID.payload });
    expect(own.answer.data.recordCompletions.results[0].outcome).toBe('QUARANTINED');
    const answers = await Promise.all(
      [1, 2].map(() => post('upsertEmployees', { source: 'hris', employees: [] }, { traceparent: 'x\ty' })),
    );
    const made = answers.map(({ headers }) => readTraceparent(headers.get('traceresponse'))!.traceId);
    expect(new Set(made).size).toBe(2);
    expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(made);
    // a caller that knows no traces says its own request id, if that can be one
    const sent = { source: 'hris', employees: [] };
    const uuid = '0af76519-16cd-43dd-8448-eb211c80319c';
    const [named, strange, both] = await Promise.all([
      post('upsertEmployees', sent, { 'x-request-id': uuid.toUpperCase() }),
      post('upsertEmployees', sent, { 'x-request-id': 'order 66' }),
      post('upsertEmployees', sent, { 'x-request-id': uuid, ...parent(ID.release) }),
    ]);
    expect(named.headers.get('x-request-id')).toBe(uuid.replaceAll('-', ''));
    expect(strange.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(both.headers.get('x-request-id')).toBe(ID.release);
  });

  it('leads from a payload in quarantine to what released it, its change, each attempt, the dead letter and the acknowledgement', async () => {
    const { quarantine } = await api.ask(`quarantine { nodes { ${ITEM} } }`);
    expect(quarantine.nodes).toMatchObject([{ traceId: ID.payload, releaseTraceId: null }]);
    await post('upsertEmployees', { source: 'hris', employees: [{ externalId: 'P' }] }, parent(ID.release));
    const { trace: brought } = await api.ask(
      `trace(id: "${ID.payload}") { quarantined { totalCount nodes { ${ITEM} } } entries { totalCount } }`,
    );
    expect(brought).toMatchObject({
      quarantined: { totalCount: 1, nodes: [{ releaseTraceId: ID.release }] },
      entries: { totalCount: 0 },
    });

    const dead = async () =>
      (await api.ask(`trace(id: "${ID.release}") { deliveries(first: 100) { totalCount nodes { ${DELIVERY} } } }`)).trace
        .deliveries;
    // each attempt is due when it is made, however slow the machine: five days of failures would disable the receiver
    await eventually(
      async () => {
        const { nodes } = await dead();
        const due = nodes.flatMap(({ nextAttemptAt }: any) => (nextAttemptAt === null ? [] : Date.parse(nextAttemptAt)));
        server.clock.set(Math.max(server.clock.now() + 31_000, ...(due.length > 0 ? [Math.min(...due)] : [])));
        return nodes;
      },
      (nodes) => nodes.length === 3 && nodes.every(({ state }: any) => state !== 'PENDING'),
      30_000,
    );
    const { nodes, totalCount } = await dead();
    expect(totalCount).toBe(3);
    expect(nodes.map(({ type, state, webhook }: any) => [type, state, webhook.id]).sort()).toEqual(
      [
        ['credential.issued', 'DELIVERED', goodId],
        ['credential.issued', 'DEAD', badId],
        ['eligibility.transition', 'DELIVERED', goodId],
      ].sort(),
    );
    for (const { traceId, attempts } of nodes) {
      expect(traceId).toBe(ID.release);
      const spans = attempts.nodes.map((attempt: any) => attempt.spanId);
      expect([new Set(spans).size, attempts.nodes.every((attempt: any) => attempt.traceId === ID.release)]).toEqual([
        spans.length,
        true,
      ]);
    }
    const sent = [...good.received, ...bad.received].map(({ headers }) => readTraceparent(headers['traceparent'])!);
    expect(new Set(sent.map(({ traceId }) => traceId))).toEqual(new Set([ID.release]));
    expect(sent.map(({ spanId }) => spanId).sort()).toEqual(
      nodes.flatMap(({ attempts }: any) => attempts.nodes.map((one: any) => one.spanId)).sort(),
    );

    const { trace } = await api.ask(
      `trace(id: "${ID.release}") { id entries(first: 100) { totalCount nodes { ${ENTRY} } } quarantined { nodes { ${ITEM} } } }`,
    );
    expect(trace.entries.totalCount).toBe(4);
    expect(trace.entries.nodes.map(({ kind }: any) => kind)).toEqual([
      'employee.changed',
      'completion.recorded',
      'credential.issued',
      'eligibility.changed',
    ]);
    for (const entry of trace.entries.nodes) expect(entry).toMatchObject({ traceId: ID.release, releasedTraceIds: [ID.payload] });
    expect(trace.entries.nodes[2].acknowledgements).toEqual([{ type: 'credential.issued', webhook: { id: goodId } }]);
    expect(trace.quarantined.nodes).toMatchObject([{ traceId: ID.payload, releaseTraceId: ID.release }]);
    const { found } = await api.changes('traceId releasedTraceIds');
    expect(found.filter(({ traceId }) => traceId === ID.release)).toHaveLength(4);
    expect(found.every(({ traceId }) => /^[0-9a-f]{32}$/.test(traceId))).toBe(true);
  });

  it('joins a masked error with its line in the log, over HTTP and on a socket', async () => {
    const input = { source: 'broken', employees: [{ externalId: 'X' }] };
    const { errors } = (await post('upsertEmployees', input, parent(ID.bug))).answer;
    expect(errors[0].extensions.trace).toBe(ID.bug);
    expect(logged(errors[0].extensions.reference)).toMatchObject([{ level: 'error', trace: ID.bug, msg: 'internal error' }]);
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer test-key', ...parent(ID.payload) },
    });
    const run = (value: object, extensions?: Record<string, unknown>) =>
      new Promise<any>((resolve, reject) => {
        client.subscribe(
          { query: ingestDocument('upsertEmployees'), variables: { input: value }, extensions },
          { next: resolve, error: reject, complete: () => undefined },
        );
      });
    const answer = await run(input, parent(ID.socket));
    expect(answer.errors[0].extensions.trace).toBe(ID.socket);
    expect(logged(answer.errors[0].extensions.reference)).toMatchObject([{ trace: ID.socket }]);
    await run({ source: 'hris', employees: [{ externalId: 'S' }] }, parent(ID.socket));
    await run({ source: 'hris', employees: [{ externalId: 'T' }] });
    const entries = async (id: string) =>
      (await api.ask(`trace(id: "${id}") { entries { nodes { kind } } }`)).trace.entries.nodes;
    expect([await entries(ID.socket), await entries(ID.payload)]).toEqual([
      [{ kind: 'employee.changed' }],
      [{ kind: 'employee.changed' }],
    ]);
    await client.dispose();
  });

  it('of nothing known is empty, and what is no trace id is refused', async () => {
    const { trace } = await api.ask(
      `trace(id: "${'e'.repeat(32)}") { entries { totalCount } quarantined { totalCount } deliveries { totalCount } }`,
    );
    expect(trace).toEqual({ entries: { totalCount: 0 }, quarantined: { totalCount: 0 }, deliveries: { totalCount: 0 } });
    expect((await server.send('{ trace(id: "ABC") { id } }')).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('shows what one credential event led to: verdicts, outcomes, deliveries and acknowledgements (H9)', async () => {
    await api.upsert([{ externalId: 'MANAGER' }]);
    const rules = [
      { code: 'TELL', title: 'Tell', kind: 'HRBP_TASK', when: ['NOT_ELIGIBLE'], owner: { employeeExternalId: 'MANAGER' } },
    ];
    await server.query('mutation ($input: DefineOutcomesInput!) { defineOutcomes(input: $input) { cursor } }', {
      input: { outcomes: rules },
    });
    await api.revoke(['P', 'CPR'], 'found to be forged');
    const [credential] = await api.credentials('P', 'CPR', 'id');
    const TREE = 'kind effects { kind deliveries { state webhook { id } } effects { kind body effects { kind } } }';
    const trail = async () =>
      (await api.ask(`auditTrail(node: "${credential.id}", last: 1) { nodes { ${TREE} } }`)).auditTrail.nodes[0];
    const tree = await eventually(trail, ({ effects }) => effects[0]?.deliveries[0]?.state === 'DELIVERED');
    expect(tree).toEqual({
      kind: 'credential.revoked',
      effects: [
        {
          kind: 'eligibility.changed',
          deliveries: [{ state: 'DELIVERED', webhook: { id: goodId } }],
          effects: [{ kind: 'outcome.opened', body: expect.objectContaining({ code: 'TELL' }), effects: [] }],
        },
      ],
    });
    // and the issue that came of a completion hangs below it, not beside it
    const { id } = await api.person('P', 'id');
    const { nodes } = (await api.ask(`auditTrail(node: "${id}") { nodes { kind effects { kind effects { kind } } } }`))
      .auditTrail;
    expect(nodes.find(({ kind }: any) => kind === 'completion.recorded').effects).toEqual([
      { kind: 'credential.issued', effects: [{ kind: 'eligibility.changed' }] },
    ]);
  });
});
