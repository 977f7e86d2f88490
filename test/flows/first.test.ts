import { startTestApp, type TestApp } from '../kit/app';

describe('the main job: from a fact to a push', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
  });
  afterAll(() => server.stop());

  it('awards, judges, and publishes the lapse at its instant (F7, N1, N2)', async () => {
    await server.query(`mutation { defineCourses(input: { courses: [{ code: "CPR-1", title: "CPR" }] }) { cursor } }`);
    await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
      { code: "CPR", name: "CPR", kind: CERTIFICATION, issuer: "AHA", renewal: { life: "P1Y" } }] }) { cursor } }`);
    await server.query(`mutation { defineRoles(input: { roles: [{ code: "NURSE", title: "Nurse" }] }) { cursor } }`);
    await server.query(
      `mutation { publishAwardRule(input: { typeCode: "CPR", when: { passed: { courseCode: "CPR-1" } } }) { refusal { code } } }`,
    );
    await server.query(
      `mutation { publishRule(input: { roleCode: "NURSE", rule: { holds: { typeCode: "CPR" } } }) { refusal { code } } }`,
    );
    await server.query(
      `mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "E1", givenName: "Jane" }] }) { cursor } }`,
    );
    const { recordCompletions } = await server.query(`mutation { recordCompletions(input: { source: "lms", completions: [
      { employeeExternalId: "E1", courseCode: "CPR-1", status: PASSED, completedAt: "2026-05-01T08:00:00Z" }] }) { cursor } }`);
    const verdict = `query ($at: DateTime) { eligibility(employee: { externalId: { value: "E1" } }, roleCode: "NURSE", at: $at) { verdict until } }`;
    expect((await server.query(verdict)).eligibility).toEqual({ verdict: 'ELIGIBLE', until: '2027-05-01T00:00:00.000Z' });
    expect((await server.query(verdict, { at: '2027-05-01T00:00:00Z' })).eligibility.verdict).toBe('NOT_ELIGIBLE');

    const feed = server.subscribe(
      `subscription ($after: Cursor) { eligibilityChanged(after: $after) { occurredAt before after because } }`,
      { after: recordCompletions.cursor },
    );
    server.clock.set('2027-05-01T00:00:00Z');
    expect(await feed.atLeast(1)).toEqual([
      {
        occurredAt: '2027-05-01T00:00:00.000Z',
        before: 'ELIGIBLE',
        after: 'NOT_ELIGIBLE',
        because: ['CPR certification expires'],
      },
    ]);
  });
});
