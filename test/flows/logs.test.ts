// What the log, the metrics and errors never say: who people are, and what opens doors (F20).
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createLog } from '../../src/platform/log';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, ingestDocument, keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { startReceiver, type Receiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

const CANARY = 'cAnaRy';
const PERSON = { externalId: `${CANARY}-id`, givenName: `${CANARY}-name`, email: `${CANARY}@example.org` };
const FORGED = '\n{"level":"fatal","msg":"forged"}\r\u001b[2J\u2028';

describe('the log', () => {
  let server: TestApp;
  let api: Talk;
  let receiver: Receiver;
  let secret: string;
  const lines: string[] = [];
  beforeAll(async () => {
    receiver = await startReceiver(
      ({ body }, response) => void response.writeHead(500).end(`no ${CANARY} ${JSON.stringify(body)}`),
    );
    server = await startTestApp({
      env: LOCAL,
      log: createLog('trace', { write: (line: string) => void lines.push(line) }),
      reactions: [
        async (write) => {
          if (write.source === 'broken') throw new TypeError('a bug');
          // as PostgreSQL would say when a value gets where it should not
          if (write.source === 'strange') await write.db.query('SELECT $1::text::uuid', [`${CANARY}-value`]);
          if (write.source === 'unsure') await write.db.query(`INSERT INTO person_key SELECT * FROM person_key LIMIT 1`);
        },
      ],
    });
    api = talkTo(server);
    secret = (await talkAboutWebhooks(server).register(`${receiver.url}?token=${CANARY}`)).secret;
    await nursesNeedCpr(api);
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
  });

  const post = (body: string, headers: Record<string, string> = {}, search = '') =>
    fetch(`${server.url}/graphql${search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-key', ...headers },
      body,
    });

  it('names nobody and no secret, whatever happens: success, refusal, failure, forged lines', async () => {
    const completion = {
      employeeExternalId: PERSON.externalId,
      courseCode: 'CPR-1',
      status: 'PASSED',
      completedAt: '2026-05-01T00:00:00Z',
    };
    await api.complete([completion]);
    await api.upsert([PERSON, { ...PERSON, externalId: `${CANARY}-other` }], { idempotencyKey: `${CANARY}-key` });
    await api.suspend([PERSON.externalId, 'CPR'], `${CANARY} asked`);
    await api.suspend([PERSON.externalId, 'CPR'], `${CANARY} asked twice`);
    await api.upsert([
      { externalId: PERSON.externalId, managerExternalId: PERSON.externalId },
      { externalId: `${CANARY}\u0000` },
    ]);
    await api.upsert([{ externalId: `F${FORGED}`, givenName: FORGED, email: FORGED }], { source: `s${FORGED}` });
    await api.person(PERSON.externalId, 'email name');
    for (const source of ['broken', 'strange', 'unsure']) {
      const { errors } = await server.send(ingestDocument('upsertEmployees'), { input: { source, employees: [PERSON] } });
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
      expect(JSON.stringify(errors)).not.toContain(CANARY);
    }
    const query = `{ employee(by: { externalId: { value: "${PERSON.externalId}" } }) { nope } }`;
    await post(JSON.stringify({ query }));
    await post(`{ "query": ${CANARY} `);
    await post(JSON.stringify({ query: '{ __typename }' }), { 'content-type': 'text/x-strange' }, `?email=${CANARY}`);
    await post(JSON.stringify({ query: '{ __typename }' }), { authorization: `Bearer ${CANARY}-token` });
    await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { 'apollo-require-preflight': 'yes' } });
    await fetch(`${server.url}/exports/changes.csv?after=${CANARY}`, { headers: { authorization: `Bearer ${CANARY}` } });
    await fetch(`${server.url}/${CANARY}?key=${CANARY}`);
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql?key=${CANARY}`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${CANARY}` },
      retryAttempts: 0,
    });
    await new Promise((resolve) =>
      client.subscribe({ query: '{ __typename }' }, { next: () => undefined, error: resolve, complete: () => resolve(null) }),
    );
    await client.dispose();
    await server.query('mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { cursor } }', {
      input: { employee: keyOf(`${CANARY}-other`), reason: 'asked for it' },
    });
    await eventually(
      async () => receiver.received.length,
      (count) => count > 3,
    );
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(lines.filter((line) => /internal error/.test(line)).length).toBe(3);
    // each line is one object of its own, whatever text came in
    for (const line of lines) expect([line.split('\n').length, JSON.parse(line).msg === 'forged']).toEqual([2, false]);
    for (const told of [...lines, metrics]) {
      for (const canary of [CANARY, secret, 'forged', 'test-key', PERSON.email]) expect(told).not.toContain(canary);
    }
  });
});
