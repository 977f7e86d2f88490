// Plans to a role along career moves.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const PLAN = `from { code } to { code } stages { role { code } alreadyEligible way { steps { text } cost earliestAt } }
  cost earliestAt isOptimal obstacle reason`;
const holds = (typeCode: string) => ({ holds: { typeCode } });

describe('a plan to a role', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T00:00:00Z' });
    api = talkTo(server);
    await api.defineTypes(
      { code: 'BLS', cost: 200, leadTime: 'P1M' },
      { code: 'ACLS', cost: 300, leadTime: 'P2M', prerequisites: ['BLS'] },
      { code: 'ICU', cost: 50, leadTime: 'P10D' },
    );
    await api.defineRoles('AIDE', 'NURSE', 'ER-NURSE', 'CHARGE', 'CHIEF', 'ISLAND');
    const rules = {
      AIDE: { attribute: { name: 'status', equals: 'ACTIVE' } },
      NURSE: holds('BLS'),
      'ER-NURSE': { all: [holds('ACLS'), holds('ICU')] },
      CHARGE: { all: [holds('ACLS'), { approval: { kind: 'charge', bindToManager: false } }] },
      CHIEF: { during: { until: '2020-01-01T00:00:00Z' } },
    };
    for (const [code, rule] of Object.entries(rules)) expect((await api.publishRule(code, rule)).refusal).toBeNull();
    await api.definePath('CLINICAL', ['AIDE', 'NURSE'], ['NURSE', 'ER-NURSE'], ['ER-NURSE', 'CHARGE'], ['CHARGE', 'NURSE']);
    await api.definePath('LADDER', ['NURSE', 'CHARGE'], ['CHARGE', 'CHIEF'], ['NURSE', 'AIDE']);
    await api.upsert([
      { externalId: 'P', roleCodes: ['AIDE'] },
      { externalId: 'N', roleCodes: ['NURSE', 'X'] },
    ]);
    await api.issue([{ employeeExternalId: 'N', typeCode: 'BLS', issuedOn: '2026-01-01' }]);
  });
  afterAll(() => server.stop());

  const plan = async (who: string, to: string, from?: string): Promise<any> =>
    (
      await server.query(
        `query ($who: String!, $to: String!, $from: String) {
          careerPlan(employee: { externalId: { value: $who } }, toRoleCode: $to, fromRoleCode: $from) { ${PLAN} } }`,
        { who, to, from },
      )
    ).careerPlan;

  it('names the moves and the gap at each; what an earlier stage brought is there later (N9)', async () => {
    expect(await plan('P', 'CHARGE')).toEqual({
      from: { code: 'AIDE' },
      to: { code: 'CHARGE' },
      stages: [
        {
          role: { code: 'NURSE' },
          alreadyEligible: false,
          way: { steps: [{ text: 'obtain BLS certification' }], cost: 200, earliestAt: '2026-07-01T00:00:00.000Z' },
        },
        {
          role: { code: 'CHARGE' },
          alreadyEligible: false,
          way: {
            steps: [{ text: 'obtain ACLS certification' }, { text: 'get approval charge' }],
            cost: 300,
            earliestAt: '2026-09-01T00:00:00.000Z',
          },
        },
      ],
      cost: 500,
      earliestAt: '2026-09-01T00:00:00.000Z',
      isOptimal: true,
      obstacle: null,
      reason: null,
    });
  });

  it('starts from where the person is: the best of the roles they have or are eligible for, or the one asked for', async () => {
    const own = await plan('N', 'CHARGE');
    expect([own.from.code, own.stages.map((stage: any) => stage.role.code), own.cost]).toEqual(['NURSE', ['CHARGE'], 300]);
    const asked = await plan('N', 'CHARGE', 'AIDE');
    expect(asked.stages.map((stage: any) => [stage.role.code, stage.alreadyEligible, stage.way?.cost ?? null])).toEqual([
      ['NURSE', true, null],
      ['CHARGE', false, 300],
    ]);
    expect(await plan('N', 'NURSE')).toMatchObject({ from: { code: 'NURSE' }, stages: [], cost: 0, reason: null });
  });

  it('says why there is none', async () => {
    expect(await plan('P', 'ISLAND')).toMatchObject({
      from: null,
      stages: [],
      earliestAt: null,
      isOptimal: true,
      obstacle: 'NO_MOVES',
      reason: 'No moves lead from AIDE to ISLAND: define them with defineCareerPath.',
    });
    const many = Array.from({ length: 12 }, (_, i) => `MANY-${i + 10}`);
    await api.defineRoles(...many);
    await api.upsert([{ externalId: 'MANY', status: 'TERMINATED', roleCodes: many }]);
    expect((await plan('MANY', 'ISLAND')).reason).toBe(
      'No moves lead from MANY-10, MANY-11, MANY-12, MANY-13, MANY-14 and 7 more to ISLAND: define them with defineCareerPath.',
    );
    expect(await plan('P', 'CHIEF')).toMatchObject({ obstacle: 'NO_WAY', stages: [] });
    expect(await plan('P', 'NURSE', 'ISLAND')).toMatchObject({ obstacle: 'NO_MOVES' });
  });

  it('is refused for a person or a role that nobody knows', async () => {
    for (const [who, to] of [
      ['nobody', 'NURSE'],
      ['P', 'NO-ROLE'],
    ]) {
      const { errors } = await server.send(
        `{ careerPlan(employee: { externalId: { value: "${who}" } }, toRoleCode: "${to}") { cost } }`,
      );
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});
