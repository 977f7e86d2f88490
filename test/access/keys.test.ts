// API keys as systems and those who manage them meet them.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

jest.setTimeout(60_000);

const KEY = 'id name scopes sources createdAt expiresAt revokedAt lastUsedAt earlierSecretUntil';
const PAYLOAD = `key { ${KEY} } secret refusal { code path } cursor`;
const NAME_OF = 'query ($by: EmployeeKey!) { employee(by: $by) { name } }';

describe('API keys', () => {
  let server: TestApp;
  let other: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    other = await startTestApp({ at: '2026-06-01T12:00:00Z', databaseUrl: server.databaseUrl });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert([{ externalId: 'P', department: 'ER' }]);
    await api.issue([{ employeeExternalId: 'P', typeCode: 'CPR', issuedOn: '2026-05-01' }]);
  });
  afterAll(async () => {
    await other.stop();
    await server.stop();
  });

  const act = async (field: string, type: string, input: object, secret?: string) =>
    (
      await server.send<any>(
        `mutation ($input: ${type}!) { ${field}(input: $input) { ${PAYLOAD} } }`,
        { input },
        secret === undefined ? undefined : { authorization: `Bearer ${secret}` },
      )
    ).data[field];
  const create = (name: string, scopes: string[], more: object = {}) =>
    act('createApiKey', 'CreateApiKeyInput', { name, scopes, ...more });
  const as = (secret: string, document: string, variables?: object, on = server) =>
    on.send<any>(document, variables, { authorization: `Bearer ${secret}` });
  const codeOf = async (secret: string, document = NAME_OF, variables: object = { by: keyOf('P') }, on = server) =>
    (await as(secret, document, variables, on)).errors?.[0]?.extensions.code ?? 'OK';

  it('may do what their scopes say, for the sources they speak for, and see no more on the way back', async () => {
    const { key, secret, refusal } = await create('lms sync', ['completions:write'], { sources: ['lms'] });
    expect(refusal).toBeNull();
    expect(key).toMatchObject({ name: 'lms sync', scopes: ['completions:write'], sources: ['lms'], expiresAt: null });
    expect(secret).toMatch(/^cgk_[\w-]{43}$/);
    const record = `mutation ($input: RecordCompletionsInput!) { recordCompletions(input: $input) { results { outcome } cursor } }`;
    const completions = [{ employeeExternalId: 'P', courseCode: 'CPR-1', status: 'FAILED', completedAt: '2026-05-01T00:00:00Z' }];
    const told = await as(secret, record, { input: { source: 'lms', completions } });
    expect(told.data.recordCompletions.results).toEqual([{ outcome: 'APPLIED' }]);
    expect(await codeOf(secret, record, { input: { source: 'hris', completions } })).toBe('FORBIDDEN');
    expect(await codeOf(secret)).toBe('FORBIDDEN');
    // a signal decides nothing (E2)
    const revoke = `mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { refusal { code } } }`;
    const input = { credential: { holding: { employeeExternalId: 'P', typeCode: 'CPR' } }, reason: 'because' };
    expect(await codeOf(secret, revoke, { input })).toBe('FORBIDDEN');
    expect((await api.credentials('P', 'CPR'))[0].status).toBe('ACTIVE');

    const decides = (await create('registrar', ['credentials:write'])).secret;
    const suspend = `mutation ($input: CredentialActionInput!) { suspendCredential(input: $input) { credential { employee { email } } refusal { code } } }`;
    const { data, errors } = await as(decides, suspend, { input });
    expect(errors![0]).toMatchObject({ path: ['suspendCredential', 'credential'], extensions: { code: 'FORBIDDEN' } });
    expect(data.suspendCredential).toEqual({ credential: null, refusal: null });
    expect((await api.credentials('P', 'CPR'))[0].status).toBe('SUSPENDED');
  });

  it('follow changes, and fetch them as a file, with graph:read only', async () => {
    const reader = (await create('dashboard', ['graph:read'])).secret;
    expect(await codeOf(reader)).toBe('OK');
    const fetched = (secret: string) =>
      fetch(`${server.url}/exports/changes.csv`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await fetched(reader)).status).toBe(200);
    const writer = (await create('writer', ['people:write'])).secret;
    expect((await fetched(writer)).status).toBe(403);
    expect(await codeOf(reader, '{ webhooks { nodes { id } } }', {})).toBe('FORBIDDEN');
    expect(await codeOf(reader, '{ quarantine { totalCount } }', {})).toBe('FORBIDDEN');
  });

  it('are kept as hashes, and their acts in the log without the secret', async () => {
    const { secret, key } = await create('kept', ['graph:read'], { reason: 'ticket 7' });
    const rows = await server.execute<{ text: string }>(`SELECT to_jsonb(k)::text AS text FROM api_key k`);
    const bodies = await server.execute<{ text: string }>(`SELECT encode(body, 'escape') AS text FROM log WHERE subject IS NULL`);
    for (const { text } of [...rows, ...bodies]) expect(text).not.toContain(secret.slice(4));
    const { found } = await api.changes('... on DefinitionChange { kind code }');
    expect(found).toContainEqual({ __typename: 'DefinitionChange', kind: 'API_KEY_CREATED', code: 'kept' });
    const { apiKeys } = await api.ask(`apiKeys { ${KEY} }`);
    expect(apiKeys).toContainEqual(key);
  });

  it('are rotated without a gap: both secrets open until the old one has had its time (G6)', async () => {
    const first = await create('rotated', ['graph:read']);
    const second = await act('rotateApiKey', 'RotateApiKeyInput', { id: first.key.id, overlap: 'P2D', reason: 'yearly' });
    expect(second.key.earlierSecretUntil).toBe('2026-06-03T12:00:00.000Z');
    expect([await codeOf(first.secret), await codeOf(second.secret)]).toEqual(['OK', 'OK']);
    server.clock.advance(2 * 86_400_000 + 1);
    expect([await codeOf(first.secret), await codeOf(second.secret)]).toEqual(['UNAUTHENTICATED', 'OK']);
    const third = await act('rotateApiKey', 'RotateApiKeyInput', { id: first.key.id, overlap: 'P31D', reason: 'yearly' });
    expect(third.refusal).toEqual({ code: 'OVERLAP_TOO_LONG', path: ['overlap'] });
  });

  it('open nothing five seconds after they are revoked, on any node (F13)', async () => {
    const { key, secret } = await create('stolen', ['graph:read']);
    expect([await codeOf(secret), await codeOf(secret, NAME_OF, { by: keyOf('P') }, other)]).toEqual(['OK', 'OK']);
    const { refusal, key: revoked } = await act('revokeApiKey', 'RevokeApiKeyInput', { id: key.id, reason: 'it leaked' });
    expect([refusal, revoked.revokedAt]).toEqual([null, new Date(server.clock.now()).toISOString()]);
    const began = Date.now();
    for (const node of [server, other]) {
      await eventually(
        () => codeOf(secret, NAME_OF, { by: keyOf('P') }, node),
        (code) => code === 'UNAUTHENTICATED',
        10_000,
      );
    }
    expect(Date.now() - began).toBeLessThan(5_000);
    expect((await act('revokeApiKey', 'RevokeApiKeyInput', { id: key.id, reason: 'again' })).refusal).toBeNull();
    expect((await act('rotateApiKey', 'RotateApiKeyInput', { id: key.id, reason: 'yearly' })).refusal.code).toBe('KEY_NOT_FOUND');
  });

  it('end when they expire, and say when they were last used', async () => {
    const until = new Date(server.clock.now() + 60_000).toISOString();
    const { key, secret } = await create('short', ['graph:read'], { expiresAt: until });
    expect(await codeOf(secret)).toBe('OK');
    const last = new Date(server.clock.now()).toISOString();
    await eventually(
      async () => (await api.ask(`apiKeys { id lastUsedAt }`)).apiKeys.find((one: any) => one.id === key.id).lastUsedAt,
      (at) => at === last,
      10_000,
    );
    server.clock.advance(60_000);
    expect(await codeOf(secret)).toBe('UNAUTHENTICATED');
    expect(await codeOf('cgk_nobody')).toBe('UNAUTHENTICATED');
  });

  it('cannot give what they do not have', async () => {
    const { secret } = await create('helper', ['access:manage', 'graph:read']);
    const given = await act('createApiKey', 'CreateApiKeyInput', { name: 'given', scopes: ['graph:read'] }, secret);
    expect(given.refusal).toBeNull();
    const more = await act('createApiKey', 'CreateApiKeyInput', { name: 'more', scopes: ['rules:publish'] }, secret);
    expect(more).toMatchObject({ key: null, secret: null, refusal: { code: 'SCOPE_NOT_HELD' } });
    const others = await act('revokeApiKey', 'RevokeApiKeyInput', { id: given.key.id, reason: 'mine' }, secret);
    expect(others.refusal).toBeNull();
  });

  it.each([
    [{ name: ' ' }, 'INVALID_KEY_NAME'],
    [{ name: 'a\nb' }, 'INVALID_KEY_NAME'],
    [{ name: 'x'.repeat(500) }, 'VALUE_TOO_LONG'],
    [{ name: 'dashboard' }, 'KEY_NAME_TAKEN'],
    [{ scopes: [] }, 'UNKNOWN_SCOPE'],
    [{ scopes: ['toString'] }, 'UNKNOWN_SCOPE'],
    [{ scopes: ['*'] }, 'UNKNOWN_SCOPE'],
    [{ sources: [] }, 'INVALID_SOURCE'],
    [{ sources: [' '] }, 'INVALID_SOURCE'],
    [{ expiresAt: '2026-01-01T00:00:00Z' }, 'INVALID_EXPIRY'],
    [{ reason: 'why\u0000' }, 'UNSTORABLE_VALUE'],
  ])('are refused as %j: %s', async (draft, code) => {
    const { key, secret, refusal } = await create('refused', ['graph:read'], draft);
    expect([key, secret, refusal.code]).toEqual([null, null, code]);
  });

  it('are not touched by an id that is none', async () => {
    for (const id of ['key_nothing', 'emp_1', '']) {
      expect((await act('revokeApiKey', 'RevokeApiKeyInput', { id, reason: 'x' })).refusal.code).toBe('KEY_NOT_FOUND');
    }
  });
});
