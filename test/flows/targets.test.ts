// Targets of every kind asked about at once, and role codes that bring their own path: nothing of it is in the code.
import { startTestApp, type TestApp } from '../kit/app';
import { keyOf, talkTo, type Talk } from '../kit/seed';

const holds = (typeCode: string) => ({ holds: { typeCode } });

describe('targets of eligibility', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({ code: 'RN', name: 'Nurse licence' }, { code: 'CPR' }, { code: 'MENTOR' });
  });
  afterAll(() => server.stop());

  const define = async (...roles: object[]) =>
    (
      await server.query(
        'mutation ($input: DefineRolesInput!) { defineRoles(input: $input) { results { outcome refusal { code } } } }',
        { input: { roles } },
      )
    ).defineRoles.results.map(({ outcome }: { outcome: string }) => outcome);
  const codes = async (arg = '') => (await api.ask(`roles${arg} { nodes { code kind } }`)).roles.nodes;

  it('are told apart by kind: family, pay band, shift and marketplace role of one person in one query, with reasons (D3)', async () => {
    const targets = [
      { code: 'FAMILY', title: 'Nursing', kind: 'JOB_FAMILY' },
      { code: 'BAND-6', title: 'Band 6', kind: 'PAY_BAND' },
      { code: 'NIGHT', title: 'Night shift', kind: 'SHIFT' },
      { code: 'MENTOR', title: 'Mentor of juniors', kind: 'MARKETPLACE_ROLE' },
      { code: 'PLAIN', title: 'Of no kind' },
    ];
    expect(await define(...targets)).toEqual(Array(5).fill('APPLIED'));
    expect(await define(...targets)).toEqual(Array(5).fill('UNCHANGED'));
    expect(await define({ ...targets[4], kind: 'JOB' }, targets[4]!)).toEqual(['APPLIED', 'APPLIED']);
    expect(await codes()).toEqual([
      { code: 'BAND-6', kind: 'PAY_BAND' },
      { code: 'FAMILY', kind: 'JOB_FAMILY' },
      { code: 'MENTOR', kind: 'MARKETPLACE_ROLE' },
      { code: 'NIGHT', kind: 'SHIFT' },
      { code: 'PLAIN', kind: null },
    ]);
    expect(await codes('(kind: [SHIFT, PAY_BAND])')).toEqual([
      { code: 'BAND-6', kind: 'PAY_BAND' },
      { code: 'NIGHT', kind: 'SHIFT' },
    ]);
    const rules = {
      FAMILY: { attribute: { name: 'jobFamily', in: ['NURSING'] } },
      'BAND-6': { all: [holds('RN'), { attribute: { name: 'grade', atLeast: 6 } }] },
      NIGHT: { all: [holds('CPR'), { approval: { kind: 'nights' } }] },
      MENTOR: holds('MENTOR'),
      PLAIN: holds('RN'),
    };
    for (const [code, rule] of Object.entries(rules)) expect((await api.publishRule(code, rule)).refusal).toBeNull();
    await api.upsert([{ externalId: 'P', jobFamily: 'NURSING', attributes: { grade: 5 } }]);
    await api.issue(['RN', 'CPR'].map((typeCode) => ({ employeeExternalId: 'P', typeCode, issuedOn: '2026-01-01' })));
    const ask = async (kinds: string[] | null) =>
      (
        await api.ask(
          `employee(by: $by) { eligibilities(filter: { roleKind: $kinds }) { totalCount nodes {
             role { code kind } verdict isEligibleExceptApproval ruleVersion explanation { text verdict binding } } } }`,
          { by: keyOf('P'), kinds },
          '($by: EmployeeKey!, $kinds: [RoleKind!]) ',
        )
      ).employee.eligibilities;
    const inOrder = ['JOB_FAMILY', 'PAY_BAND', 'SHIFT', 'MARKETPLACE_ROLE'];
    const { totalCount, nodes } = await ask(inOrder);
    nodes.sort((a: any, b: any) => inOrder.indexOf(a.role.kind) - inOrder.indexOf(b.role.kind));
    const told = nodes.map(({ role, verdict, explanation }: any) => [
      role.kind,
      verdict,
      ...explanation.filter((node: any) => node.binding).map(({ text }: any) => text).slice(-1), // prettier-ignore
    ]);
    expect(totalCount).toBe(4);
    expect(told).toEqual([
      ['JOB_FAMILY', 'ELIGIBLE', 'job family is NURSING'],
      ['PAY_BAND', 'NOT_ELIGIBLE', 'grade is at least 6'],
      ['SHIFT', 'NOT_ELIGIBLE', 'approval nights granted under the present manager'],
      ['MARKETPLACE_ROLE', 'NOT_ELIGIBLE', 'holds MENTOR certification'],
    ]);
    expect(nodes.map((node: any) => node.isEligibleExceptApproval)).toEqual([false, false, true, false]);
    expect((await ask(null)).totalCount).toBe(5);
    expect((await ask(['JOB'])).totalCount).toBe(0);
    const { eligibilityCounts } = await api.ask(
      'eligibilityCounts(groupBy: [ROLE], filter: { roleKind: [SHIFT] }) { keys count }',
    );
    expect(eligibilityCounts).toEqual([{ keys: ['NIGHT'], count: 1 }]);
  });

  it('a new role code with courses, a rule and a path is a path for those who have the code, in the same process (D17)', async () => {
    await api.upsert([{ externalId: 'Q', roleCodes: ['TECH'] }, { externalId: 'Z' }]);
    const assigned = async (who: string) =>
      (
        await api.person(
          who,
          'eligibilities(filter: { assigned: true }) { nodes { role { code } verdict nearestWays(max: 1) { steps { text } } } }',
        )
      ).eligibilities.nodes // prettier-ignore
        .sort((a: any, b: any) => (a.role.code < b.role.code ? -1 : 1));
    expect(await assigned('Q')).toEqual([]);
    // all that a new path takes: data
    await api.defineCourses({ code: 'LASER-1', title: 'Laser basics' }, { code: 'LASER-2', title: 'Laser safety officer' });
    await api.defineTypes({ code: 'LASER', name: 'Laser' }, { code: 'LSO', name: 'Laser safety', prerequisites: ['LASER'] });
    await api.publishAward('LASER', { passed: { courseCode: 'LASER-1' } });
    await api.publishAward('LSO', { passed: { courseCode: 'LASER-2' } });
    await api.defineRoles('TECH', 'LASER-TECH', 'LASER-OFFICER');
    await api.publishRule('TECH', { attribute: { name: 'roleCodes', equals: 'TECH' } });
    await api.publishRule('LASER-TECH', holds('LASER'));
    await api.publishRule('LASER-OFFICER', holds('LSO'));
    await api.definePath('LASER', ['TECH', 'LASER-TECH'], ['LASER-TECH', 'LASER-OFFICER']);
    await api.upsert([{ externalId: 'Q', roleCodes: ['TECH', 'LASER-TECH'] }]);
    expect(await assigned('Q')).toEqual([
      {
        role: { code: 'LASER-TECH' },
        verdict: 'NOT_ELIGIBLE',
        nearestWays: [{ steps: [{ text: 'pass Laser basics' }, { text: 'obtain Laser certification' }] }],
      },
      { role: { code: 'TECH' }, verdict: 'ELIGIBLE', nearestWays: [] },
    ]);
    expect(await assigned('Z')).toEqual([]);
    const plan = async (who: string) =>
      (
        await api.ask(
          'careerPlan(employee: $by, toRoleCode: "LASER-OFFICER") { from { code } obstacle stages { role { code } way { steps { text } } } }',
          { by: keyOf(who) },
          '($by: EmployeeKey!) ',
        )
      ).careerPlan;
    const officer = { role: { code: 'LASER-OFFICER' } };
    expect(await plan('Z')).toMatchObject({ obstacle: 'NO_START' });
    const before = (await plan('Q')).stages;
    expect(before.at(-1)).toMatchObject(officer);
    expect(before.flatMap(({ way }: any) => way?.steps.map(({ text }: any) => text) ?? []).sort()).toEqual([
      'obtain Laser certification',
      'obtain Laser safety certification',
      'pass Laser basics',
      'pass Laser safety officer',
    ]);
    // the path is walked
    await api.complete([
      { employeeExternalId: 'Q', courseCode: 'LASER-1', status: 'PASSED', completedAt: '2026-06-01T08:00:00Z' },
    ]);
    expect((await assigned('Q'))[0]).toMatchObject({ verdict: 'ELIGIBLE', nearestWays: [] });
    expect((await plan('Q')).stages.at(-1).way.steps.map(({ text }: any) => text)).toEqual([
      'pass Laser safety officer',
      'obtain Laser safety certification',
    ]);
    // and so is what the rule asks for from now on
    await api.publishRule('LASER-TECH', { all: [holds('LASER'), holds('CPR')] });
    expect((await assigned('Q'))[0]).toMatchObject({ nearestWays: [{ steps: [{ text: 'obtain CPR certification' }] }] });
  });
});
