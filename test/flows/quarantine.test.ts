// What comes before what it needs: kept, visible, and applied by itself.
import { startTestApp, type TestApp } from '../kit/app';
import { nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

const PASSED = { courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T08:00:00Z' };

describe('quarantine (faults B3)', () => {
  let server: TestApp;
  let api: Talk;
  beforeEach(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
  });
  afterEach(() => server.stop());

  const waiting = async () =>
    (await api.quarantine()).nodes.map(({ operation, waitsFor, refusal }) => [operation, waitsFor, refusal.code]);

  it('keeps completions and credentials of somebody unknown, shows them, and applies them in the change that brings the person (B3 B18)', async () => {
    await nursesNeedCpr(api);
    const sent = await api.complete([{ ...PASSED, employeeExternalId: 'NEW', eventId: 'q1' }]);
    expect(sent.results).toMatchObject([
      { outcome: 'QUARANTINED', id: null, refusal: { code: 'UNKNOWN_EMPLOYEE', path: ['employeeExternalId'] } },
    ]);
    await api.complete([{ ...PASSED, employeeExternalId: 'NEW', eventId: 'q1' }]);
    await api.issue([{ employeeExternalId: 'NEW', typeCode: 'CPR', instance: '2', issuedOn: '2026-05-02' }], { source: 'board' });
    const { totalCount, nodes } = await api.quarantine();
    expect(totalCount).toBe(2);
    expect(nodes.map(({ operation, source, waitsFor }) => [operation, source, waitsFor])).toEqual([
      ['recordCompletions', 'lms', 'employee:NEW'],
      ['issueCredentials', 'board', 'employee:NEW'],
    ]);
    expect((await api.ask('quarantine(source: "board") { totalCount nodes { source } }')).quarantine).toEqual({
      totalCount: 1,
      nodes: [{ source: 'board' }],
    });

    const { cursor } = await api.changes('position');
    const { cursor: after } = await api.upsert([{ externalId: 'NEW', givenName: 'Nell', effectiveAt: '2026-01-01T00:00:00Z' }]);
    expect((await api.quarantine()).totalCount).toBe(0);
    expect(await api.credentials('NEW', 'CPR', 'instance status issuedTo history { kind source }')).toEqual(
      expect.arrayContaining([
        { instance: null, status: 'ACTIVE', issuedTo: 'Nell', history: [{ kind: 'ISSUED', source: 'lms' }] },
        { instance: '2', status: 'ACTIVE', issuedTo: 'Nell', history: [{ kind: 'ISSUED', source: 'board' }] },
      ]),
    );
    expect(await api.eligibility('NEW', 'NURSE', 'verdict since')).toEqual({
      verdict: 'ELIGIBLE',
      since: '2026-05-01T08:00:00.000Z',
    });
    const told = (await api.changes('cursor', null, cursor)).found;
    expect(told.map(({ __typename }) => __typename).sort()).toEqual([
      'CompletionChange',
      'CredentialChange',
      'CredentialChange',
      'EligibilityChange',
      'EmployeeChange',
    ]);
    expect(told.at(-1).cursor).toBe(after);
    expect((await api.complete([{ ...PASSED, employeeExternalId: 'NEW', eventId: 'q1' }])).results[0]!.outcome).toBe('DUPLICATE');
  });

  it('keeps what names a course or a type that is not defined yet, and what lacks several things until the last of them', async () => {
    await api.complete([{ ...PASSED, employeeExternalId: 'Q' }]);
    await api.issue([{ employeeExternalId: 'Q', typeCode: 'CPR', issuedOn: '2026-05-02' }]);
    expect(await waiting()).toEqual([
      ['recordCompletions', 'employee:Q', 'UNKNOWN_EMPLOYEE'],
      ['issueCredentials', 'employee:Q', 'UNKNOWN_EMPLOYEE'],
    ]);
    await api.upsert([{ externalId: 'Q' }]);
    expect(await waiting()).toEqual([
      ['recordCompletions', 'course:CPR-1', 'UNKNOWN_COURSE'],
      ['issueCredentials', 'type:CPR', 'UNKNOWN_CREDENTIAL_TYPE'],
    ]);
    await nursesNeedCpr(api);
    expect(await waiting()).toEqual([]);
    expect(await api.eligibility('Q', 'NURSE')).toMatchObject({ verdict: 'ELIGIBLE' });
    expect(await api.credentials('Q', 'CPR', 'history { kind }')).toEqual([
      { history: [{ kind: 'ISSUED' }, { kind: 'RENEWED' }] },
    ]);
  });

  it('loses nothing when people, definitions and what waits for them arrive at once', async () => {
    await nursesNeedCpr(api);
    const ids = Array.from({ length: 20 }, (_, i) => `S${i}`);
    await Promise.all(
      ids.flatMap((employeeExternalId, i) => [
        api.complete([
          { ...PASSED, employeeExternalId },
          { ...PASSED, employeeExternalId, courseCode: `LATE-${i % 4}` },
        ]),
        api.upsert([{ externalId: employeeExternalId }]),
        ...(i % 5 === 3 ? [api.defineCourses({ code: `LATE-${Math.floor(i / 5)}` })] : []),
      ]),
    );
    expect(await waiting()).toEqual([]);
    for (const id of ids) expect((await api.person(id, 'completions { totalCount }')).completions.totalCount).toBe(2);
    expect(await server.execute('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')).toEqual([
      { deadlocks: 0 },
    ]);
  });

  it('lets two sources use one event id, also when both wait for the same person (B8)', async () => {
    await api.defineTypes({ code: 'CPR' });
    const issue = { employeeExternalId: 'E', typeCode: 'CPR', issuedOn: '2026-05-02', eventId: '1' };
    const sources = ['board', 'academy'];
    for (const source of sources) await api.issue([{ ...issue, instance: source }], { source });
    await api.upsert([{ externalId: 'E' }]);
    expect(await waiting()).toEqual([]);
    for (const source of sources) {
      expect((await api.issue([{ ...issue, instance: 'another', issuedOn: '2026-05-03' }], { source })).results[0]!.outcome).toBe(
        'DUPLICATE',
      );
    }
    expect((await api.credentials('E', 'CPR', 'instance')).map(({ instance }) => instance).sort()).toEqual([...sources].sort());
  });

  it('issues what came without a date as of the instant it came, not of the instant it could be applied (B18)', async () => {
    await api.defineTypes({ code: 'CPR' });
    await api.issue([{ employeeExternalId: 'U', typeCode: 'CPR' }]);
    server.clock.set('2026-06-09T12:00:00Z');
    await api.upsert([{ externalId: 'U', effectiveAt: '2026-01-01T00:00:00Z' }]);
    expect(await api.credentials('U', 'CPR', 'issuedAt history { occurredAt }')).toEqual([
      { issuedAt: '2026-06-01T12:00:00.000Z', history: [{ occurredAt: '2026-06-01T12:00:00.000Z' }] },
    ]);
  });

  it('keeps, with the new reason, what turns out to be wrong once it can be looked at', async () => {
    await api.issue([{ employeeExternalId: 'W', typeCode: 'CPR', issuedAt: '2026-05-02T00:00:00Z', expiresOn: '2026-05-01' }]);
    const certain = await api.issue([
      { employeeExternalId: 'W', typeCode: 'CPR', issuedOn: '2026-05-02', expiresOn: '2026-05-01' },
    ]);
    expect(certain.results[0]).toMatchObject({ outcome: 'REJECTED', refusal: { code: 'EXPIRES_BEFORE_ISSUED' } });
    await api.defineTypes({ code: 'CPR' });
    await api.upsert([{ externalId: 'W' }]);
    expect((await api.quarantine()).nodes).toEqual([
      {
        operation: 'issueCredentials',
        source: 'issuer',
        item: expect.stringContaining('"expiresOn":"2026-05-01"'),
        waitsFor: null,
        refusal: { code: 'EXPIRES_BEFORE_ISSUED', path: ['expiresOn'] },
      },
    ]);
  });

  it('spoils no neighbour, and waits also for somebody only a later source knows', async () => {
    await nursesNeedCpr(api);
    await api.upsert([{ externalId: 'K' }]);
    const { results } = await api.complete([
      { ...PASSED, employeeExternalId: 'K' },
      { ...PASSED, employeeExternalId: '?' },
      { ...PASSED, employeeExternalId: 'K', attemptId: '2', courseCode: 'NO' },
      { ...PASSED, employeeExternalId: 'K', attemptId: '3' },
    ]);
    expect(results.map((result) => [result.index, result.outcome])).toEqual([
      [0, 'APPLIED'],
      [1, 'QUARANTINED'],
      [2, 'QUARANTINED'],
      [3, 'APPLIED'],
    ]);
    // the address arrives as an alias of somebody who is there already
    await api.complete([{ ...PASSED, attemptId: '4', employeeExternalId: 'k@x.org' }]);
    expect((await api.quarantine()).nodes.map((node) => node.waitsFor)).toContain('employee:k@x.org');
    await api.upsert([{ externalId: 'K', email: 'K@x.org' }]);
    expect((await api.quarantine()).nodes.map((node) => node.waitsFor)).not.toContain('employee:k@x.org');
    expect((await api.person('K', 'completions { totalCount }')).completions.totalCount).toBe(3);
  });
});
