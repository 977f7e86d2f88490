import { LEEWAY_MS, readClaims } from './claims';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const at = NOW / 1_000;
const claims = (more: object = {}) => readClaims({ sub: 'ada', client_id: 'app', exp: at + 60, iat: at, ...more }, NOW);

describe('the claims of a token', () => {
  it('say whom it is for, what it allows and until when', () => {
    const said = { scope: 'openid graph:read', email: 'Ada@Example.org', groups: ['nurses', 'nurses', 'night shift'] };
    expect(claims(said)).toEqual({
      subject: { sub: 'ada', email: 'ada@example.org' },
      clientId: 'app',
      isOfClient: false,
      expiresAt: NOW + 60_000,
      scopes: new Set(['graph:read']),
      groups: ['nurses', 'night shift'],
    });
    expect(claims({ sub: 'app' })?.isOfClient).toBe(true);
  });

  it('end at their instant, and may begin later by the leeway', () => {
    expect(claims({ exp: at + 0.001 })?.expiresAt).toBe(NOW + 1);
    expect([claims({ exp: at }), claims({ exp: at - 1 })]).toEqual([null, null]);
    expect(claims({ iat: at + LEEWAY_MS / 1_000 })).not.toBeNull();
    expect(claims({ iat: at + LEEWAY_MS / 1_000 + 1 })).toBeNull();
  });

  it.each([
    [{ email_verified: false }, null],
    [{ email_verified: 'false' }, null],
    [{ email_verified: true }, 'a@b.c'],
    [{}, 'a@b.c'],
    [{ email: 'nobody' }, null],
    [{ email: '\u212Aelvin@b.c' }, null],
    [{ email: 'Ärzte@b.c' }, 'ärzte@b.c'],
    [{ email: ['a@b.c'] }, null],
    [{ email: 'a\u0000@b.c' }, null],
    [{ email: `${'a'.repeat(320)}@b.c` }, null],
  ])('take an e-mail address that the issuer does not disown: %j', (more, email) => {
    expect(claims({ email: 'A@B.C', ...more })?.subject.email).toBe(email);
  });

  it('name two hundred groups at most, all of them text', () => {
    const groups = [...Array.from({ length: 300 }, (_, i) => `g${i}`)];
    expect(claims({ groups })?.groups).toEqual(groups.slice(0, 200));
    expect(claims({ groups: ['a', 1, null, ['b'], '', 'c\u0000', '\ud800', 'x'.repeat(256), 'd'] })?.groups).toEqual(['a', 'd']);
    for (const none of ['a', { 0: 'a' }, null, undefined]) expect(claims({ groups: none })?.groups).toEqual([]);
  });

  it.each([['é'], ['a\nb'], [' a'], ['a '], ['x'.repeat(201)], ['']])('are refused of a client called %j', (id) => {
    expect(claims({ client_id: id })).toBeNull();
  });
});
