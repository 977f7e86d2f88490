// What a caller may ask for: published, told with every answer, and enforced as published (B15).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PRICES } from '../../src/access/prices';
import { maxItems } from '../../src/journal/ingest';
import { loadConfig } from '../../src/platform/config';
import { costBudget, eventBudget, prices } from '../../src/platform/graphql/cost';
import { nestingLimit } from '../../src/platform/graphql/nesting';
import { pageLimits } from '../../src/platform/graphql/paging';
import { MOST_WAITING, placesOfOne, usualShares } from '../../src/platform/http/door';
import { BYTES_OF_ONE, MOST_UNTAKEN_BYTES, OTHERS_PER_SECOND } from '../../src/platform/http/incoming';
import { MOST_VALUES, SUBSCRIPTION_BYTES } from '../../src/platform/http/kept';
import { LIMITS } from '../../src/platform/http/limits';
import { INIT_WITHIN_MS, OPERATIONS_PER_SOCKET, SLOW_AFTER_MS } from '../../src/platform/http/websocket';
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { overHttp, overSocket } from './ways';

const page = readFileSync(path.join(__dirname, '../../docs/limits.md'), 'utf8');
const rows = new Map([...page.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)].map(([, what, value]) => [what!, value!]));
/** The first number of a row of the page. */
const published = (what: string): number => Number(/[\d,]+/.exec(rows.get(what) ?? '')?.[0].replaceAll(',', ''));

describe('docs/limits.md', () => {
  it('says what is enforced', () => {
    const { shares, failuresPerMinute } = loadConfig({});
    const { ofOne, ofOneAmongOthers } = placesOfOne(usualShares.operationsAtOnce);
    const enforced = {
      'tokens of a document': LIMITS.tokens,
      depth: LIMITS.depth,
      'levels of introspection, where it is allowed': LIMITS.introspectionDepth,
      'aliases, `__typename` included, and fields or fragments asked for twice in one place': LIMITS.aliases,
      directives: LIMITS.directives,
      'rows of a page': pageLimits.default,
      'objects an operation could lead to': costBudget,
      'objects each event of a subscription could lead to': eventBudget,
      'items of an ingestion mutation': maxItems,
      'levels of a variable': nestingLimit,
      "bytes of a request or of a socket's message": LIMITS.bodyBytes,
      'values in the variables of an operation, those within them included': MOST_VALUES,
      'bytes of a message that subscribes': SUBSCRIPTION_BYTES,
      'the budget': shares.pointsPerMinute,
      'any request or message, valid or not': prices.operation,
      'each object it could lead to': prices.object,
      'each item it brings': prices.item,
      'failures to say who asks, of one address within a minute': failuresPerMinute,
      'operations executed at once on a node': usualShares.operationsAtOnce,
      'events of subscriptions answered at once on a node': usualShares.eventsAtOnce,
      'a query, the opening of a subscription, or one of its events': shares.querySeconds,
      'a mutation': shares.mutationSeconds,
      'of them, of one caller at most': ofOne,
      'the same, while others ask too and the node is busy': ofOneAmongOthers,
      'operations of one caller that wait for their turn': MOST_WAITING,
      'operations that run on one socket': OPERATIONS_PER_SOCKET,
      'bytes that wait to be taken by a client while it is read': MOST_UNTAKEN_BYTES,
      'messages a second that ask for nothing (pings, pongs, `complete`), of 4,096 bytes each': OTHERS_PER_SECOND,
      'seconds for the first message of one that is new, `connection_init`': INIT_WITHIN_MS / 1_000,
      'seconds in which nothing is taken until it is closed with 4408': SLOW_AFTER_MS / 1_000,
    };
    expect(Object.fromEntries(Object.keys(enforced).map((what) => [what, published(what)]))).toEqual(enforced);
    expect(page).toContain(`of ${BYTES_OF_ONE.toLocaleString('en')} bytes each`);
    expect(rows.get('rows of a page')).toContain(`${pageLimits.max} at most`);
    expect(shares).toEqual({
      pointsPerMinute: usualShares.pointsPerMinute,
      querySeconds: usualShares.querySeconds,
      mutationSeconds: usualShares.mutationSeconds,
    });
  });

  it('lists the fields that cost more than their objects', () => {
    const listed = [...rows].filter(([what]) => /^`\w+\.\w+`$/.test(what)).map(([what]) => [what.slice(1, -1), published(what)]);
    expect(Object.fromEntries(listed)).toEqual(PRICES);
  });
});

describe('the budget of a caller', () => {
  let server: TestApp;
  const keys = new Map<string, string>();

  beforeAll(async () => {
    server = await startTestApp({ env: { POINTS_PER_MINUTE: '600' } });
    for (const name of ['headers', 'spent', 'invalid', 'socket', 'items', 'pings', 'other']) {
      const { createApiKey } = await server.query(
        `mutation { createApiKey(input: { name: "${name}", scopes: ["graph:read", "people:write"] }) { secret } }`,
      );
      keys.set(name, createApiKey.secret);
    }
  });
  afterAll(() => server.stop());

  const by = (name: string) => overHttp(server.url, keys.get(name));
  const standing = (headers: Headers): { r: number; t: number } => {
    const [, r, t] = /^"cost";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? [];
    return { r: Number(r), t: Number(t) };
  };

  it('stands in the headers of every answer, and goes down by the published price', async () => {
    const first = await by('headers')({ query: '{ employees(first: 20) { nodes { manager { name } } } }' });
    expect(first.headers!.get('ratelimit-policy')).toBe('"cost";q=600;w=60');
    const price = published('any request or message, valid or not') + 40 * published('each object it could lead to');
    // ten points come in every second
    expect(standing(first.headers!).r).toBeGreaterThanOrEqual(600 - price);
    expect(standing(first.headers!).r).toBeLessThan(600 - price + 30);
    expect(standing(first.headers!).t).toBeLessThanOrEqual(price / 10);
    for (const payload of ['{', '{"query":"{ nonsense }"}', '{"query":"{ employees { nodes { id } } }"}'])
      expect((await by('headers')(payload)).headers!.get('ratelimit') !== null).toBe(payload !== '{');
  });

  it('is refused once it is spent, with 429 and Retry-After, and nothing is executed', async () => {
    let reply = await by('spent')({ query: '{ employees(first: 200) { nodes { manager { name } } } }' });
    expect([reply.status, standing(reply.headers!).r]).toEqual([200, expect.any(Number)]);
    // what is left is enough to be let in, and overdrawn
    reply = await by('spent')({ query: '{ employees(first: 200) { nodes { manager { name } } } }' });
    expect([reply.status, standing(reply.headers!).r]).toEqual([200, 0]);
    const mutation = 'mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "X" }] }) { cursor } }';
    reply = await by('spent')({ query: mutation });
    expect([reply.status, reply.body.data, reply.body.errors]).toEqual([
      429,
      undefined,
      [
        {
          message: expect.stringMatching(/^Your budget of 600 points a minute is spent: wait \d+ s\.$/),
          extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) },
        },
      ],
    ]);
    const { r, t } = standing(reply.headers!);
    expect([r, t > 0, Number(reply.headers!.get('retry-after')) >= t]).toEqual([0, true, true]);
    expect((await server.query('{ employees { totalCount } }')).employees.totalCount).toBe(0);
    expect((await by('other')({ query: '{ __typename }' })).status).toBe(200);
  });

  it('is charged for what is refused as well, so that nobody talks nonsense for ever', async () => {
    const replies: number[] = [];
    for (let i = 0; i < 75; i++) replies.push((await by('invalid')({ query: '{ nonsense }' })).status);
    expect(replies[0]).toBe(400);
    expect(replies.at(-1)).toBe(429);
  });

  it('counts items, and opens WebSockets to the same purse', async () => {
    const employees = Array.from({ length: 30 }, (_, i) => ({ externalId: `I${i}` }));
    const query = 'mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor } }';
    const reply = await by('items')({ query, variables: { input: { source: 'hris', employees } } });
    expect(reply.status).toBe(200);
    expect(standing(reply.headers!).r).toBeLessThanOrEqual(600 - 10 - 30 * published('each item it brings') + 30);
    const { way, socket } = await overSocket(server.url, keys.get('items'));
    const answer = await way({ query: '{ employees(first: 100) { nodes { id } } }' });
    expect(answer.body.extensions!.rateLimit).toEqual({
      limit: 600,
      windowSeconds: 60,
      remaining: expect.any(Number),
      resetSeconds: expect.any(Number),
    });
    expect(answer.body.extensions!.rateLimit.remaining).toBeLessThan(230);
    await way({ query: '{ employees(first: 200) { nodes { manager { id } } } }' });
    for (const refused of ['{ __typename }', 'subscription { changed { position } }']) {
      const [error] = (await way({ query: refused })).body.errors!;
      expect(error!.extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
    }
    expect((await by('items')({ query: '{ __typename }' })).status).toBe(429);
    socket.terminate();
  });

  it('is charged for whatever else comes over a socket', async () => {
    const { send, next, way, socket } = await overSocket(server.url, keys.get('pings'));
    for (let i = 0; i < 40; i++) send({ type: 'ping', payload: { i } });
    for (let i = 0; i < 40; i++) expect((await next('pong')).payload).toEqual({ i });
    const { body } = await way({ query: '{ __typename }' });
    // it fills meanwhile, ten points a second
    expect(body.extensions!.rateLimit.remaining).toBeLessThan(600 - 40 * published('any request or message, valid or not') + 100);
    // when nothing is left they are answered all the same, so that nobody loses subscriptions over it
    for (let i = 0; i < 40; i++) send({ type: 'ping' });
    for (let i = 0; i < 40; i++) await next('pong');
    expect((await way({ query: '{ __typename }' })).body.errors![0]!.extensions.code).toBe('RATE_LIMITED');
    socket.terminate();
  });

  it('of the bootstrap key is ten times that', async () => {
    const { headers } = await overHttp(server.url, KEY)({ query: '{ __typename }' });
    expect(headers!.get('ratelimit-policy')).toBe('"cost";q=6000;w=60');
    expect(published('of the bootstrap key')).toBe(10);
  });
});
