// Learning: every attempt is kept, one of them counts, and what it earns says why.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const DECISION = 'decisions { outcome isEligible isHeld isFirst missing ruleVersion type { code } }';

describe('learning', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  const attempts = async (who: string, selection = 'courseCode attemptId status score') =>
    (await api.person(who, `completions { totalCount nodes { ${selection} } }`)).completions as {
      totalCount: number;
      nodes: any[];
    };
  const awardedFor = async (who: string, type: string): Promise<string[][]> => {
    const [credential] = await api.credentials(who, type, 'history { kind completionIds }');
    return (credential?.history ?? []).map((event: { completionIds: string[] }) => event.completionIds);
  };

  it('reads a record back as it was sent; a second attempt keeps both (A3)', async () => {
    await api.defineCourses({ code: 'PAP-201', creditHours: 2 });
    await api.upsert([{ externalId: 'A3' }]);
    const record = {
      courseCode: 'PAP-201',
      attemptId: 'att-1',
      status: 'PASSED',
      score: 92.5,
      creditHours: 1.25,
      completedAt: '2026-04-10T14:05:00.000Z',
      evidenceUrl: 'https://lms.example/e/1?x=%20&y=é',
      recertificationCycle: '2026-2028',
      badgeId: 'badge-9',
      expiresOn: '2028-04-09',
    };
    await api.complete([{ ...record, employeeExternalId: 'A3', eventId: 'ev-1' }]);
    const fields = Object.keys(record).join(' ');
    expect(await attempts('A3', `${fields} source`)).toEqual({ totalCount: 1, nodes: [{ ...record, source: 'lms' }] });
    await api.complete([
      {
        employeeExternalId: 'A3',
        courseCode: 'PAP-201',
        attemptId: 'att-2',
        status: 'FAILED',
        completedAt: '2026-04-11T00:00:00Z',
      },
    ]);
    const both = await attempts('A3', 'id attemptId score employee { externalId }');
    expect(both.nodes).toMatchObject([
      { attemptId: 'att-1', score: 92.5 },
      { attemptId: 'att-2', score: null, employee: { externalId: 'A3' } },
    ]);
    for (const { id } of both.nodes)
      expect((await api.ask(`node(id: "${id}") { id ... on Completion { courseCode } }`)).node).toEqual({
        id,
        courseCode: 'PAP-201',
      });
  });

  it('takes the same attempt once under however many event ids, and lets it move on, never back (B9 B28)', async () => {
    await api.defineCourses({ code: 'C9' });
    await api.upsert([{ externalId: 'B9' }]);
    const send = async (eventId: string, more: object) =>
      (await api.complete([{ employeeExternalId: 'B9', courseCode: 'C9', attemptId: 'a1', eventId, ...more }])).results[0]!;
    const enrolled = await send('1', { status: 'NOT_STARTED', completedAt: '2026-04-01T00:00:00Z' });
    const passed = await send('2', { status: 'PASSED', score: 80, completedAt: '2026-04-03T00:00:00Z' });
    expect([enrolled.outcome, passed.outcome, passed.id]).toEqual(['APPLIED', 'APPLIED', enrolled.id]);
    const again = [
      await send('3', { status: 'PASSED', score: 80, completedAt: '2026-04-03T00:00:00Z' }),
      await send('4', { status: 'IN_PROGRESS', completedAt: '2026-04-02T00:00:00Z' }),
    ];
    expect(again.map((result) => [result.outcome, result.id])).toEqual([
      ['DUPLICATE', enrolled.id],
      ['DUPLICATE', enrolled.id],
    ]);
    expect((await attempts('B9')).nodes).toEqual([{ courseCode: 'C9', attemptId: 'a1', status: 'PASSED', score: 80 }]);
    // a re-grade is later than the result it replaces
    expect((await send('5', { status: 'FAILED', score: 60, completedAt: '2026-04-05T00:00:00Z' })).outcome).toBe('APPLIED');
    expect((await attempts('B9')).nodes).toMatchObject([{ status: 'FAILED', score: 60 }]);
  });

  it('counts the attempt that the course’s retake policy picks; the others stay visible (B23)', async () => {
    const policies = ['LATEST', 'HIGHEST_SCORE', 'FIRST_PASS'];
    await api.defineCourses(
      { code: 'EXAM-2' },
      ...policies.map((retakePolicy) => ({ code: `EXAM-${retakePolicy}`, passMark: 70, retakePolicy })),
    );
    for (const policy of policies) {
      await api.defineTypes({ code: `T-${policy}` });
      await api.publishAward(`T-${policy}`, {
        all: [{ passed: { courseCode: `EXAM-${policy}` } }, { passed: { courseCode: 'EXAM-2' } }],
      });
    }
    const scores = [
      ['a1', 55],
      ['a2', 75],
      ['a3', 95],
      ['a4', 80],
    ] as const;
    const take = (who: string, attemptId: string, score: number, day: number) =>
      policies.map((policy) => ({
        employeeExternalId: who,
        courseCode: `EXAM-${policy}`,
        attemptId,
        score,
        status: 'PASSED',
        completedAt: `2026-03-0${day}T00:00:00Z`,
      }));
    const second = (who: string) => ({
      employeeExternalId: who,
      courseCode: 'EXAM-2',
      attemptId: 'b',
      status: 'PASSED',
      completedAt: '2026-03-20T00:00:00Z',
    });
    await api.upsert([{ externalId: 'R1' }, { externalId: 'R2' }]);
    await api.complete([...scores.flatMap(([id, score], i) => take('R1', id, score, i + 1)), second('R1')]);
    await api.complete([
      ...scores.flatMap(([id, score], i) => take('R2', id, score, i + 1)),
      ...take('R2', 'a5', 10, 9),
      second('R2'),
    ]);
    const winner = async (who: string, policy: string): Promise<string | null> => {
      const [ids] = await awardedFor(who, `T-${policy}`);
      const nodes = await Promise.all(
        (ids ?? []).map(async (id) => (await api.ask(`node(id: "${id}") { ... on Completion { attemptId courseCode } }`)).node),
      );
      return nodes.find(({ courseCode }) => courseCode !== 'EXAM-2')?.attemptId ?? null;
    };
    expect(await Promise.all(policies.map((policy) => winner('R1', policy)))).toEqual(['a4', 'a3', 'a2']);
    // a fifth attempt that fails takes away the latest, not the best or the first
    expect(await Promise.all(policies.map((policy) => winner('R2', policy)))).toEqual([null, 'a3', 'a2']);
    expect((await attempts('R2')).totalCount).toBe(3 * 5 + 1);
  });

  it('a threshold decides, to the point; where attendance is enough the score is ignored (B27)', async () => {
    await api.defineCourses({ code: 'MARKED', passMark: 70 }, { code: 'ATTENDED' });
    await api.defineTypes({ code: 'T-MARKED' }, { code: 'T-ATTENDED' }, { code: 'T-HIGH' });
    await api.publishAward('T-MARKED', { passed: { courseCode: 'MARKED' } });
    await api.publishAward('T-ATTENDED', { passed: { courseCode: 'ATTENDED' } });
    await api.publishAward('T-HIGH', { passed: { courseCode: 'ATTENDED', minScore: 70 } });
    const scores = [69, 69.99, 70, 71, null];
    await api.upsert(scores.map((_, i) => ({ externalId: `M${i}` })));
    await api.complete(
      scores.flatMap((score, i) =>
        ['MARKED', 'ATTENDED'].map((courseCode) => ({
          employeeExternalId: `M${i}`,
          courseCode,
          score,
          status: 'PASSED',
          completedAt: '2026-05-01T00:00:00Z',
        })),
      ),
    );
    const held = async (type: string) =>
      Promise.all(scores.map(async (_, i) => (await api.credentials(`M${i}`, type)).length === 1));
    expect(await held('T-MARKED')).toEqual([false, false, true, true, true]);
    expect(await held('T-ATTENDED')).toEqual([true, true, true, true, true]);
    expect(await held('T-HIGH')).toEqual([false, false, true, true, false]);
    await api.complete([
      {
        employeeExternalId: 'M0',
        courseCode: 'ATTENDED',
        attemptId: 'f',
        score: 100,
        status: 'FAILED',
        completedAt: '2026-05-02T00:00:00Z',
      },
    ]);
    expect((await awardedFor('M0', 'T-ATTENDED')).length).toBe(1);
  });

  it('issues for the pair only, and records the answers to the three questions for every completion (C1 C2)', async () => {
    await api.defineCourses({ code: 'P1' }, { code: 'P2' }, { code: 'P3' });
    await api.defineTypes({ code: 'BASE' }, { code: 'PAIR', renewal: { life: 'P1Y' }, prerequisites: ['BASE'] });
    await api.publishAward('PAIR', { all: [{ passed: { courseCode: 'P1', minScore: 80 } }, { passed: { courseCode: 'P2' } }] });
    await api.upsert([{ externalId: 'C2' }, { externalId: 'C2-low' }, { externalId: 'C2-none' }]);
    await api.issue(
      ['C2', 'C2-low'].map((employeeExternalId) => ({ employeeExternalId, typeCode: 'BASE', issuedOn: '2020-01-01' })),
    );
    const pair = (who: string, year: number, score: number) =>
      ['P1', 'P2'].map((courseCode, i) => ({
        employeeExternalId: who,
        courseCode,
        score,
        status: 'PASSED',
        completedAt: `${year}-02-0${i + 1}T10:00:00Z`,
      }));
    await api.complete([
      ...pair('C2', 2023, 90),
      ...pair('C2', 2024, 80).slice(0, 1),
      ...pair('C2-low', 2023, 79),
      ...pair('C2-none', 2023, 99),
    ]);
    await api.complete([{ ...pair('C2', 2024, 80)[1]!, completedAt: '2024-01-31T10:00:00Z' }, ...pair('C2', 2026, 80)]);
    const outcomes = async (who: string) =>
      (await attempts(who, `courseCode completedAt ${DECISION}`)).nodes.map((node) =>
        node.decisions.map((d: { outcome: string }) => d.outcome).join(),
      );
    expect(await outcomes('C2')).toEqual([
      'CONDITION_NOT_MET',
      'FIRST_ISSUE',
      'CONDITION_NOT_MET',
      'RENEWAL',
      'CONDITION_NOT_MET',
      'REISSUE',
    ]);
    expect(await outcomes('C2-low')).toEqual(['CONDITION_NOT_MET', 'CONDITION_NOT_MET']);
    expect(await outcomes('C2-none')).toEqual(['CONDITION_NOT_MET', 'PREREQUISITE_MISSING']);
    const said = (await attempts('C2', DECISION)).nodes.map((node) => node.decisions[0]);
    expect(said[1]).toEqual({
      outcome: 'FIRST_ISSUE',
      isEligible: true,
      isHeld: false,
      isFirst: true,
      missing: [],
      ruleVersion: 1,
      type: { code: 'PAIR' },
    });
    expect(said[3]).toMatchObject({ outcome: 'RENEWAL', isHeld: true, isFirst: false });
    expect(said[5]).toMatchObject({ outcome: 'REISSUE', isHeld: false, isFirst: false });
    expect((await attempts('C2-none', DECISION)).nodes[1].decisions[0]).toMatchObject({ isEligible: false, missing: ['BASE'] });
    expect((await api.credentials('C2', 'PAIR', 'history { kind }'))[0].history.map((e: { kind: string }) => e.kind)).toEqual([
      'ISSUED',
      'RENEWED',
      'EXPIRED',
      'ISSUED',
    ]);
    expect(await api.credentials('C2-low', 'PAIR')).toEqual([]);
  });

  it('keeps in the record of an issue what it takes to decide it again, and that version decides the same (C3 C1)', async () => {
    await api.defineCourses({ code: 'REC' });
    await api.defineTypes({ code: 'REC', issuer: 'First Issuer' });
    await api.publishAward('REC', { passed: { courseCode: 'REC', minScore: 50 } });
    await api.publishAward('REC', { passed: { courseCode: 'REC', minScore: 90 } }, { effectiveFrom: '2026-05-15T00:00:00Z' });
    await api.upsert([{ externalId: 'C3', givenName: 'Ida' }, { externalId: 'C3-late' }]);
    const done = (who: string, completedAt: string) => ({
      employeeExternalId: who,
      courseCode: 'REC',
      score: 60,
      status: 'PASSED',
      completedAt,
      evidenceUrl: 'https://e/1',
    });
    const [first] = (await api.complete([done('C3', '2026-05-14T23:59:59Z'), done('C3-late', '2026-05-15T00:00:00Z')])).results;
    const record =
      'issuedAt issuedTo evidenceUrl history { kind occurredAt ruleVersion issuedTo issuer completionIds evidenceUrl source actor }';
    expect(await api.credentials('C3', 'REC', record)).toEqual([
      {
        issuedAt: '2026-05-14T23:59:59.000Z',
        issuedTo: 'Ida',
        evidenceUrl: 'https://e/1',
        history: [
          {
            kind: 'ISSUED',
            occurredAt: '2026-05-14T23:59:59.000Z',
            ruleVersion: 1,
            issuedTo: 'Ida',
            issuer: 'First Issuer',
            completionIds: [first!.id],
            evidenceUrl: 'https://e/1',
            source: 'lms',
            actor: 'key:admin',
          },
        ],
      },
    ]);
    expect(await api.credentials('C3-late', 'REC')).toEqual([]);
    expect((await attempts('C3-late', DECISION)).nodes[0].decisions[0]).toMatchObject({
      outcome: 'CONDITION_NOT_MET',
      ruleVersion: 2,
    });
    // a third version later rewrites neither decision
    await api.publishAward('REC', { passed: { courseCode: 'REC', minScore: 1 } });
    await api.defineTypes({ code: 'REC', issuer: 'Second Issuer' });
    expect((await api.credentials('C3', 'REC', record))[0].history).toMatchObject([{ ruleVersion: 1, issuer: 'First Issuer' }]);
    expect(await api.credentials('C3-late', 'REC')).toEqual([]);
  });

  it('a course whose pass mark rises takes back what no longer passes, and says so (C9 D2)', async () => {
    await api.defineCourses({ code: 'RAISE', passMark: 50 });
    await api.defineTypes({ code: 'RAISE' });
    await api.publishAward('RAISE', { passed: { courseCode: 'RAISE' } });
    await api.upsert([{ externalId: 'RA' }]);
    const { cursor } = await api.complete([
      { employeeExternalId: 'RA', courseCode: 'RAISE', score: 60, status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    expect(await api.credentials('RA', 'RAISE', 'status')).toEqual([{ status: 'ACTIVE' }]);
    await api.defineCourses({ code: 'RAISE', passMark: 61 });
    expect(await api.credentials('RA', 'RAISE')).toEqual([]);
    const { found } = await api.changes(
      '... on CredentialChange { kind credential { status } }',
      { typeCode: ['RAISE'], employeeExternalId: ['RA'] },
      cursor,
    );
    expect(found).toEqual([{ __typename: 'CredentialChange', kind: 'CORRECTED', credential: { status: 'REVOKED' } }]);
  });
});
