// Keys are not found by trying, and whoever tries keeps nobody else from working.
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { openSocket, overHttp } from '../limits/ways';

const LET_BE = 5;

describe('whoever tries keys', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ env: { FAILURES_PER_MINUTE: String(LET_BE), TRUSTED_PROXIES: '127.0.0.1' } });
  });
  afterAll(() => server.stop());

  const from = async (
    address: string,
    key: string | null,
  ): Promise<{ status: number; code: string | undefined; retryAfter: number }> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': address,
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: '{"query":"{ __typename }"}',
    });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return {
      status: response.status,
      code: errors?.[0]?.extensions.code,
      retryAfter: Number(response.headers.get('retry-after')),
    };
  };
  const wearOut = async (address: string): Promise<void> => {
    for (let i = 0; i < LET_BE; i++)
      expect(await from(address, i % 2 ? null : `guess-${i}`)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  };

  it('is not listened to after so many failures, not even with the right key, and is told until when (B15)', async () => {
    const { createApiKey } = await server.query(
      'mutation { createApiKey(input: { name: "hr", scopes: ["graph:read"] }) { secret } }',
    );
    await wearOut('203.0.113.7');
    const refused = await from('203.0.113.7', 'guess');
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(refused.retryAfter).toBeGreaterThan(0);
    expect(refused.retryAfter).toBeLessThanOrEqual(60 / LET_BE);
    expect(await from('203.0.113.7', createApiKey.secret)).toMatchObject({ status: 429 });
    // the network of an IPv6 address is one address
    await wearOut('2001:db8::1');
    expect(await from('2001:db8::2', 'guess')).toMatchObject({ status: 429 });
    expect(await from('2001:db8:0:1::2', 'guess')).toMatchObject({ status: 401 });
  });

  it('keeps nobody else from working: other addresses, and what was right before from the same', async () => {
    expect(await from('198.51.100.1', KEY)).toMatchObject({ status: 200 });
    await wearOut('198.51.100.1');
    expect(await from('198.51.100.1', 'guess')).toMatchObject({ status: 429 });
    // a token is looked at, and found to be none
    expect(await from('198.51.100.1', 'eyJ0.eyJ9.c2ln')).toMatchObject({ status: 401 });
    expect(await from('198.51.100.1', KEY)).toMatchObject({ status: 200 });
    expect(await from('198.51.100.2', KEY)).toMatchObject({ status: 200 });
  });

  it('meets the same over WebSocket and at the export', async () => {
    const codes: number[] = [];
    for (let i = 0; i <= LET_BE; i++) {
      const { send, closed } = await openSocket(server.url);
      send({ type: 'connection_init', payload: { authorization: `Bearer guess-${i}` } });
      codes.push(await closed);
    }
    // these come from the proxy itself
    expect(codes).toEqual([...Array<number>(LET_BE).fill(4401), 1013]);
    const file = await fetch(`${server.url}/exports/changes.csv`, { headers: { authorization: 'Bearer guess' } });
    expect([file.status, Number(file.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect((await overHttp(server.url, 'guess')('{"query":"{ __typename }"}')).status).toBe(429);
    expect((await overHttp(server.url)('{"query":"{ __typename }"}')).status).toBe(200);
  });
});
