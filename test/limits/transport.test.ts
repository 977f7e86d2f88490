// What is wrong with a request or a message before there is an operation in it, at a server in production.
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { SUBSCRIPTION_BYTES } from '../../src/platform/http/kept';
import { openSocket, overSocket } from './ways';

const JSON_TYPE = { 'content-type': 'application/json' };
const ASKED = JSON.stringify({ query: '{ __typename }' });
const MEBIBYTE = 1024 * 1024;

type Request = readonly [what: string, status: number, init: RequestInit, path?: string];

const REQUESTS: readonly Request[] = [
  ['a batch', 400, { headers: JSON_TYPE, body: `[${Array(11).fill(ASKED).join()}]` }],
  ['a batch of one', 400, { headers: JSON_TYPE, body: `[${ASKED}]` }],
  ['a batch of none', 400, { headers: JSON_TYPE, body: '[]' }],
  ['a query by GET that another site could send', 400, { method: 'GET' }, '?query={__typename}'],
  [
    'a mutation by GET',
    405,
    { method: 'GET', headers: { 'apollo-require-preflight': '1' } },
    `?query=${encodeURIComponent('mutation { __typename }')}`,
  ],
  ['a mutation by GET that another site could send', 400, { method: 'GET' }, '?query=mutation{__typename}'],
  ['a query in the address of a POST', 400, { headers: { 'apollo-require-preflight': '1' } }, '?query={__typename}'],
  ['a form', 415, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={__typename}' }],
  ['plain text', 400, { headers: { 'content-type': 'text/plain' }, body: ASKED }],
  ['no type at all', 415, { body: Buffer.from(ASKED) }],
  [
    'a file',
    415,
    {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${ASKED}\r\n--x--\r\n`,
    },
  ],
  ['a body of the wrong type', 415, { headers: { 'content-type': 'application/graphql' }, body: '{ __typename }' }],
  ['a compressed body', 415, { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(ASKED) }],
  ['a bomb', 415, { headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: gzipSync('x'.repeat(10 * MEBIBYTE)) }],
  ...['utf-16', 'utf-16le', 'utf-32', 'utf-7', 'iso-8859-1', 'shift_jis', 'x-user-defined', 'utf8,utf-16'].map(
    (charset): Request => [
      `the character set ${charset}`,
      415,
      { headers: { 'content-type': `application/json; charset=${charset}` }, body: ASKED },
    ],
  ),
  ['two megabytes', 413, { headers: JSON_TYPE, body: JSON.stringify({ query: `{ __typename } #${'x'.repeat(2 * MEBIBYTE)}` }) }],
  ['one byte too many', 413, { headers: JSON_TYPE, body: ASKED.padEnd(MEBIBYTE + 1) }],
  ['no JSON', 400, { headers: JSON_TYPE, body: '{"query":"{ __typename }"' }],
  ['JSON cut off in a character', 400, { headers: JSON_TYPE, body: Buffer.from([0x7b, 0x22, 0xe2, 0x82]) }],
  ['nothing', 400, { headers: JSON_TYPE, body: '' }],
  ['null', 400, { headers: JSON_TYPE, body: 'null' }],
  ['a number', 400, { headers: JSON_TYPE, body: '1' }],
  ['no query', 400, { headers: JSON_TYPE, body: '{"variables":{}}' }],
  ['an empty query', 400, { headers: JSON_TYPE, body: '{"query":""}' }],
  ['a query that is an object', 400, { headers: JSON_TYPE, body: '{"query":{"kind":"Document","definitions":[]}}' }],
  ['a query that is a list', 400, { headers: JSON_TYPE, body: '{"query":["{ __typename }"]}' }],
  ['variables that are text', 400, { headers: JSON_TYPE, body: '{"query":"{ __typename }","variables":"{}"}' }],
  ['variables that are a list', 400, { headers: JSON_TYPE, body: '{"query":"{ __typename }","variables":[]}' }],
  ['a name that is a number', 400, { headers: JSON_TYPE, body: '{"query":"{ __typename }","operationName":1}' }],
  ['extensions that are text', 400, { headers: JSON_TYPE, body: '{"query":"{ __typename }","extensions":"x"}' }],
  ['a subscription', 400, { headers: JSON_TYPE, body: '{"query":"subscription { changed { position } }"}' }],
  ['100,000 brackets', 400, { headers: JSON_TYPE, body: `${'['.repeat(100_000)}${']'.repeat(100_000)}` }],
  ['PUT', 404, { method: 'PUT', headers: JSON_TYPE, body: ASKED }],
  ['DELETE', 404, { method: 'DELETE' }],
  ['the page to try things out', 400, { method: 'GET', headers: { accept: 'text/html' } }],
];

describe('a server in production', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ env: { NODE_ENV: 'production' } });
  });
  afterAll(() => server.stop());

  const requests = REQUESTS.map(([what, expected, init, path = '']) => ({ what, expected, init, path }));
  it.each(requests)('refuses $what with $expected (F4 F5)', async ({ expected, init, path }) => {
    const headers = { accept: 'application/graphql-response+json', authorization: `Bearer ${KEY}`, ...init.headers };
    const response = await fetch(`${server.url}/graphql${path}`, { method: 'POST', ...init, headers });
    const text = await response.text();
    expect({ status: response.status, text }).toEqual({
      status: expected,
      text: expect.not.stringMatching(/"data":\{|node_modules|stack/),
    });
    if (expected !== 404) expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });

  it('has no page to try things out, and says nothing of how it was made (F11)', async () => {
    for (const file of ['page.js', 'operations.json', 'graphiql.js'])
      expect((await fetch(`${server.url}/graphiql/${file}`)).status).toBe(404);
    const { headers, status } = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        ...JSON_TYPE,
        authorization: `Bearer ${KEY}`,
        'apollo-federation-include-trace': 'ftv1',
        'x-apollo-tracing': '1',
      },
      body: ASKED,
    });
    expect(status).toBe(200);
    expect([...headers.keys()].filter((name) => /powered|apollo|^server$/.test(name))).toEqual([]);
    const answer = await server.send('{ __typename }');
    expect(Object.keys(answer).sort()).toEqual(['data', 'extensions']);
    expect(Object.keys(answer.extensions)).toEqual(['position']);
  });

  describe('closes a socket', () => {
    it.each([
      ['that says nothing GraphQL', 4400, ['{}']],
      ['that sends no JSON', 4400, ['{"type":']],
      ['that sends a batch', 4400, [`[${ASKED},${ASKED}]`]],
      ['that asks before it says who it is', 4401, [`{"id":"1","type":"subscribe","payload":${ASKED}}`]],
      [
        'that says who it is twice',
        4429,
        ['{"type":"connection_init","payload":{"authorization":"Bearer test-key"}}', '{"type":"connection_init"}'],
      ],
      ['that nobody knows', 4401, ['{"type":"connection_init","payload":{"authorization":"Bearer guess"}}']],
      ['that says nothing of who it is', 4401, ['{"type":"connection_init"}']],
      ['whose message is over a megabyte', 1009, [`{"type":"ping","payload":{"x":"${'x'.repeat(MEBIBYTE)}"}}`]],
      ['whose message is 100,000 brackets', 4400, [`${'['.repeat(100_000)}${']'.repeat(100_000)}`]],
      ['that speaks as a server does', 4400, ['{"type":"connection_ack"}']],
      ['that answers', 4400, ['{"type":"next","id":"1","payload":{"data":{}}}']],
      ['that tells mistakes', 4400, ['{"type":"error","id":"1","payload":[{"message":"no"}]}']],
      ['whose message is bytes', 4400, [Buffer.from('{"type":"ping"}')]],
    ])('%s with %i', async (_what, code, messages) => {
      const { socket, closed } = await openSocket(server.url);
      for (const message of messages) socket.send(message);
      expect(await closed).toBe(code);
    });

    it('that speaks another protocol, or one id twice', async () => {
      await expect(openSocket(server.url, 'graphql-ws')).rejects.toThrow();
      const twice = await overSocket(server.url);
      const payload = { query: 'subscription { changed { position } }' };
      for (let i = 0; i < 2; i++) twice.send({ id: 'same', type: 'subscribe', payload });
      expect(await twice.closed).toBe(4409);
    });

    it.each(['é'.repeat(5_000), '🎈'.repeat(25)])('that says a long id twice, for a reason that fits', async (id) => {
      const { send, socket, closed } = await overSocket(server.url);
      const reason = once(socket, 'close').then(([, text]: Buffer[]) => String(text));
      const payload = { query: 'subscription { changed { position } }' };
      for (let i = 0; i < 2; i++) send({ id, type: 'subscribe', payload });
      expect(await closed).toBe(4409);
      expect(await reason).toMatch(new RegExp(`^Subscriber for ${id.slice(0, 2)}.*…$`));
    });

    it('that asks for no document', async () => {
      for (const payload of [{ variables: { documentId: 'x' } }, { documentId: null }, { documentId: 1 }, { query: null }]) {
        const { send, closed } = await overSocket(server.url);
        send({ id: '1', type: 'subscribe', payload });
        expect([payload, await closed]).toEqual([payload, 4400]);
      }
      const { way, socket } = await overSocket(server.url);
      const [error] = (await way({ query: '' })).body.errors!;
      expect(error!.message).toBe('Send a document: `query` is empty.');
      socket.terminate();
    });
  });

  it('keeps no long subscription', async () => {
    const { way, socket } = await overSocket(server.url);
    const query = `subscription { changed { position } } # ${'x'.repeat(SUBSCRIPTION_BYTES)}`;
    expect((await way({ query })).body.errors![0]!.extensions.code).toBe('QUERY_TOO_EXPENSIVE');
    socket.terminate();
  });

  it('answers a ping with what was in it, whatever it is', async () => {
    const { send, next, socket } = await openSocket(server.url);
    const payload = { documentId: 'x', extensions: { persistedQuery: null } };
    send({ type: 'ping', payload });
    expect(await next('pong')).toEqual({ type: 'pong', payload });
    socket.terminate();
  });

  it('lets a hundred operations run on one socket', async () => {
    const { send, next, socket } = await overSocket(server.url);
    const payload = { query: 'subscription { changed { position } }' };
    for (let i = 0; i < 101; i++) send({ id: `s${i}`, type: 'subscribe', payload });
    const { id, payload: errors } = await next('error');
    expect([id, errors[0].extensions.code]).toEqual(['s100', 'RATE_LIMITED']);
    socket.terminate();
  });
});
