// Who has left, and whose key is revoked, is out within seconds on every node: also on sockets on which nothing happens (G10, F13).
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Holder } from '../../src/access/authenticate';
import { OpenSockets } from '../../src/access/open-sockets';
import { subjectCandidates } from '../../src/graph/people/subjects';
import { createLog } from '../../src/platform/log';
import { createPool, type Db } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { startIssuer, type Issuer } from '../kit/issuer';
import { eventually, keyOf, talkTo, type Talk } from '../kit/seed';
import { subscribePlainly, type PlainSubscriber } from '../kit/sockets';

jest.setTimeout(60_000);

const IDLE = 'subscription { changed(filter: { kind: ["NEVER"] }) { position } }';
const PROMISED_MS = 5_000;

describe('the kill switch', () => {
  let issuer: Issuer;
  let nodes: readonly [TestApp, TestApp];
  let api: Talk;
  beforeAll(async () => {
    issuer = await startIssuer();
    const one = await startTestApp({ env: issuer.env });
    nodes = [one, await startTestApp({ env: issuer.env, databaseUrl: one.databaseUrl })];
    api = talkTo(one);
    await api.defineRoles('ON-DUTY');
    await api.publishRule('ON-DUTY', { attribute: { name: 'status', in: ['ACTIVE'] } });
  });
  afterAll(async () => {
    await nodes[1].stop();
    await nodes[0].stop();
    await issuer.stop();
  });

  const hire = async (externalId: string) => {
    await api.upsert([{ externalId, email: `${externalId}@example.org`, status: 'ACTIVE', effectiveAt: '2026-01-01T00:00:00Z' }]);
    return issuer.personToken({ sub: externalId, email: `${externalId}@example.org` }, { scope: 'graph:read' });
  };
  const statusOf = async (node: TestApp, secret: string): Promise<number> => {
    const response = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query: '{ roles { totalCount } }' }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  /** An idle socket on each node, let in. */
  const listen = async (secret: string): Promise<PlainSubscriber[]> => {
    const sockets = await Promise.all(nodes.map((node) => subscribePlainly(node.url, IDLE, {}, secret)));
    for (const node of nodes) expect(await statusOf(node, secret)).toBe(200);
    expect(sockets.map(({ socket }) => socket.readyState)).toEqual([1, 1]);
    return sockets;
  };
  /** From `began` on both sockets are closed and both doors are shut; answers after how long. */
  const out = async (secret: string, sockets: readonly PlainSubscriber[], began = performance.now()): Promise<number> => {
    const ends = await Promise.all(sockets.map(({ closed }) => closed));
    expect(ends).toEqual(ends.map(() => ({ code: 4401, reason: 'Access has ended' })));
    for (const node of nodes) {
      await eventually(
        () => statusOf(node, secret),
        (status) => status === 401,
        15_000,
      );
    }
    return performance.now() - began;
  };
  const say = (what: string, ms: number): void => {
    console.info(`${what}: sockets closed and doors shut on both nodes after ${(ms / 1_000).toFixed(1)} s`);
    expect(ms).toBeLessThan(2 * PROMISED_MS);
  };

  it('puts out who is terminated, whose eligibility ends with it', async () => {
    const [token, colleague] = [await hire('ada'), await hire('bea')];
    const [sockets, others] = [await listen(token), await listen(colleague)];
    expect((await api.eligibility('ada', 'ON-DUTY')).verdict).toBe('ELIGIBLE');
    const began = performance.now();
    await api.upsert([{ externalId: 'ada', status: 'TERMINATED' }]);
    say('terminated', await out(token, sockets, began));
    expect((await api.eligibility('ada', 'ON-DUTY')).verdict).toBe('NOT_ELIGIBLE');
    const again = await subscribePlainly(nodes[1].url, IDLE, {}, token);
    expect((await again.closed).code).toBe(4401);
    // nobody else has noticed
    expect(others.map(({ socket }) => socket.readyState)).toEqual([1, 1]);
    for (const { socket } of others) socket.terminate();
  });

  it('puts out whose termination was told before and merely comes', async () => {
    const token = await hire('cid');
    const sockets = await listen(token);
    const end = Date.now() + 2_000;
    await api.upsert([{ externalId: 'cid', status: 'TERMINATED', effectiveAt: new Date(end).toISOString() }]);
    expect(await statusOf(nodes[1], token)).toBe(200);
    await out(token, sockets);
    expect(Date.now()).toBeGreaterThanOrEqual(end);
    say('termination came', Date.now() - end);
  });

  it('puts out who is erased, and whose account is linked to somebody else', async () => {
    const [erased, moved] = [await hire('dan'), await hire('eve')];
    const [first, second] = [await listen(erased), await listen(moved)];
    const began = performance.now();
    await nodes[0].query(
      `mutation ($by: EmployeeKey!) { eraseEmployee(input: { employee: $by, reason: "asked" }) { refusal { code } } }`,
      {
        by: keyOf('dan'),
      },
    );
    await api.upsert([
      { externalId: 'eve', email: 'eve@elsewhere.example' },
      { externalId: 'new', email: 'eve@example.org' },
    ]);
    say('erased', await out(erased, first, began));
    // the account goes on, as another person's, and not on this socket
    expect((await Promise.all(second.map(({ closed }) => closed))).map(({ code }) => code)).toEqual([4401, 4401]);
    expect(await statusOf(nodes[0], moved)).toBe(200);
  });

  it('puts out whose key is revoked, has expired or was rotated twice (F13)', async () => {
    const act = async (field: string, type: string, input: object) =>
      (
        await nodes[0].query(`mutation ($input: ${type}!) { ${field}(input: $input) { key { id } secret refusal { code } } }`, {
          input,
        })
      )[field];
    const create = (name: string, more: object = {}) =>
      act('createApiKey', 'CreateApiKeyInput', { name, scopes: ['graph:read'], ...more });
    const [stolen, rotated, kept] = [await create('stolen'), await create('rotated'), await create('kept')];
    const sockets = await listen(stolen.secret);
    const [twice, others] = [await listen(rotated.secret), await listen(kept.secret)];
    await act('rotateApiKey', 'RotateApiKeyInput', { id: rotated.key.id, reason: 'yearly' });
    await act('rotateApiKey', 'RotateApiKeyInput', { id: kept.key.id, reason: 'yearly' });
    const began = performance.now();
    await act('revokeApiKey', 'RevokeApiKeyInput', { id: stolen.key.id, reason: 'it leaked' });
    await act('rotateApiKey', 'RotateApiKeyInput', { id: rotated.key.id, reason: 'yearly' });
    say('key revoked', await out(stolen.secret, sockets, began));
    say('key rotated twice', await out(rotated.secret, twice, began));
    expect(others.map(({ socket }) => socket.readyState)).toEqual([1, 1]);
    for (const { socket } of others) socket.terminate();
  });

  it('takes one statement for ten thousand sockets, and none when there are none', async () => {
    const pool = await createPool(nodes[0].databaseUrl, { max: 1 });
    const statements: string[] = [];
    const db: Db = {
      query: (text, params) => {
        statements.push(text);
        return pool.query(text, params);
      },
    };
    const log = createLog('silent');
    const clock = { now: () => Date.now() };
    const candidates = subjectCandidates('oidc');
    const sockets = new OpenSockets({ db, clock, candidates, log });
    await sockets.look();
    expect(statements).toEqual([]);
    const { id } = await api.person('bea', 'id');
    const ended = new Map<string, number>();
    const open = (holder: Holder, count: number) =>
      Array.from({ length: count }, () =>
        sockets.opened(sockets.held({}, holder), () => void ended.set(holder.id, (ended.get(holder.id) ?? 0) + 1)),
      );
    const bea = { kind: 'person', id: 'bea', subject: { sub: 'bea', email: 'bea@example.org' }, person: id.slice(4) } as const;
    const closing = open(bea, 2);
    for (let i = 0; i < 5_000; i += 1) {
      open({ kind: 'person', id: `p${i}`, subject: { sub: `p${i}`, email: `p${i}@example.org` }, person: uuidv7() }, 1);
      open({ kind: 'key', id: `k${i}`, hash: createHash('sha256').update(`k${i}`).digest() }, 1);
    }
    const began = performance.now();
    await sockets.look();
    console.info(`10,002 sockets looked after in ${(performance.now() - began).toFixed(0)} ms`);
    expect(statements.length).toBe(1);
    expect(ended.size).toBe(10_000);
    expect(ended.has('bea')).toBe(false);
    for (const closed of closing) closed();
    await sockets.look();
    expect([statements.length, ended.has('bea')]).toEqual([2, false]);
    await pool.end();
  });
});
