// The nearest ways to eligibility: what is missing, at what price, by when.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const WAYS = 'nearestWays(max: $max) { steps { kind code text cost } cost earliestAt isOptimal }';
const holds = (typeCode: string) => ({ holds: { typeCode } });

interface WayAnswer {
  readonly steps: readonly { kind: string; code: string | null; text: string; cost: number }[];
  readonly cost: number;
  readonly earliestAt: string | null;
  readonly isOptimal: boolean;
}

describe('the nearest ways', () => {
  let server: TestApp;
  let api: Talk;
  let roles = 0;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T00:00:00Z' });
    api = talkTo(server);
    await api.defineCourses(
      { code: 'CPR-101', title: 'CPR basics', cost: 80, leadTime: 'P10D', creditHours: 4 },
      { code: 'CPR-ONLINE', title: 'CPR online', cost: 50, leadTime: 'P30D' },
      { code: 'ETHICS', title: 'Ethics', cost: 20, leadTime: 'P5D', creditHours: 2 },
    );
    const { results } = await api.defineTypes(
      { code: 'BLS', cost: 200, leadTime: 'P1M', renewal: { life: 'P2Y' } },
      { code: 'ACLS', cost: 300, leadTime: 'P2M', prerequisites: ['BLS'] },
      { code: 'CPR' },
      { code: 'NEW' },
      { code: 'TRAINEE' },
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED', 'APPLIED', 'APPLIED', 'APPLIED']);
    await api.publishAward('CPR', { any: [{ passed: { courseCode: 'CPR-101' } }, { passed: { courseCode: 'CPR-ONLINE' } }] });
    await api.upsert([{ externalId: 'P', department: 'ER', attributes: { grade: 1 } }]);
  });
  afterAll(() => server.stop());

  const role = async (rule: object): Promise<string> => {
    const code = `R${++roles}`;
    await api.defineRoles(code);
    expect((await api.publishRule(code, rule as never)).refusal).toBeNull();
    return code;
  };
  const ways = async (who: string, code: string, more: { max?: number; at?: string } = {}): Promise<readonly WayAnswer[]> => {
    const document = `query ($who: String!, $code: String!, $max: Int, $at: DateTime) {
      eligibility(employee: { externalId: { value: $who } }, roleCode: $code, at: $at) { verdict ${WAYS} } }`;
    return (await server.query(document, { who, code, ...more })).eligibility.nearestWays;
  };
  const texts = (way: WayAnswer | undefined): string[] => way?.steps.map(({ text }) => text) ?? [];

  it('obtain what is missing, prerequisites first; costs add up and lead times follow each other (N9)', async () => {
    const [way, ...others] = await ways('P', await role(holds('ACLS')));
    expect(way).toEqual({
      steps: [
        { kind: 'CREDENTIAL', code: 'BLS', text: 'obtain BLS certification', cost: 200 },
        { kind: 'CREDENTIAL', code: 'ACLS', text: 'obtain ACLS certification', cost: 300 },
      ],
      cost: 500,
      earliestAt: '2026-09-01T00:00:00.000Z',
      isOptimal: true,
    });
    expect(others).toEqual([]);
  });

  it('a credential that courses earn costs the cheapest of them; what is sooner is told after it', async () => {
    const [cheap, soon] = await ways('P', await role(holds('CPR')));
    expect([texts(cheap), cheap?.cost, cheap?.earliestAt, cheap?.isOptimal]).toEqual([
      ['pass CPR online', 'obtain CPR certification'],
      50,
      '2026-07-01T00:00:00.000Z',
      true,
    ]);
    expect([texts(soon), soon?.cost, soon?.earliestAt, soon?.isOptimal]).toEqual([
      ['pass CPR basics', 'obtain CPR certification'],
      80,
      '2026-06-11T00:00:00.000Z',
      false,
    ]);
    expect(await ways('P', await role(holds('CPR')), { max: 1 })).toHaveLength(1);
  });

  it('hours that are earned sooner than a course for a credential is passed are no obstacle (N9)', async () => {
    const credits = { credits: { courseCodes: ['ETHICS'], min: 2, window: 'P1Y' } };
    const [way] = await ways('P', await role({ all: [holds('CPR'), credits] }));
    expect([texts(way).length, way?.cost, way?.earliestAt, way?.isOptimal]).toEqual([3, 70, '2026-07-01T00:00:00.000Z', true]);
  });

  it('what is needed twice is done once, and the cheapest whole wins over the cheapest parts', async () => {
    const credits = { credits: { courseCodes: ['CPR-101', 'ETHICS'], min: 4, window: 'P1Y' } };
    const [way] = await ways('P', await role({ all: [holds('CPR'), credits] }));
    // 50 for CPR online and 40 for hours of ethics are more than the one course that does both
    expect([texts(way), way?.cost]).toEqual([['pass CPR basics', 'obtain CPR certification'], 80]);
  });

  it('ask for approvals, attributes, removals, hours and time where a rule does', async () => {
    await api.upsert([{ externalId: 'Q', department: 'ER' }]);
    await api.issue([{ employeeExternalId: 'Q', typeCode: 'TRAINEE', issuedOn: '2026-01-01' }]);
    const code = await role({
      all: [
        { approval: { kind: 'night', bindToManager: false } },
        { attribute: { name: 'department', equals: 'ICU' } },
        { not: holds('TRAINEE') },
        { credits: { courseCodes: ['ETHICS'], min: 3, window: 'P1Y' } },
        { during: { from: '2026-12-01T00:00:00Z' } },
      ],
    });
    const [way] = await ways('Q', code);
    expect(way?.steps.map(({ kind, text, cost }) => [kind, text, cost])).toEqual([
      ['ATTRIBUTE', 'department becomes ICU (HR decides)', 0],
      ['REMOVAL', 'give up TRAINEE certification', 0],
      ['CREDITS', 'earn 3 more credit hours from Ethics', 40],
      ['APPROVAL', 'get approval night', 0],
      ['WAIT', 'wait until 2026-12-01', 0],
    ]);
    expect([way?.cost, way?.earliestAt]).toEqual([40, '2026-12-01T00:00:00.000Z']);
  });

  it('tell of what is not disclosed to somebody only that there is something to do', async () => {
    const hidden = { disclosed: { to: 'HR', rule: { approval: { kind: 'background check', bindToManager: false } } } };
    const code = await role({ all: [holds('BLS'), hidden] });
    const stepsFor = async (audience: string) =>
      (
        await server.query(`{ eligibility(employee: { externalId: { value: "P" } }, roleCode: "${code}") {
          nearestWays(audience: ${audience}) { steps { kind code text } } } }`)
      ).eligibility.nearestWays[0].steps;
    const obtain = { kind: 'CREDENTIAL', code: 'BLS', text: 'obtain BLS certification' };
    expect(await stepsFor('HR')).toEqual([
      obtain,
      { kind: 'APPROVAL', code: 'background check', text: 'get approval background check' },
    ]);
    expect(await stepsFor('EMPLOYEE')).toEqual([
      obtain,
      { kind: 'UNDISCLOSED', code: null, text: 'meet a condition that is not disclosed' },
    ]);
  });

  it('say nothing about when as long as a lead time is not known', async () => {
    const [way] = await ways('P', await role(holds('NEW')));
    expect(way).toMatchObject({ cost: 0, earliestAt: null, isOptimal: true });
  });

  it('are none for somebody who is eligible, and where nothing helps', async () => {
    await api.upsert([{ externalId: 'H' }]);
    await api.issue([{ employeeExternalId: 'H', typeCode: 'BLS', issuedOn: '2026-01-01' }]);
    const code = await role(holds('BLS'));
    expect(await ways('H', code)).toEqual([]);
    expect(await ways('P', await role({ during: { until: '2026-01-01T00:00:00Z' } }))).toEqual([]);
    const [later] = await ways('H', code, { at: '2029-01-01T00:00:00Z' });
    expect(texts(later)).toEqual(['renew BLS certification']);
  });

  it('lead there: after the steps of the best way, at its instant, the person is eligible', async () => {
    const code = await role({ all: [holds('ACLS'), { atLeast: { n: 1, of: [holds('CPR'), holds('NEW')] } }] });
    await api.upsert([{ externalId: 'W' }]);
    const all = await ways('W', code);
    const way = all.find(({ earliestAt }) => earliestAt !== null)!;
    const on = way.earliestAt!.slice(0, 10);
    const credentials = way.steps.flatMap((step) => (step.kind === 'CREDENTIAL' && step.code !== 'CPR' ? [step.code!] : []));
    await api.issue(credentials.map((typeCode) => ({ employeeExternalId: 'W', typeCode, issuedOn: on })));
    await api.complete(
      way.steps.flatMap((step) =>
        step.kind === 'COURSE'
          ? [{ employeeExternalId: 'W', courseCode: step.code, status: 'PASSED', completedAt: way.earliestAt }]
          : [],
      ),
    );
    expect((await api.eligibility('W', code, 'verdict', { at: way.earliestAt! })).verdict).toBe('ELIGIBLE');
    expect(await ways('W', code, { at: way.earliestAt! })).toEqual([]);
  });

  it('are at least one and at most ten', async () => {
    const code = await role(holds('BLS'));
    for (const max of [0, 11]) {
      const { errors } = await server.send(
        `{ eligibility(employee: { externalId: { value: "P" } }, roleCode: "${code}") { nearestWays(max: ${max}) { cost } } }`,
      );
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it('need costs of zero or more', async () => {
    const { results } = await api.defineCourses({ code: 'X', cost: -1 });
    expect(results[0]?.refusal?.code).toBe('INVALID_COST');
    expect((await api.defineTypes({ code: 'X', cost: -0.5 })).results[0]?.refusal?.code).toBe('INVALID_COST');
    expect((await api.defineCourses({ code: 'ETHICS', title: 'Ethics', cost: 20, leadTime: 'P5D', creditHours: 2 })).results[0]?.outcome).toBe('UNCHANGED'); // prettier-ignore
    expect(await server.query('{ course(code: "ETHICS") { title cost leadTime creditHours } }')).toEqual({
      course: { title: 'Ethics', cost: 20, leadTime: 'P5D', creditHours: 2 },
    });
    expect(await server.query('{ credentialType(code: "BLS") { cost leadTime } }')).toEqual({
      credentialType: { cost: 200, leadTime: 'P1M' },
    });
  });
});
