// Forged tokens at the door of the real server (F12): each is refused, quickly, and none is told why.
import { startTestApp, type TestApp } from '../kit/app';
import { startIssuer, type Issuer } from '../kit/issuer';
import { subscribePlainly } from '../kit/sockets';
import { forgedClaims, forgedHeaders, genuineClaims, type Forged } from './forged';

jest.setTimeout(60_000);

const SENTENCE = 'This access token is not accepted: get a new one from your identity provider.';
const KEY_SENTENCE = 'This API key is not known: check it, or ask for a new one.';

describe('a forged token', () => {
  let issuer: Issuer;
  let server: TestApp;
  beforeAll(async () => {
    issuer = await startIssuer();
    server = await startTestApp({ env: { ...issuer.env, FAILURES_PER_MINUTE: '100000' } });
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const ask = async (token: string) => {
    const began = performance.now();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ employees { totalCount } }' }),
    });
    const answer = (await response.json()) as { data?: unknown; errors?: { message: string; extensions: object }[] };
    return { status: response.status, answer, ms: performance.now() - began };
  };

  it.each([
    ['its header', forgedHeaders],
    ['its claims', forgedClaims],
  ])('is refused for %s, while a genuine one passes', async (_what, make: (of: Issuer) => Promise<Forged[]>) => {
    const genuine = await ask(await issuer.sign(genuineClaims(issuer)));
    expect(genuine.answer.data).toEqual({ employees: { totalCount: 0 } });
    const forged = await make(issuer);
    expect(forged.length).toBeGreaterThan(50);
    const taken: number[] = [];
    const refused: unknown[] = [];
    for (const [what, token] of forged) {
      const { status, answer, ms } = await ask(token);
      taken.push(ms);
      refused.push([what, status, answer]);
    }
    const looksLikeToken = (token: string): boolean => token.split('.').length === 3;
    expect(refused).toEqual(
      forged.map(([what, token]) => {
        const message = looksLikeToken(token) ? SENTENCE : KEY_SENTENCE;
        return [what, 401, { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] }];
      }),
    );
    taken.sort((a, b) => a - b);
    console.info(`${forged.length} refused, the slowest within ${taken.at(-1)!.toFixed(1)} ms, half of them within ${taken[taken.length >> 1]!.toFixed(1)} ms`); // prettier-ignore
    // a promise of 50 ms on a machine that does nothing else; half of them at least hold it on any
    expect(taken[taken.length >> 1]).toBeLessThan(50);
    expect((await ask(await issuer.clientToken({ scope: 'graph:read' }))).status).toBe(200);
  });

  it('is refused over a socket, too, also one that is larger than any header', async () => {
    const large = await issuer.sign({ ...genuineClaims(issuer), groups: Array.from({ length: 2_000 }, (_, i) => `group ${i}`) });
    const [expired] = (await forgedClaims(issuer)).filter(([what]) => what === 'exp over');
    for (const token of [large, expired![1]]) {
      const socket = await subscribePlainly(server.url, 'subscription { changed { position } }', {}, token);
      expect(await socket.closed).toEqual({ code: 4401, reason: SENTENCE });
    }
  });
});
