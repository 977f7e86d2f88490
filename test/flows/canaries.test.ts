// A canary's address, keys and number, sent through every door: they come out of none (F20), and an id joins what is said of a request.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createLog } from '../../src/platform/log';
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { eventually, ingestDocument, keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { startReceiver, type Receiver } from '../webhooks/receiver';
import { LOCAL, talkAboutWebhooks } from '../webhooks/talk';

jest.setTimeout(60_000);

const EMAIL = 'cAnaRy@example.org';
const TOKEN = 'cgk_cAnaRy-0123456789-abcdefghijklmnopqrstuv';
const SSN = '078-05-1120';
const ALL = `${EMAIL} ${TOKEN} ${SSN}`;
const DECLARED = { upsert: ingestDocument('upsertEmployees'), complete: ingestDocument('recordCompletions') };

const FEED = 'subscription ($after: Cursor) { changed(after: $after) { position } }';

describe('canaries', () => {
  let server: TestApp;
  let api: Talk;
  let receiver: Receiver;
  const lines: string[] = [];
  /** Everything that answers said beside data. */
  const told: string[] = [];
  beforeAll(async () => {
    receiver = await startReceiver(({ body }, response) => void response.writeHead(500).end(`${ALL} ${JSON.stringify(body)}`));
    server = await startTestApp({
      env: LOCAL,
      log: createLog('trace', { write: (line: string) => void lines.push(line) }),
      reactions: [
        async (write) => {
          if (write.source === 'bug') throw new TypeError(`${ALL} is no number`);
          if (write.source === 'cause') throw new Error('wrapped', { cause: new Error(ALL) });
          if (write.source === 'late') {
            await write.db.query(`SET LOCAL statement_timeout = 20`);
            await write.db.query('SELECT pg_sleep(5), $1::text', [ALL]);
          }
        },
      ],
    });
    api = talkTo(server);
    await talkAboutWebhooks(server).register(`${receiver.url}?token=${TOKEN}`);
    await nursesNeedCpr(api);
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
  });

  const post = async (
    body: string,
    headers: Record<string, string> = {},
    path = '/graphql',
    method = 'POST',
  ): Promise<Response> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}`, ...headers },
      ...(method === 'POST' && { body }),
    });
    const { errors, ...rest } = (await response
      .clone()
      .json()
      .catch(() => ({}))) as { errors?: object; message?: string };
    told.push(JSON.stringify(errors ?? ''), JSON.stringify(rest.message ?? ''), JSON.stringify([...response.headers]));
    return response;
  };
  const ask = (query: string, variables: object = {}, headers = {}) => post(JSON.stringify({ query, variables }), headers);

  it('in variables, inputs, bodies, headers and addresses', async () => {
    await ask('query ($by: EmployeeKey!) { employee(by: $by) { name } }', { by: ALL });
    await ask('query ($by: EmployeeKey!) { employee(by: $by) { name } }', { by: { externalId: { value: [ALL] } } });
    await ask('query ($at: DateTime) { employees(at: $at) { totalCount } }', { at: ALL });
    await ask(`{ employees(first: "${ALL}") { totalCount } }`);
    await ask(`{ "${ALL}" }`);
    await ask(`{ employees(orderBy: "${EMAIL}") { nodes { nope } } }`);
    await ask('query ($c: Cursor) { changes(after: $c) { cursor } }', { c: ALL });
    await ask('query ($s: String) { employees(after: $s) { totalCount } }', { s: ALL });
    await ask('query ($i: ID!) { node(id: $i) { id } trace(id: "x") { id } }', { i: ALL });
    await ask('query ($i: String!) { trace(id: $i) { id } }', { i: ALL });
    const person = { externalId: EMAIL, email: EMAIL, givenName: TOKEN, attributes: { ssn: SSN } };
    await ask(DECLARED.upsert, { input: { source: 'hris', employees: [person], idempotencyKey: TOKEN } });
    await ask(DECLARED.upsert, { input: { source: 'hris', employees: [person, { ...person, jobTitle: 1 }] } });
    await ask(DECLARED.upsert, { input: { source: ALL, employees: [{ ...person, attributes: { ssn: `${SSN}\u0000` } }] } });
    await ask(DECLARED.complete, {
      input: {
        source: 'lms',
        completions: [{ employeeExternalId: SSN, courseCode: EMAIL, status: 'PASSED', completedAt: '2026-01-01T00:00:00Z' }],
      },
    });
    const act = `mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { refusal { code } } }`;
    await ask(act, { input: { credential: { holding: { employeeExternalId: EMAIL, typeCode: 'CPR' } }, reason: ALL } });
    await ask('mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { cursor } }', {
      input: { employee: keyOf(EMAIL), reason: ALL },
    });

    await post(`{ "query": ${ALL} `);
    await post(`[${JSON.stringify(ALL)}]`);
    await post(JSON.stringify({ query: ALL, variables: ALL }));
    await post('{}', { 'content-type': `text/${TOKEN}` });
    await post('{}', { 'content-type': `application/json; charset=${TOKEN}` });
    for (const name of ['authorization', 'traceparent', 'x-request-id', 'cookie', 'user-agent', 'accept'])
      await post(JSON.stringify({ query: '{ __typename }' }), { [name]: `Bearer ${TOKEN}` });
    await post(
      '',
      { 'apollo-require-preflight': '1' },
      `/graphql?query=${encodeURIComponent(`{ employees(first: "${ALL}") { nope } }`)}`,
      'GET',
    );
    for (const path of [
      `/${TOKEN}?email=${EMAIL}&ssn=${SSN}`,
      `/exports/changes.csv?after=${TOKEN}&limit=${SSN}`,
      `/health/${SSN}`,
    ])
      await post('', {}, path, 'GET');
  });

  it('in bugs, overdue statements and messages of receivers', async () => {
    for (const source of ['bug', 'cause', 'late'])
      await ask(DECLARED.upsert, { input: { source, employees: [{ externalId: EMAIL, attributes: { ssn: SSN } }] } });
    const codes = told.flatMap((text) => [...text.matchAll(/"code":"(INTERNAL|UNAVAILABLE)"/g)].map(([, code]) => code));
    expect(codes).toEqual(['INTERNAL', 'INTERNAL', 'UNAVAILABLE']);
    await eventually(
      async () => receiver.received.length,
      (count) => count > 2,
    );
    expect(receiver.received.some(({ body }) => JSON.stringify(body).length > 10)).toBe(true);
  });

  it('in what is said on sockets', async () => {
    const answers: string[] = [];
    const say = (id: string, query: string, variables: object = {}) => ({ id, type: 'subscribe', payload: { query, variables } });
    const open = async (authorization: string, ...messages: (object | string)[]): Promise<void> => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql?key=${TOKEN}`, 'graphql-transport-ws', {
        headers: { cookie: TOKEN },
      });
      socket.on('message', (data: Buffer) => {
        const { type, payload } = JSON.parse(data.toString()) as { type: string; payload?: { errors?: unknown } };
        if (type === 'error') told.push(JSON.stringify(payload));
        if (type === 'next') told.push(JSON.stringify(payload?.errors ?? ''));
        if (type === 'error' || type === 'next') answers.push(type);
        if (type !== 'connection_ack' && answers.length === 5) socket.send(JSON.stringify(say(TOKEN, FEED)));
        if (type !== 'connection_ack') return;
        for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
      });
      await once(socket, 'open');
      const closed = once(socket, 'close');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization, email: EMAIL, ssn: SSN } }));
      const [code, reason] = (await closed) as [number, Buffer];
      told.push(`${code} ${reason.toString()}`);
    };
    await open(`Bearer ${TOKEN}`);
    await open(`Bearer ${KEY}`, `{ "type": ${ALL} `);
    await open(`Bearer ${KEY}`, { type: ALL, id: TOKEN });
    await open(
      `Bearer ${KEY}`,
      say('1', 'query ($by: EmployeeKey!) { employee(by: $by) { name } }', { by: ALL }),
      say('2', FEED, { after: ALL }),
      say('3', DECLARED.upsert, { input: { source: 'bug', employees: [{ externalId: EMAIL }] } }),
      say('4', `{ employees(first: "${ALL}") { nope } }`),
      say('5', `{ "${ALL}" }`),
      say(TOKEN, FEED),
    );
    expect(answers).toEqual(expect.arrayContaining(['next', 'error']));
    expect(told.at(-1)).toBe('4409 Subscriber for [key] already exists');
  });

  it('come out nowhere: not in the log, nor in errors, nor in metrics', async () => {
    told.push(await (await fetch(`${server.url}/metrics`)).text());
    expect([lines.length > 3, told.length > 100]).toEqual([true, true]);
    const shown = [...lines, ...told].filter((text) =>
      [EMAIL, TOKEN, SSN, 'cAnaRy', KEY].some((canary) => text.includes(canary)),
    );
    expect(shown).toEqual([]);
  });
});
