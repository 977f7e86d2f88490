// Statements per request depend on what is asked, not on how many rows answer it.
import { startTestApp, type TestApp } from '../kit/app';
import { StatementCounter } from './count';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');
const iso = (instant: number): string => new Date(instant).toISOString();
/** 200 of them in department A, their 20 managers and the topmost outside; everybody has something behind every edge. */
const PEOPLE = 241;
const TYPES = Array.from({ length: 20 }, (_, i) => `T${String(i).padStart(2, '0')}`);

const EMPLOYEE = 'id externalId name department jobTitle status roleCodes hiredOn attributes version';
const CREDENTIAL = 'id status statusText issuedAt expiresAt evidenceUrl issuedTo instance';
const ELIGIBILITY =
  'verdict since until untilVerdict untilBecause nextEligibleAt ruleVersion segments { from to verdict } explanation { text verdict factIds }';

/** Operations that answer with as many rows as they are asked for. */
const OPERATIONS: Record<string, string> = {
  'people with what they hold, whom they report to and what they may do': `query ($n: Int) { employees(first: $n, filter: { department: ["A"] }) { totalCount pageInfo { endCursor } nodes { ${EMPLOYEE}
      manager { ${EMPLOYEE} manager { name } }
      credentials(first: 3) { totalCount nodes { ${CREDENTIAL} type { code name renewalText } employee { name } history { kind actor } } }
      completions(first: 3) { totalCount nodes { courseCode score decisions { outcome type { code } credential { status } } } }
      eligibilities { totalCount nodes { ${ELIGIBILITY} role { code title rule { version text } nextRoles { code } } } } } } }`,
  'the same as known and as it was': `query ($n: Int, $then: DateTime = "2026-05-01T00:00:00Z") { employees(first: $n, filter: { department: ["A"] }, at: $then, knownAt: "2026-06-01T12:00:00Z") { totalCount nodes { ${EMPLOYEE}
      manager { name } credentials { nodes { ${CREDENTIAL} type { code } } } eligibilities { nodes { ${ELIGIBILITY} role { code } } } } } }`,
  'credentials with holder, department, manager and type': `query ($n: Int) { credentials(first: $n, filter: { status: [ACTIVE], operational: true, department: ["A"] }) { totalCount nodes { ${CREDENTIAL} type { code name } employee { name department manager { name } } history { kind } } } }`,
  'answers about many pairs': `query ($n: Int) { eligibilities(first: $n, filter: { verdict: [ELIGIBLE], department: ["A"] }) { totalCount nodes { ${ELIGIBILITY} employee { name manager { name } } role { code title rule { version } } } } }`,
  'a role with its answers': `query ($n: Int) { role(code: "R0") { title rule { text } nextRoles { code title nextRoles { code } } eligibilities(first: $n) { totalCount nodes { ${ELIGIBILITY} employee { name credentials(first: 2) { nodes { status } } } } } } }`,
  'reports, and theirs': `query ($n: Int) { employee(by: { externalId: { value: "TOP" } }) { reports(first: $n, transitive: true) { totalCount nodes { name manager { name } reports(first: 2) { totalCount nodes { name } } } } } }`,
  'outcomes with whom they are about, whose they are, and how it stands': `query ($n: Int) { outcomes(first: $n, filter: { state: [OPEN], kind: [HRBP_TASK] }) { totalCount nodes { state reason dueAt rule { code owner { name } fallbackOwner { name } }
      employee { name department outcomes(first: 2) { totalCount nodes { state } } } role { code } owner { name } eligibility { verdict nearestWays(max: 1) { cost } } } } }`,
  'the log': `query ($n: Int) { changes(first: $n, filter: { department: ["A"] }) { hasMore changes { __typename cursor position occurredAt recordedAt employee { name manager { name } }
      ... on EligibilityChange { kind before after because role { code } } ... on CredentialChange { reason credential { status type { code } } } ... on CompletionChange { completion { courseCode } } ... on OutcomeChange { outcome { state owner { name } } } } } }`,
  'coverage ahead': `query ($n: Int) { coverageForecast(roleCode: ["R0"], groupBy: [DEPARTMENT], minimum: 150) { role { code } keys firstShortfallOn days(changesOnly: true) { on eligible }
      lapses(first: $n) { totalCount nodes { at because employee { name manager { name } } } }
      renewalPlan { count renewals(first: $n) { nodes { dueOn employee { name } credential { statusText type { code } } } } } } }`,
  'differences with their causes': `query ($n: Int) { eligibilityDiff(of: { department: "A" }, from: { at: "2026-06-01T12:00:00Z", knownAt: "2026-06-01T11:00:00Z" }, to: { at: "2027-06-01T12:00:00Z" }, first: $n) {
      totalCount nodes { before inHindsight after because learnedBecause ruleVersionBefore ruleVersionAfter employee { name manager { name } } role { code } } } }`,
  'ways to what people are not eligible for': `query ($n: Int) { eligibilities(first: $n, filter: { department: ["A"] }) { nodes { verdict nearestWays(max: 5) { cost earliestAt steps { kind text } } } } }`,
  counts: `query ($n: Int) { employees(first: $n) { nodes { name } } credentialCounts(groupBy: [DEPARTMENT, TYPE, STATUS]) { keys count } eligibilityCounts(groupBy: [ROLE, VERDICT]) { keys count } }`,
};

jest.setTimeout(30_000);

describe('the number of SQL statements (F6)', () => {
  let server: TestApp;
  const counter = new StatementCounter();

  beforeAll(async () => {
    server = await startTestApp({ at: iso(NOW) });
    await server.query(`mutation { defineCourses(input: { courses: [{ code: "C", title: "C" }] }) { cursor } }`);
    await server.query(
      `mutation ($types: [CredentialTypeInput!]!) { defineCredentialTypes(input: { credentialTypes: $types }) { cursor } }`,
      {
        types: [...TYPES, 'EARNED'].map((code) => ({
          code,
          name: code,
          kind: 'CERTIFICATION',
          issuer: 'I',
          renewal: { life: 'P1Y' },
        })),
      },
    );
    await server.query(`mutation ($roles: [RoleInput!]!) { defineRoles(input: { roles: $roles }) { cursor } }`, {
      roles: ['R0', 'R1', 'R2'].map((code) => ({ code, title: code })),
    });
    await server.query(
      `mutation { defineCareerPath(input: { code: "P", title: "P", moves: [{ from: "R0", to: "R1" }, { from: "R1", to: "R2" }, { from: "R2", to: "R0" }] }) { cursor } }`,
    );
    await server.query(
      `mutation { publishAwardRule(input: { typeCode: "EARNED", when: { passed: { courseCode: "C" } } }) { refusal { code } } }`,
    );
    for (const [i, typeCode] of ['T00', 'T01', 'EARNED'].entries()) {
      await server.query(
        `mutation ($rule: RuleNodeInput!) { publishRule(input: { roleCode: "R${i}", rule: $rule }) { refusal { code } } }`,
        { rule: { holds: { typeCode } } },
      );
    }
    await server.query(`mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "TOP" }] }) { cursor } }`);
    await server.query(
      `mutation { defineOutcomes(input: { outcomes: [{ code: "TALK", title: "T", kind: HRBP_TASK, when: [ELIGIBLE], owner: { manager: true }, fallbackOwner: "TOP", dueIn: "P7D" }] }) { cursor } }`,
    );
    const employees = Array.from({ length: PEOPLE }, (_, i) => ({
      externalId: i === 0 ? 'TOP' : `E${String(i).padStart(3, '0')}`,
      // by name the managers come last, so that no page begins with somebody already read
      givenName: i > 20 ? `N${i}` : `Z${i}`,
      department: i > 20 && i <= 220 ? 'A' : 'B',
      managerExternalId: i === 0 ? null : i <= 20 ? 'TOP' : `E${String(1 + (i % 20)).padStart(3, '0')}`,
      hiredOn: '2020-01-01',
      effectiveAt: '2020-01-01T00:00:00Z',
    }));
    await server.query(
      `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`,
      { employees },
    );
    for (let i = 0; i < PEOPLE; i += 45) {
      const part = employees.slice(i, i + 45);
      const credentials = part.flatMap(({ externalId }) =>
        TYPES.map((typeCode) => ({
          employeeExternalId: externalId,
          typeCode,
          issuedAt: iso(NOW - 100 * DAY),
          evidenceUrl: 'https://e.example',
        })),
      );
      await server.query(
        `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { cursor } }`,
        { credentials },
      );
    }
    await server.query(
      `mutation ($completions: [CompletionInput!]!) { recordCompletions(input: { source: "lms", completions: $completions }) { cursor } }`,
      {
        completions: employees.map(({ externalId }) => ({
          employeeExternalId: externalId,
          courseCode: 'C',
          status: 'PASSED',
          completedAt: iso(NOW - 90 * DAY),
        })),
      },
    );
    counter.start();
  }, 60_000);
  afterAll(async () => {
    counter.stop();
    await server.stop();
  });

  it.each(Object.entries(OPERATIONS))('is the same for 1, 10 and 200 rows of: %s', async (_, document) => {
    await server.query(document, { n: 1 });
    const sent: string[][] = [];
    for (const n of [1, 10, 200]) {
      const { statements } = await counter.during(() => server.query(document, { n }));
      sent.push(statements.sort());
    }
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
    expect(sent[0]!.length).toBeGreaterThan(1);
    expect(sent[0]!.length).toBeLessThanOrEqual(new Set(sent[0]).size + 6);
  });

  it('follows the hundreds of people, not the people, of whom something is supposed', async () => {
    const ask = (of: string) =>
      `{ whatIf(input: { of: ${of}, suppose: [{ revoke: {} }] }) { lostNow affected(first: 200) { nodes { employee { name } role { code } } } } }`;
    const [one, all] = [ask('{ employee: { externalId: { value: "E001" } } }'), ask('{ typeCode: "T00" }')];
    await server.query(one);
    const sent = async (document: string) => (await counter.during(() => server.query(document))).statements.length;
    expect(await sent(all)).toBeLessThanOrEqual(Math.ceil(PEOPLE / 100) * (await sent(one)));
  });

  it('is the same for 50 people with 20 credentials each as for one with one', async () => {
    const document = `query ($n: Int, $m: Int) { employees(first: $n, filter: { department: ["A"] }) { nodes { name credentials(first: $m, filter: { typeCode: ${JSON.stringify(TYPES)} }) { nodes { ${CREDENTIAL} type { code } history { kind } } } } } }`;
    await server.query(document, { n: 1, m: 1 });
    const one = await counter.during(() => server.query(document, { n: 1, m: 1 }));
    const many = await counter.during(() => server.query(document, { n: 50, m: 20 }));
    expect(many.answer.employees.nodes.flatMap((node: any) => node.credentials.nodes).length).toBe(1_000);
    expect(many.statements.sort()).toEqual(one.statements.sort());
  });

  it('does not grow with the ids asked for at once', async () => {
    const { employees } = await server.query(`{ employees(first: 200) { nodes { id credentials(first: 1) { nodes { id } } } } }`);
    const document = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Employee { name manager { name } } ... on Credential { status type { code } } } }`;
    const idsOf = (n: number): string[] =>
      employees.nodes.slice(0, n / 2).flatMap((node: any) => [node.id, node.credentials.nodes[0].id]);
    const few = await counter.during(() => server.query(document, { ids: idsOf(2) }));
    const many = await counter.during(() => server.query(document, { ids: idsOf(200) }));
    expect(many.statements.sort()).toEqual(few.statements.sort());
  });

  it.each([1, 10, 200, 1_000])('is the same for an ingestion of %i items', async (count) => {
    const people = Array.from({ length: count }, (_, i) => `N${count}-${i}`);
    const upsert = `mutation ($items: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", idempotencyKey: "${count}", employees: $items }) { results { outcome } } }`;
    const record = `mutation ($items: [CompletionInput!]!) { recordCompletions(input: { source: "lms", completions: $items }) { results { outcome } } }`;
    const issue = `mutation ($items: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $items }) { results { outcome } } }`;
    const write = async (document: string, items: object[]): Promise<string[]> => {
      const { answer, statements } = await counter.during(() => server.query<any>(document, { items }));
      const [payload] = Object.values(answer) as [{ results: { outcome: string }[] }];
      expect(payload.results.filter(({ outcome }) => outcome !== 'APPLIED')).toEqual([]);
      return statements;
    };
    const sent = {
      hired: await write(
        upsert,
        people.map((externalId) => ({ externalId, givenName: 'x', department: 'N', managerExternalId: 'TOP' })),
      ),
      moved: await write(
        upsert.replace(`"${count}"`, `"${count} again"`),
        people.map((externalId) => ({ externalId, department: 'M' })),
      ),
      completed: await write(
        record,
        people.map((employeeExternalId) => ({
          employeeExternalId,
          courseCode: 'C',
          status: 'PASSED',
          completedAt: iso(NOW - DAY),
        })),
      ),
      issued: await write(
        issue,
        people.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'T00', issuedAt: iso(NOW - DAY) })),
      ),
    };
    expect(sent).toEqual(expectedOfOne ?? sent);
    expectedOfOne ??= sent;
    for (const statements of Object.values(sent)) expect(statements.length).toBeLessThan(50);
  });
  let expectedOfOne: Record<string, string[]> | undefined;
});
