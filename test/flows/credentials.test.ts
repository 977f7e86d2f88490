// Credentials: one shape for every kind, one holding with one history, and a record that says why.
import { decideAwards, parseAwardCondition, type Attempt, type Course } from '../../src/core/award';
import { isRefusal } from '../../src/core/refusal';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, keyOf, talkTo, type Talk } from '../kit/seed';

const HISTORY = 'id history { kind occurredAt }';

jest.setTimeout(30_000);

describe('credentials', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  const passed = (employeeExternalId: string, courseCode: string, completedAt: string, more: object = {}) => ({
    employeeExternalId,
    courseCode,
    status: 'PASSED',
    completedAt,
    ...more,
  });
  const kinds = (credential: { history: { kind: string }[] }): string[] => credential.history.map(({ kind }) => kind);

  it('of three kinds and three sources are read by one query, eight fields each and no fragment (A5)', async () => {
    await api.defineTypes(
      {
        code: 'A5-CERT',
        kind: 'CERTIFICATION',
        issuer: 'ProSight',
        payImpact: true,
        renewal: { life: 'P2Y' },
      },
      { code: 'A5-BADGE', kind: 'BADGE', issuer: 'Academy', operational: false },
      { code: 'A5-OATH', kind: 'ATTESTATION', issuer: 'Legal', renewal: { life: 'P1Y' } },
    );
    await api.upsert([{ externalId: 'A5' }]);
    const sent = [
      ['vendor', 'A5-CERT'],
      ['badges', 'A5-BADGE'],
      ['legal', 'A5-OATH'],
    ] as const;
    for (const [source, typeCode] of sent)
      await api.issue(
        [{ employeeExternalId: 'A5', typeCode, issuedOn: '2026-01-10', evidenceUrl: `https://${source}.example/1` }],
        { source },
      );
    const { credentials } = await api.ask(
      `credentials(filter: { typeCode: ["A5-CERT", "A5-BADGE", "A5-OATH"] }, first: 10) { nodes {
        type { code issuer renewalText payImpact } issuedAt expiresAt status evidenceUrl } }`,
    );
    const found = Object.fromEntries(credentials.nodes.map((node: { type: { code: string } }) => [node.type.code, node]));
    const issuedAt = '2026-01-10T00:00:00.000Z';
    const text = expect.stringMatching(/\w+/) as string;
    expect(found).toEqual({
      'A5-CERT': {
        type: { code: 'A5-CERT', issuer: 'ProSight', renewalText: text, payImpact: true },
        issuedAt,
        expiresAt: '2028-01-10T00:00:00.000Z',
        status: 'ACTIVE',
        evidenceUrl: 'https://vendor.example/1',
      },
      'A5-BADGE': {
        type: { code: 'A5-BADGE', issuer: 'Academy', renewalText: text, payImpact: false },
        issuedAt,
        expiresAt: null,
        status: 'ACTIVE',
        evidenceUrl: 'https://badges.example/1',
      },
      'A5-OATH': {
        type: { code: 'A5-OATH', issuer: 'Legal', renewalText: text, payImpact: false },
        issuedAt,
        expiresAt: '2027-01-10T00:00:00.000Z',
        status: 'ACTIVE',
        evidenceUrl: 'https://legal.example/1',
      },
    });
  });

  it('have an operation for each thing done to them, and each answers with its id and a cursor behind itself (B28)', async () => {
    await api.defineCourses({ code: 'B28' });
    await api.defineTypes({ code: 'B28', renewal: { life: 'P1Y' } }, { code: 'B28-OUT', renewal: { life: 'P1Y' } });
    await api.publishAward('B28', { passed: { courseCode: 'B28' } });
    let { cursor } = await api.upsert([{ externalId: 'B28' }]);
    const step = async (answer: Promise<{ cursor: string }>): Promise<string[]> => {
      const before = cursor;
      ({ cursor } = await answer);
      const { found } = await api.changes('... on CredentialChange { kind }', { employeeExternalId: ['B28'] }, before);
      expect(cursor).not.toBe(before);
      expect((await api.changes('position', { employeeExternalId: ['B28'] }, cursor)).found).toEqual([]);
      return found.filter(({ __typename }) => __typename === 'CredentialChange').map(({ kind }) => kind);
    };
    const attempt = (status: string, completedAt: string, attemptId: string) =>
      api.complete([{ employeeExternalId: 'B28', courseCode: 'B28', attemptId, status, completedAt }]);
    const ids: (string | null)[] = [];
    const known = async <T extends { cursor: string; results?: readonly { outcome: string; id: string | null }[] }>(
      sent: Promise<T>,
    ): Promise<T> => {
      const answer = await sent;
      expect(answer.results!.map(({ outcome }) => outcome)).toEqual(['APPLIED']);
      ids.push(answer.results![0]!.id);
      return answer;
    };
    // enrol, post the completion, renew by another
    expect(await step(known(attempt('NOT_STARTED', '2025-07-01T00:00:00Z', 'a1')))).toEqual([]);
    expect(await step(known(attempt('PASSED', '2025-08-01T00:00:00Z', 'a1')))).toEqual(['ISSUED']);
    expect(await step(known(attempt('PASSED', '2026-05-01T00:00:00Z', 'a2')))).toEqual(['RENEWED']);
    // issue and renew what another body grants
    const grant = (issuedOn: string) => api.issue([{ employeeExternalId: 'B28', typeCode: 'B28-OUT', issuedOn }]);
    expect(await step(known(grant('2026-01-01')))).toEqual(['ISSUED']);
    expect(await step(known(grant('2026-05-01')))).toEqual(['RENEWED']);
    expect(ids.every((id) => typeof id === 'string')).toBe(true);
    // its recertification status, and its end
    const acted = async (sent: ReturnType<Talk['revoke']>, status: string) => {
      const answer = await sent;
      expect(answer).toMatchObject({ refusal: null, credential: { status } });
      return answer;
    };
    const holding = ['B28', 'B28'] as const;
    expect(await step(acted(api.suspend(holding, 'audit'), 'SUSPENDED'))).toEqual(['SUSPENDED']);
    expect(await step(acted(api.reinstate(holding, 'audit passed'), 'ACTIVE'))).toEqual(['REINSTATED']);
    expect(await step(acted(api.revoke(holding, 'fraud'), 'REVOKED'))).toEqual(['REVOKED']);
    const [credential] = await api.credentials('B28', 'B28', 'history { kind reason recordedAt }');
    expect(credential.history.map((event: { kind: string; reason: string | null }) => [event.kind, event.reason])).toEqual([
      ['ISSUED', null],
      ['RENEWED', null],
      ['SUSPENDED', 'audit'],
      ['REINSTATED', 'audit passed'],
      ['REVOKED', 'fraud'],
    ]);
  });

  it('by rule of two courses and a score are issued for the pair only, whichever comes last (C1)', async () => {
    await api.defineCourses({ code: 'C1-A' }, { code: 'C1-B' });
    await api.defineTypes({ code: 'C1' });
    await api.publishAward('C1', {
      all: [{ passed: { courseCode: 'C1-A' } }, { passed: { courseCode: 'C1-B', minScore: 80 } }],
    });
    const people: Record<string, object[]> = {
      'C1-first': [passed('C1-first', 'C1-A', '2026-02-01T00:00:00Z')],
      'C1-second': [passed('C1-second', 'C1-B', '2026-02-01T00:00:00Z', { score: 100 })],
      'C1-low': [
        passed('C1-low', 'C1-A', '2026-02-01T00:00:00Z'),
        passed('C1-low', 'C1-B', '2026-02-02T00:00:00Z', { score: 79.9 }),
      ],
      'C1-both': [
        passed('C1-both', 'C1-A', '2026-02-01T00:00:00Z'),
        passed('C1-both', 'C1-B', '2026-02-02T00:00:00Z', { score: 80 }),
      ],
      'C1-turned': [
        passed('C1-turned', 'C1-B', '2026-02-01T00:00:00Z', { score: 80 }),
        passed('C1-turned', 'C1-A', '2026-02-02T00:00:00Z'),
      ],
    };
    await api.upsert(Object.keys(people).map((externalId) => ({ externalId })));
    await api.complete(Object.values(people).flat() as Record<string, unknown>[]);
    const { credentials } = await api.ask(
      'credentials(filter: { typeCode: ["C1"] }, first: 10) { nodes { employee { externalId } issuedAt } }',
    );
    expect(new Map(credentials.nodes.map((node: any) => [node.employee.externalId, node.issuedAt]))).toEqual(
      new Map([
        ['C1-both', '2026-02-02T00:00:00.000Z'],
        ['C1-turned', '2026-02-02T00:00:00.000Z'],
      ]),
    );
  });

  it('answer three questions before an issue, and every branch leaves a record of its own (C2 C6)', async () => {
    await api.defineCourses({ code: 'C2' });
    await api.defineTypes({ code: 'C2', renewal: { life: 'P1Y' } });
    await api.publishAward('C2', { passed: { courseCode: 'C2', minScore: 50 } });
    await api.upsert([{ externalId: 'C2' }]);
    const tries = [
      ['2022-01-01T00:00:00Z', 40],
      ['2022-02-01T00:00:00Z', 50],
      ['2022-12-01T00:00:00Z', 60],
      ['2025-02-01T00:00:00Z', 70],
    ] as const;
    for (const [i, [at, score]] of tries.entries()) await api.complete([passed('C2', 'C2', at, { score, attemptId: `a${i}` })]);
    const { completions } = await api.person(
      'C2',
      'completions { nodes { decisions { outcome isEligible isHeld isFirst credential { id } } } }',
    );
    const [{ id }] = await api.credentials('C2', 'C2', 'id');
    expect(completions.nodes.flatMap((node: { decisions: object[] }) => node.decisions)).toEqual([
      { outcome: 'CONDITION_NOT_MET', isEligible: false, isHeld: false, isFirst: true, credential: null },
      { outcome: 'FIRST_ISSUE', isEligible: true, isHeld: false, isFirst: true, credential: { id } },
      { outcome: 'RENEWAL', isEligible: true, isHeld: true, isFirst: false, credential: { id } },
      { outcome: 'REISSUE', isEligible: true, isHeld: false, isFirst: false, credential: { id } },
    ]);
  });

  it('carry a record from which that version of the rule decides the same again, and a changed record does not (C3)', async () => {
    await api.defineCourses({ code: 'C3-A' }, { code: 'C3-B' });
    await api.defineTypes({ code: 'C3', issuer: 'Safety Board' });
    const when = (minScore: number) => ({
      all: [{ passed: { courseCode: 'C3-A', minScore } }, { passed: { courseCode: 'C3-B' } }],
    });
    const versions = new Map<number, unknown>();
    const keep = async (minScore: number, effectiveFrom?: string) => {
      const { version } = await api.publishAward('C3', when(minScore), { effectiveFrom });
      versions.set(version!.version, version!.ast);
    };
    await keep(60);
    await keep(95, '2026-05-20T00:00:00Z');
    await api.upsert([{ externalId: 'C3', givenName: 'Ada', familyName: 'Lee' }]);
    await api.complete([
      passed('C3', 'C3-A', '2026-05-01T08:00:00Z', { score: 61 }),
      passed('C3', 'C3-B', '2026-05-02T08:00:00Z', { evidenceUrl: 'https://e.example/c3' }),
    ]);
    const [credential] = await api.credentials(
      'C3',
      'C3',
      `employee { externalId } type { code }
       history { kind occurredAt recordedAt ruleVersion issuer issuedTo completionIds evidenceUrl source actor }`,
    );
    const [record] = credential.history;
    expect(record).toMatchObject({
      kind: 'ISSUED',
      occurredAt: '2026-05-02T08:00:00.000Z',
      recordedAt: '2026-06-01T12:00:00.000Z',
      ruleVersion: 1,
      issuer: 'Safety Board',
      issuedTo: 'Ada Lee',
      evidenceUrl: 'https://e.example/c3',
      source: 'lms',
      actor: 'key:admin',
    });
    expect(credential.employee.externalId).toBe('C3');
    const { nodes } = await server.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Completion { id courseCode status score creditHours completedAt evidenceUrl } } }',
      { ids: record.completionIds },
    );
    const attempts: Attempt[] = nodes.map((node: any) => ({ ...node, at: Date.parse(node.completedAt) }));
    expect(attempts.map(({ courseCode }) => courseCode)).toEqual(['C3-A', 'C3-B']);
    const again = (read: readonly Attempt[], version: number) => {
      const condition = parseAwardCondition(versions.get(version));
      if (isRefusal(condition)) throw new Error(condition.message);
      const course = (code: string): [string, Course] => [
        code,
        { code, passMark: null, retakePolicy: 'LATEST', creditHours: null },
      ];
      const last = decideAwards(
        [{ version, from: -Infinity, until: Infinity, when: condition }],
        new Map([course('C3-A'), course('C3-B')]),
        [...read],
        'UTC',
      ).at(-1);
      return { at: last?.at, satisfied: last?.satisfied, used: last?.usedAttemptIds };
    };
    const decided = { at: Date.parse(record.occurredAt), satisfied: true, used: record.completionIds };
    expect(again(attempts, record.ruleVersion)).toEqual(decided);
    expect(again(attempts, 2)).not.toEqual(decided);
    expect(again([{ ...attempts[0]!, score: 59 }, attempts[1]!], record.ruleVersion)).not.toEqual(decided);
    expect(again(attempts.slice(1), record.ruleVersion)).not.toEqual(decided);
  });

  it('issued by many at once are one holding; what is not the first is a renewal or nothing (C4)', async () => {
    await api.defineCourses({ code: 'C4' });
    await api.defineTypes({ code: 'C4', renewal: { life: 'P1Y' } });
    await api.publishAward('C4', { passed: { courseCode: 'C4' } });
    await api.upsert([{ externalId: 'C4' }, { externalId: 'C4-same' }]);
    const issue = (who: string, source: string, issuedOn: string) =>
      api.issue([{ employeeExternalId: who, typeCode: 'C4', issuedOn }], { source });
    const same = await Promise.all(['s1', 's1', 's1', 's1'].map((source) => issue('C4-same', source, '2026-03-01')));
    expect(same.map(({ results }) => results[0]!.outcome).sort()).toEqual(['APPLIED', 'UNCHANGED', 'UNCHANGED', 'UNCHANGED']);
    expect((await api.credentials('C4-same', 'C4', HISTORY)).map(kinds)).toEqual([['ISSUED']]);
    await Promise.all([
      ...['s1', 's2', 's3', 's4', 's5', 's6'].map((source, i) => issue('C4', source, `2026-03-0${i + 1}`)),
      api.complete([passed('C4', 'C4', '2026-03-09T00:00:00Z')]),
    ]);
    const held = await api.credentials('C4', 'C4', `${HISTORY} status expiresAt`);
    expect(held.map(kinds)).toEqual([['ISSUED', ...Array<string>(6).fill('RENEWED')]]);
    expect(held[0]).toMatchObject({ status: 'ACTIVE', expiresAt: '2027-03-09T00:00:00.000Z' });
  });

  it('keep first issue, renewal, lapse and reissue in one history of one holding (C6)', async () => {
    await api.defineTypes({ code: 'C6', renewal: { life: 'P1Y' } });
    await api.upsert([{ externalId: 'C6' }]);
    const ids = new Set<string>();
    for (const issuedOn of ['2022-01-10', '2022-12-20', '2025-06-15', '2026-05-30']) {
      const { results } = await api.issue([{ employeeExternalId: 'C6', typeCode: 'C6', issuedOn }]);
      expect(results[0]!.outcome).toBe('APPLIED');
      ids.add((await api.credentials('C6', 'C6', 'id'))[0].id);
    }
    expect(ids.size).toBe(1);
    const held = await api.credentials('C6', 'C6', HISTORY);
    expect(
      held.map(({ history }) => history.map((e: { kind: string; occurredAt: string }) => [e.kind, e.occurredAt.slice(0, 10)])),
    ).toEqual([
      [
        ['ISSUED', '2022-01-10'],
        ['RENEWED', '2022-12-20'],
        ['EXPIRED', '2023-12-20'],
        ['ISSUED', '2025-06-15'],
        ['RENEWED', '2026-05-30'],
      ],
    ]);
    const early = await api.credentials('C6', 'C6', HISTORY, { at: '2023-06-01T00:00:00Z' });
    expect(early.map(kinds)).toEqual([['ISSUED', 'RENEWED']]);
  });

  it('are not revoked without a reason, and say it once they are (C10)', async () => {
    await api.defineTypes({ code: 'C10' });
    await api.upsert([{ externalId: 'C10' }]);
    await api.issue([{ employeeExternalId: 'C10', typeCode: 'C10', issuedOn: '2026-01-01' }]);
    for (const reason of ['', '  \t\n']) {
      const { refusal, credential } = await api.revoke(['C10', 'C10'], reason);
      expect([refusal!.code, refusal!.path, credential]).toEqual(['REASON_REQUIRED', ['reason'], null]);
    }
    const { errors } = await server.send(
      'mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { cursor } }',
      { input: { credential: { holding: { employeeExternalId: 'C10', typeCode: 'C10' } } } },
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(await api.credentials('C10', 'C10', 'status history { kind }')).toEqual([
      { status: 'ACTIVE', history: [{ kind: 'ISSUED' }] },
    ]);
    const done = await api.revoke(['C10', 'C10'], 'issued to the wrong person');
    expect(done.credential).toMatchObject({ status: 'REVOKED', statusText: 'C10 certification revoked on 2026-06-01' });
    expect((await api.credentials('C10', 'C10', 'history { kind reason actor }'))[0].history.at(-1)).toEqual({
      kind: 'REVOKED',
      reason: 'issued to the wrong person',
      actor: 'key:admin',
    });
    expect((await api.revoke(['C10', 'C10'], 'again')).refusal!.code).toBe('ALREADY_REVOKED');
    expect((await api.revoke(['C10', 'NONE'], 'no such type')).refusal!.code).toBe('CREDENTIAL_NOT_FOUND');
  });

  it('that expire or are revoked stay: nothing is deleted, and before it they read as active (C9)', async () => {
    await api.defineTypes({ code: 'C9', renewal: { life: 'P1Y' } });
    await api.upsert([{ externalId: 'C9' }, { externalId: 'C9-taken' }]);
    await api.issue(
      ['C9', 'C9-taken'].map((employeeExternalId) => ({ employeeExternalId, typeCode: 'C9', issuedOn: '2025-06-03' })),
    );
    const tables = ['credential', 'credential_fact', 'credential_segment', 'log'];
    const count = async (): Promise<number[]> => {
      const sql = tables.map((table) => `(SELECT count(*) FROM ${table})::int8 AS "${table}"`).join();
      const [row] = await server.execute<Record<string, number>>(`SELECT ${sql}`);
      return tables.map((table) => row![table]!);
    };
    const before = await count();
    const { cursor } = await api.revoke(['C9-taken', 'C9'], 'mistake');
    const afterRevocation = await count();
    server.clock.set('2026-06-10T00:00:00Z');
    await eventually(
      () => api.changes('... on CredentialChange { kind }', { typeCode: ['C9'] }, cursor),
      ({ found }) => found.some(({ kind }) => kind === 'EXPIRED'),
    );
    const afterExpiry = await count();
    for (const i of tables.keys()) {
      expect(afterRevocation[i]).toBeGreaterThanOrEqual(before[i]!);
      expect(afterExpiry[i]).toBeGreaterThanOrEqual(afterRevocation[i]!);
    }
    const status = async (who: string, at?: string) => (await api.credentials(who, 'C9', 'status', { at }))[0].status;
    expect(await status('C9')).toBe('EXPIRED');
    expect(await status('C9', '2026-06-02T23:59:59.999Z')).toBe('ACTIVE');
    expect(await status('C9', '2026-06-03T00:00:00Z')).toBe('EXPIRED');
    expect(await status('C9-taken')).toBe('REVOKED');
    expect(await status('C9-taken', '2026-06-01T11:59:59.999Z')).toBe('ACTIVE');
    expect(await status('C9-taken', '2026-06-01T12:00:00Z')).toBe('REVOKED');
  });

  it('that are purely developmental announce no expiry; operational ones with the same dates do (A23)', async () => {
    const renewal = { life: 'P1Y', noticeBefore: ['P30D'] };
    await api.defineTypes({ code: 'A23-WORK', renewal }, { code: 'A23-FUN', operational: false, renewal });
    await api.upsert([{ externalId: 'A23' }]);
    const { cursor } = await api.issue(
      ['A23-WORK', 'A23-FUN'].map((typeCode) => ({ employeeExternalId: 'A23', typeCode, issuedOn: '2026-06-01' })),
    );
    server.clock.set('2027-06-02T00:00:00Z');
    const { found } = await eventually(
      () => api.changes('... on CredentialChange { kind credential { type { code } } }', { employeeExternalId: ['A23'] }, cursor),
      (seen) => seen.found.filter(({ kind }) => kind === 'EXPIRED').length === 2,
    );
    const of = (code: string) => found.filter(({ credential }) => credential.type.code === code).map(({ kind }) => kind);
    expect(of('A23-WORK')).toEqual(['EXPIRING', 'EXPIRED']);
    expect(of('A23-FUN')).toEqual(['EXPIRED']);
    const { employee } = await api.ask(
      'employee(by: $by) { credentials(filter: { operational: true }) { nodes { type { code } history { kind } } } }',
      { by: keyOf('A23') },
      '($by: EmployeeKey!) ',
    );
    expect(employee.credentials.nodes.map((node: any) => [node.type.code, kinds(node)])).toEqual([
      ['A23-WORK', ['ISSUED', 'EXPIRED']],
    ]);
    const [fun] = await api.credentials('A23', 'A23-FUN', HISTORY);
    expect(kinds(fun)).toEqual(['ISSUED', 'EXPIRED']);
  });
});
