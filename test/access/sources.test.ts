// A key for some sources: whom it does not see it can do nothing to, prove nothing of, and is told nothing about.
import { startTestApp, type TestApp } from '../kit/app';
import { askWith, type Asking } from '../kit/persons';
import { keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

const SINCE = '2024-01-01T00:00:00Z';

describe('a key for some sources', () => {
  let server: TestApp;
  let api: Talk;
  let lms: Asking;

  const make = async (input: object): Promise<{ secret: string | null; refusal: { code: string; path: string[] } | null }> =>
    (
      await server.query(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret refusal { code path } } }',
        { input },
      )
    ).createApiKey;

  beforeAll(async () => {
    server = await startTestApp();
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert([
      {
        ...{
          externalId: 'MINE',
          email: 'mine@example.org',
          costCenter: 'C7',
          employmentType: 'TEMPORARY',
          hiredOn: '2019-04-05',
        },
        ...{ managerExternalId: 'LEAD', effectiveAt: SINCE },
      },
      { externalId: 'THEIRS', effectiveAt: SINCE },
      { externalId: 'LEAD', email: 'lead@example.org', effectiveAt: SINCE },
    ]);
    await api.issue(
      ['MINE', 'THEIRS'].map((employeeExternalId) => ({ employeeExternalId, typeCode: 'CPR', issuedOn: '2026-01-01' })),
    );
    await api.complete([
      { employeeExternalId: 'MINE', courseCode: 'CPR-1', status: 'FAILED', completedAt: '2026-01-01T00:00:00Z' },
    ]);
    await api.complete([
      { employeeExternalId: 'LEAD', courseCode: 'CPR-1', status: 'FAILED', completedAt: '2026-01-01T00:00:00Z' },
    ]);
    const scopes = ['graph:read', 'completions:write', 'credentials:write', 'outcomes:close', 'ingestion:read', 'people:erase'];
    const { secret } = await make({ name: 'lms', scopes, sources: ['lms'] });
    lms = askWith(server, secret!);
  });
  afterAll(() => server.stop());

  it('is refused scopes that speak of everybody, when it is made and when it is used', async () => {
    for (const scope of ['audit:read', 'operations:read', 'webhooks:manage', 'access:manage', 'rules:publish', 'proofs:export']) {
      expect(await make({ name: 'wide', scopes: [scope], sources: ['lms'] })).toEqual({
        secret: null,
        refusal: { code: 'SCOPE_OF_EVERYBODY', path: ['sources'] },
      });
    }
    // one from before there was this refusal
    await server.execute(`UPDATE api_key SET scopes = scopes || '{audit:read,proofs:export}' WHERE name = 'lms'`);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const { errors } = await lms.send('{ auditKeys }');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('acts upon nobody it does not see, as if they were not there', async () => {
    const [mine, theirs] = [await api.credentials('MINE', 'CPR', 'id'), await api.credentials('THEIRS', 'CPR', 'id')];
    const act = async (field: string, credential: object): Promise<string | null> =>
      (
        await lms.query(
          `mutation ($input: CredentialActionInput!) { ${field}(input: $input) { refusal { code } credential { id } } }`,
          { input: { credential, reason: 'a test' } },
        )
      )[field].refusal?.code ?? null;
    for (const field of ['suspendCredential', 'reinstateCredential', 'revokeCredential']) {
      expect(await act(field, { id: theirs[0].id })).toBe('CREDENTIAL_NOT_FOUND');
      expect(await act(field, { holding: { employeeExternalId: 'THEIRS', typeCode: 'CPR' } })).toBe('CREDENTIAL_NOT_FOUND');
      expect(await act(field, { id: `crd_${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}` })).toBe('CREDENTIAL_NOT_FOUND');
    }
    expect(await api.credentials('THEIRS', 'CPR', 'status')).toEqual([{ status: 'ACTIVE' }]);
    expect(await act('suspendCredential', { id: mine[0].id })).toBeNull();
    expect(await act('reinstateCredential', { id: mine[0].id })).toBeNull();
    const { id } = await api.person('THEIRS', 'id');
    for (const employee of [keyOf('THEIRS'), { id }]) {
      const { eraseEmployee } = await lms.query(
        'mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { refusal { code } } }',
        { input: { employee, reason: 'a test' } },
      );
      expect(eraseEmployee.refusal?.code).toBe('UNKNOWN_EMPLOYEE');
    }
  });

  it('proves nothing: a proof opens all that anybody has told of its person', async () => {
    const document = `mutation ($input: ExportProofInput!) { exportProof(input: $input) { position refusal { code } } }`;
    for (const person of ['MINE', 'THEIRS']) {
      const { errors } = await lms.send(document, { input: { employee: keyOf(person), roleCode: 'NURSE', reason: 'a test' } });
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    expect((await lms.send('{ answerProof(position: 1) }')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('sees what was kept apart of its own source only', async () => {
    const unknown = { employeeExternalId: 'NOBODY', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-01-01T00:00:00Z' };
    await api.complete([unknown]);
    await api.complete([unknown], { source: 'other-lms' });
    const kept = async (asking: Pick<Asking, 'query'>, args: string) =>
      (await asking.query(`{ quarantine${args} { totalCount nodes { source } } }`)).quarantine;
    expect((await kept(server, '')).totalCount).toBe(2);
    expect(await kept(lms, '')).toEqual({ totalCount: 1, nodes: [{ source: 'lms' }] });
    expect(await kept(lms, '(source: "other-lms")')).toEqual({ totalCount: 0, nodes: [] });
  });

  it('is told of changes of those only of whom its source had told something by then', async () => {
    const { changes } = await lms.query('{ changes(first: 200) { changes { position employee { externalId } } } }');
    const about = changes.changes.map(({ employee }: any) => employee?.externalId).filter(Boolean);
    expect(new Set(about)).toEqual(new Set(['MINE', 'LEAD']));
    const all = (await api.changes('position employee { externalId }')).found;
    const first = changes.changes.find(({ employee }: any) => employee?.externalId === 'MINE')!;
    // what others told of the person before is not among them
    expect(
      all.filter(({ employee, position }: any) => employee?.externalId === 'MINE' && position < first.position).length,
    ).toBeGreaterThan(1);
  });

  it('finds out by no filter, order or key what others tell in confidence', async () => {
    const found = async (asking: Pick<Asking, 'query'>, filter: string): Promise<string[]> =>
      (await asking.query(`{ employees(filter: { ${filter} }) { totalCount nodes { externalId } } }`)).employees.nodes.map(
        ({ externalId }: { externalId: string }) => externalId,
      );
    const filters = [
      ...['hiredFrom: "2019-04-05"', 'hiredFrom: "2019-01-01", hiredBefore: "2020-01-01"', 'costCenter: ["C7"]'],
      ...[
        'employmentType: ["TEMPORARY"]',
        'email: ["Mine@example.org"]',
        'search: "mine@ex"',
        'managerEmail: "lead@example.org"',
      ],
    ];
    for (const filter of filters)
      expect([filter, await found(server, filter), await found(lms, filter)]).toEqual([filter, ['MINE'], []]);
    expect(await found(lms, 'search: "MINE"')).toEqual(['MINE']);
    expect(await found(lms, 'managerExternalId: "LEAD"')).toEqual(['MINE']);
    const byEmail = '{ employee(by: { email: "mine@example.org" }) { externalId } }';
    expect((await lms.query(byEmail)).employee).toBeNull();
    const { errors } = await lms.send('{ employees(orderBy: HIRED_ON) { edges { cursor } } }');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    // what its own source tells it may also look for
    await api.upsert([{ externalId: 'MINE', email: 'mine@example.com' }], { source: 'lms' });
    expect((await lms.query(byEmail.replace('.org', '.com'))).employee).toEqual({ externalId: 'MINE' });
    expect((await lms.query(byEmail)).employee).toBeNull();
    expect(await found(lms, 'search: "mine@ex"')).toEqual(['MINE']);
  });

  it('is told nothing more for what its own source told of long ago', async () => {
    const long = { costCenter: 'C1', employmentType: 'FULL_TIME', hiredOn: '1990-01-01', effectiveAt: '1991-01-01T00:00:00Z' };
    await api.upsert([{ externalId: 'MINE', attributes: { band: 'B7' } }]);
    await api.upsert([{ externalId: 'MINE', attributes: { band: 'B1' }, ...long }], { source: 'lms' });
    const asked = (args: string) =>
      `{ employee(by: { externalId: { value: "MINE" } }${args}) { costCenter employmentType hiredOn attributes } }`;
    const now = await lms.send(asked(''));
    expect(now.errors?.map(({ path, extensions }: any) => [path.at(-1), extensions.code])).toEqual(
      ['costCenter', 'employmentType', 'hiredOn'].map((field) => [field, 'FORBIDDEN']),
    );
    expect(now.data.employee).toEqual({ costCenter: null, employmentType: null, hiredOn: null, attributes: {} });
    for (const filter of ['costCenter: ["C7"]', 'employmentType: ["TEMPORARY"]', 'hiredFrom: "2019-04-05"'])
      expect((await lms.query(`{ employees(filter: { ${filter} }) { totalCount } }`)).employees.totalCount).toBe(0);
    // but what held then, which it has told
    const then = await lms.query(asked(', at: "1995-01-01T00:00:00Z"'));
    expect(then.employee).toEqual({
      costCenter: 'C1',
      employmentType: 'FULL_TIME',
      hiredOn: '1990-01-01',
      attributes: { band: 'B1' },
    });
  });

  it('cannot have the export of everybody', async () => {
    const { secret } = await make({ name: 'reader', scopes: ['graph:read'], sources: ['lms'] });
    const response = await fetch(`${server.url}/exports/changes.csv`, { headers: { authorization: `Bearer ${secret}` } });
    expect(response.status).toBe(403);
  });
});
