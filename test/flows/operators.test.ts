// Every operator of the rule language through the API: the verdict, since when and until when, and how each new fact moves them.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const ALL = 'verdict since until untilVerdict untilBecause';
const holds = (typeCode: string, more: object = {}) => ({ holds: { typeCode, ...more } });
const day = (date: string) => `${date}T00:00:00.000Z`;

describe('operators', () => {
  let server: TestApp;
  let api: Talk;
  let roles = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({ code: 'A' }, { code: 'B' }, { code: 'N' });
    await api.defineCourses({ code: 'C1', creditHours: 2 }, { code: 'C2' }, { code: 'MARK', passMark: 80, creditHours: 1 });
  });
  afterAll(() => server.stop());

  const role = async (rule: object, code = `R${++roles}`, more: object = {}): Promise<string> => {
    await api.defineRoles(code);
    expect((await api.publishRule(code, rule as never, more as never)).refusal).toBeNull();
    return code;
  };
  const newcomer = async (more: object = {}): Promise<string> => {
    const externalId = `P${++roles}`;
    await api.upsert([{ externalId, ...more }]);
    return externalId;
  };
  const complete = (who: string, courseCode: string, completedAt: string, more: object = {}) =>
    api.complete([{ employeeExternalId: who, courseCode, status: 'PASSED', completedAt, ...more }]);
  const issue = (who: string, typeCode: string, issuedOn: string, more: object = {}) =>
    api.issue([{ employeeExternalId: who, typeCode, issuedOn, ...more }]);
  const verdict = async (who: string, code: string, at?: string): Promise<string> =>
    (await api.eligibility(who, code, 'verdict', { at })).verdict;

  it('credits: hours of the attempt, else of the course, count from the day they are earned until the window closes (D1)', async () => {
    const code = await role({
      credits: { courseCodes: ['C1', 'C2'], min: 3, window: 'P1Y', caps: [{ courseCodes: ['C2'], max: 2 }] },
    });
    const who = await newcomer();
    expect(await verdict(who, code)).toBe('NOT_ELIGIBLE');
    await complete(who, 'C1', '2026-01-10T10:00:00Z');
    expect(await verdict(who, code)).toBe('NOT_ELIGIBLE');
    await complete(who, 'C2', '2026-05-01T00:00:00Z', { status: 'IN_PROGRESS', creditHours: 5, attemptId: 'c2' });
    expect(await verdict(who, code)).toBe('PENDING');
    await complete(who, 'C2', '2026-06-01T10:00:00Z', { creditHours: 5, attemptId: 'c2' });
    expect(await api.eligibility(who, code, ALL)).toMatchObject({
      verdict: 'ELIGIBLE',
      since: '2026-06-01T10:00:00.000Z',
      until: day('2027-01-10'),
      untilVerdict: 'NOT_ELIGIBLE',
    });
    const { found } = await api.changes('... on EligibilityChange { before after because }', { employeeExternalId: [who] });
    expect(
      found.filter((change) => change.__typename === 'EligibilityChange').map(({ before, after }) => `${before} ${after}`),
    ).toEqual(['NOT_ELIGIBLE PENDING', 'PENDING ELIGIBLE']);
  });

  it('credits: an attempt below the pass mark earns none, and a course defined anew counts anew (D1)', async () => {
    const code = await role({ credits: { courseCodes: ['MARK'], min: 1, window: 'P1Y' } });
    const who = await newcomer();
    await complete(who, 'MARK', '2026-05-01T00:00:00Z', { score: 75 });
    expect(await verdict(who, code)).toBe('NOT_ELIGIBLE');
    await api.defineCourses({ code: 'MARK', passMark: 70, creditHours: 1 });
    expect(await verdict(who, code)).toBe('ELIGIBLE');
    await api.defineCourses({ code: 'MARK', passMark: 70, creditHours: 0.5 });
    expect(await verdict(who, code)).toBe('NOT_ELIGIBLE');
    await api.defineCourses({ code: 'MARK', passMark: 80, creditHours: 1 });
  });

  it('the facts behind credits are the attempts, found with node(id)', async () => {
    const code = await role({ credits: { courseCodes: ['C1'], min: 1, window: 'P1Y' } });
    const who = await newcomer();
    await complete(who, 'C1', '2026-05-01T00:00:00Z');
    const { explanation } = await api.eligibility(who, code, 'explanation { op verdict factIds }');
    expect(explanation).toEqual([{ op: 'credits', verdict: 'ELIGIBLE', factIds: [expect.any(String)] }]);
    const { node } = await api.ask(`node(id: "${explanation[0].factIds[0]}") { ... on Completion { courseCode } }`);
    expect(node).toEqual({ courseCode: 'C1' });
  });

  it('tenure, heldFor, within, accumulated and service follow the days of what they look at (D1)', async () => {
    const who = await newcomer({ department: 'ICU', effectiveAt: '2026-01-01T00:00:00Z' });
    await issue(who, 'A', '2026-03-01', { expiresOn: '2026-05-31' });
    const icu = { attribute: { name: 'department', equals: 'ICU' } };
    const found: Record<string, unknown> = {};
    const rules = {
      tenure: { tenure: { name: 'department', equals: 'ICU', duration: 'P6M' } },
      heldFor: { heldFor: { rule: icu, duration: 'P6M' } },
      within: { within: { rule: holds('A'), duration: 'P1M' } },
      accumulated: { accumulated: { rule: holds('A'), duration: 'P90D' } },
      service: { service: { rule: holds('A'), duration: 'P60D', within: 'P100D' } },
      disclosed: { disclosed: { to: 'HR', rule: holds('A') } },
    };
    for (const [name, rule] of Object.entries(rules)) {
      const { verdict: now, until } = await api.eligibility(who, await role(rule, `${name}-role`), ALL);
      found[name] = [now, until];
    }
    expect(found).toEqual({
      tenure: ['UNKNOWN', day('2026-07-01')],
      heldFor: ['UNKNOWN', day('2026-07-01')],
      within: ['ELIGIBLE', day('2026-07-01')],
      accumulated: ['ELIGIBLE', null],
      service: ['ELIGIBLE', '2026-07-11T00:00:00.000Z'],
      disclosed: ['NOT_ELIGIBLE', null],
    });
  });

  it('noOpen: opened by a course or an award, closed by another (D1)', async () => {
    const code = await role({ noOpen: { trigger: 'A', resolver: 'C1' } });
    const who = await newcomer();
    expect(await verdict(who, code)).toBe('ELIGIBLE');
    await issue(who, 'A', '2026-05-01');
    expect(await api.eligibility(who, code, 'verdict since explanation { factIds }')).toEqual({
      verdict: 'NOT_ELIGIBLE',
      since: day('2026-05-01'),
      explanation: [{ factIds: [expect.any(String)] }],
    });
    await complete(who, 'C1', '2026-05-20T00:00:00Z');
    expect(await api.eligibility(who, code, 'verdict since')).toEqual({ verdict: 'ELIGIBLE', since: day('2026-05-20') });
    expect(await verdict(who, code, '2026-05-10T00:00:00Z')).toBe('NOT_ELIGIBLE');
  });

  it('rule: the verdict follows the rule referred to, its facts and its publications, through every reference (D1)', async () => {
    const [x, y, z] = ['X', 'Y', 'Z'].map((name) => `${name}-ref`) as [string, string, string];
    await api.defineRoles(x, y, z);
    await role({ rule: { roleCode: x } }, y);
    await role({ all: [{ rule: { roleCode: y } }, holds('B')] }, z);
    const who = await newcomer();
    await issue(who, 'B', '2026-01-01');
    const nobody = await newcomer();
    expect([await verdict(who, y), await verdict(who, z), await verdict(nobody, y)]).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
    await role(holds('A'), x);
    expect([await verdict(who, y), await verdict(who, z), await verdict(nobody, y)]).toEqual([
      'NOT_ELIGIBLE',
      'NOT_ELIGIBLE',
      'NOT_ELIGIBLE',
    ]);
    await issue(who, 'A', '2026-02-01');
    expect(await api.eligibility(who, z, 'verdict since')).toEqual({ verdict: 'ELIGIBLE', since: day('2026-02-01') });
    await role(holds('N'), x, { effectiveFrom: '2026-09-01T00:00:00Z' });
    expect(await api.eligibility(who, z, 'verdict until untilVerdict')).toEqual({
      verdict: 'ELIGIBLE',
      until: day('2026-09-01'),
      untilVerdict: 'NOT_ELIGIBLE',
    });
  });

  it('rule: one version counts over all of time, also of the same role: grandfathering (D1)', async () => {
    const code = await role(holds('A'));
    const who = await newcomer();
    await issue(who, 'A', '2026-01-01');
    const old = { all: [{ rule: { roleCode: code, version: 1 } }, { during: { until: '2026-12-01T00:00:00Z' } }] };
    await role({ any: [holds('B'), old] }, code);
    expect(await api.eligibility(who, code, 'verdict until ruleVersion')).toEqual({
      verdict: 'ELIGIBLE',
      until: day('2026-12-01'),
      ruleVersion: 2,
    });
  });

  it('each operator says until when it holds, and because of what, after every fact that moves it', async () => {
    const who = await newcomer({ department: 'ICU', managerExternalId: 'M', effectiveAt: '2026-01-01T00:00:00Z' });
    const grant = () =>
      server.query('mutation ($input: ApprovalInput!) { grantApproval(input: $input) { cursor } }', {
        input: { employeeExternalId: who, kind: 'nights', effectiveAt: '2026-05-20T00:00:00Z' },
      });
    const verify = () =>
      server.query('mutation ($input: VerifyCredentialsInput!) { verifyCredentials(input: $input) { cursor } }', {
        input: { source: 'w', verifications: [{ employeeExternalId: who, typeCode: 'A', verifiedOn: '2026-05-01' }] },
      });
    const referred = await role({ approval: { kind: 'nights', ttl: 'P30D' } });
    const cases: readonly (readonly [rule: object, fact: () => Promise<unknown>])[] = [
      [{ credits: { courseCodes: ['C1'], min: 2, window: 'P1Y' } }, () => complete(who, 'C1', '2026-05-01T00:00:00Z')],
      [{ holds: { typeCode: 'A', verifiedWithin: 'P90D' } }, () => issue(who, 'A', '2026-01-01').then(verify)],
      [{ approval: { kind: 'nights', ttl: 'P30D' } }, grant],
      [{ rule: { roleCode: referred } }, grant],
      [
        { heldFor: { rule: { attribute: { name: 'department', equals: 'ICU' } }, duration: 'P1M' } },
        () => api.upsert([{ externalId: who, department: 'OR', effectiveAt: '2026-09-01T00:00:00Z' }]),
      ],
      [
        { tenure: { name: 'department', equals: 'ICU', duration: 'P1M' } },
        () => api.upsert([{ externalId: who, department: 'OR', effectiveAt: '2026-09-01T00:00:00Z' }]),
      ],
      [{ within: { rule: holds('B'), duration: 'P1M' } }, () => issue(who, 'B', '2026-01-01', { expiresOn: '2026-05-15' })],
    ];
    const found: string[] = [];
    for (const [rule, fact] of cases) {
      const code = await role(rule);
      await fact();
      const answer = await api.eligibility(who, code, ALL);
      found.push(`${answer.verdict} until ${answer.until?.slice(0, 10)}: ${answer.untilBecause.join('; ')}`);
    }
    expect(found).toEqual([
      'ELIGIBLE until 2027-05-01: C1 no longer counts for 2 credit hours',
      'ELIGIBLE until 2026-07-30: verification of A certification is older than 90 days',
      'ELIGIBLE until 2026-06-19: approval nights ends',
      `ELIGIBLE until 2026-06-19: the rule of ${referred} is no longer met`,
      'ELIGIBLE until 2026-09-01: department is no longer ICU',
      'ELIGIBLE until 2026-09-01: department is no longer ICU',
      'ELIGIBLE until 2026-06-16: neither now nor within 1 month before: (holds B certification)',
    ]);
  });

  it('what a view knew is explained as it was known then', async () => {
    const code = await role({ credits: { courseCodes: ['C1'], min: 2, window: 'P1Y' } });
    const who = await newcomer();
    const knownAt = new Date(server.clock.now()).toISOString();
    server.clock.advance(1000);
    await complete(who, 'C1', '2026-05-01T00:00:00Z');
    const look = (when: object) => api.eligibility(who, code, 'verdict explanation { verdict factIds }', when);
    expect(await look({ knownAt })).toEqual({ verdict: 'NOT_ELIGIBLE', explanation: [{ verdict: 'NOT_ELIGIBLE', factIds: [] }] });
    expect((await look({})).verdict).toBe('ELIGIBLE');
  });
});
