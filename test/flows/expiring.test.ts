// Credentials that end while they are used.
import type { Authenticate } from '../../src/access/authenticate';
import { problem } from '../../src/platform/graphql/errors';
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';
import { subscribePlainly } from '../kit/sockets';

jest.setTimeout(30_000);

describe('a key that ends in two seconds', () => {
  let server: TestApp;
  let api: Talk;
  let expiresAt: number;

  beforeAll(async () => {
    expiresAt = Date.now() + 60_000;
    // as tokens will be: asked of somebody else, and known with their end
    const authenticate =
      (real: Authenticate): Authenticate =>
      async (credentials) => {
        const sent = String(credentials.headers['authorization'] ?? credentials.connectionParams?.['authorization']);
        if (!sent.startsWith('Bearer guest')) return real(credentials);
        if (sent !== 'Bearer guest') throw problem('UNAUTHENTICATED', 'No.');
        return { actor: { id: 'guest', scopes: new Set(['*']) }, expiresAt };
      };
    server = await startTestApp({ authenticate });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  it('closes its sockets with 4401 within a second and the last position, sends nothing after it, and opens no door again (B10)', async () => {
    const post = (): Promise<Response> =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer guest' },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
    const file = (): Promise<Response> =>
      fetch(`${server.url}/exports/changes.csv`, { headers: { authorization: 'Bearer guest' } });
    expect([(await post()).status, (await file()).status]).toEqual([200, 200]);
    const query = 'subscription { changed { position } }';
    const others = await subscribePlainly(server.url, query);
    expiresAt = Date.now() + 2_000;
    const [live, quiet] = await Promise.all([
      subscribePlainly(server.url, query, {}, 'guest'),
      subscribePlainly(server.url, 'subscription { changed(filter: { kind: ["NEVER"] }) { position } }', {}, 'guest'),
    ]);
    let lastAt = 0;
    live.socket.on('message', (data: Buffer) => {
      if (data.toString().includes('"next"')) lastAt = Date.now();
    });
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n++) {
        await api.upsert([{ externalId: `E${n}` }]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const ends = await Promise.all([live.closed, quiet.closed]);
    const closedAt = Date.now();
    expect(ends.map(({ code }) => code)).toEqual([4401, 4401]);
    expect(closedAt - expiresAt).toBeLessThan(1_000);
    // what was sent at the last moment may take one to arrive
    expect(lastAt - expiresAt).toBeLessThan(100);
    expect(live.positions.length).toBeGreaterThan(5);
    const last = (await api.changes('position cursor')).found.find(({ position }) => position === live.positions.at(-1));
    expect(ends[0].reason).toBe(`Expired: resume after position "${last.cursor}"`);
    expect(ends[1].reason).toBe('Expired');

    for (const door of [post, file]) {
      const refused = await door();
      expect(refused.status).toBe(401);
      expect(((await refused.json()) as any).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    const again = await subscribePlainly(server.url, query, {}, 'guest');
    expect((await again.closed).code).toBe(4401);
    expect(again.positions).toEqual([]);
    // nobody else has noticed
    const heard = others.positions.length;
    await api.upsert([{ externalId: 'AFTER' }]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    isOver = true;
    await writing;
    expect(others.positions.length).toBeGreaterThan(heard);
    expect(others.positions.length).toBeGreaterThan(live.positions.length);
    others.socket.terminate();
  });
});
