// F6: the SQL statements of a request follow the types in the query, not the rows it finds.
import pg from 'pg';
import { startTestApp, type TestApp } from '../kit/app';

const PEOPLE = 250;

/** The names of the statements sent while `work` runs, in order. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  const spy = jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    const text = typeof first === 'string' ? first : ((first as { text?: string } | undefined)?.text ?? '');
    const name = /\/\* (\w+) \*\//.exec(text)?.[1];
    if (name !== undefined && !BACKGROUND.has(name)) names.push(name);
    return original.apply(this, args) as never;
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return names;
}

// what the sequencer, the tail and the timers do beside any request
const BACKGROUND = new Set([
  'nextBoundaries',
  'probeInbox',
  'readEntries',
  'findChanges',
  'lockHead',
  'headPosition',
  'loadKeys',
  'prepareSession',
]);

const OPERATIONS: Record<string, string> = {
  'people with all their edges': `query ($first: Int!) { employees(first: $first) { totalCount nodes { name manager { name } reports(first: 5) { totalCount nodes { name } }
    credentials(first: 5) { totalCount nodes { status statusText issuedTo type { name } history { kind } } } completions(first: 5) { nodes { score decisions { outcome type { code } } } }
    eligibilities(first: 5) { totalCount nodes { verdict until untilBecause role { title rule { version } nextRoles { code } } explanation { text } } } } } }`,
  credentials: `query ($first: Int!) { credentials(first: $first) { totalCount nodes { expiresAt employee { name manager { name } } type { name renewalText } } } }`,
  eligibilities: `query ($first: Int!) { eligibilities(first: $first, filter: { verdict: [ELIGIBLE] }) { totalCount nodes { verdict employee { name } role { title } } } }`,
  'the same in the past, as known then': `query ($first: Int!) { employees(first: $first, at: "2026-05-20T00:00:00Z", knownAt: "2026-06-30T00:00:00Z") { nodes { name
    credentials { nodes { status type { code } } } eligibilities(first: 2) { nodes { verdict explanation { text } } } } } }`,
  changes: `query ($first: Int!) { changes(first: $first) { changes { position employee { name } ... on CredentialChange { credential { type { code } } } ... on EligibilityChange { role { code } } } } }`,
};

describe('statements per request (F6)', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    await server.query(`mutation { defineCourses(input: { courses: [{ code: "C1", title: "One" }] }) { cursor } }`);
    await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
      { code: "T1", name: "T1", kind: CERTIFICATION, issuer: "X", renewal: { life: "P1Y" } }] }) { cursor } }`);
    await server.query(
      `mutation { defineRoles(input: { roles: [{ code: "R1", title: "One" }, { code: "R2", title: "Two" }] }) { cursor } }`,
    );
    await server.query(
      `mutation { defineCareerPath(input: { code: "P", title: "P", moves: [{ from: "R1", to: "R2" }] }) { cursor } }`,
    );
    await server.query(
      `mutation { publishAwardRule(input: { typeCode: "T1", when: { passed: { courseCode: "C1" } } }) { refusal { code } } }`,
    );
    await server.query(
      `mutation { publishRule(input: { roleCode: "R1", rule: { holds: { typeCode: "T1" } } }) { refusal { code } } }`,
    );
    await server.query(
      `mutation { publishRule(input: { roleCode: "R2", rule: { attribute: { name: "department", equals: "A" } } }) { refusal { code } } }`,
    );
    const people = Array.from({ length: PEOPLE }, (_, i) => ({
      externalId: `E${i}`,
      department: 'A',
      effectiveAt: '2026-05-01T00:00:00Z',
      ...(i > 0 && { managerExternalId: `E${Math.floor((i - 1) / 5)}` }),
    }));
    await server.query(
      `mutation ($people: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $people }) { cursor } }`,
      { people },
    );
    const completions = people.map(({ externalId }) => ({
      employeeExternalId: externalId,
      courseCode: 'C1',
      status: 'PASSED',
      completedAt: '2026-05-10T08:00:00Z',
    }));
    await server.query(
      `mutation ($completions: [CompletionInput!]!) { recordCompletions(input: { source: "lms", completions: $completions }) { cursor } }`,
      { completions },
    );
  }, 60_000);
  afterAll(() => server.stop());

  it.each(Object.entries(OPERATIONS))('%s: as many for 1 row as for 200', async (_, operation) => {
    const one = await statementsOf(() => server.query(operation, { first: 1 }));
    const ten = await statementsOf(() => server.query(operation, { first: 10 }));
    const many = await statementsOf(() => server.query(operation, { first: 200 }));
    expect(one.length).toBeGreaterThan(0);
    expect([...ten].sort()).toEqual([...many].sort());
    expect(many.length).toBeLessThanOrEqual(new Set(many).size + 4);
    expect(one.length).toBeLessThanOrEqual(many.length);
  });

  it('50 people with 20 reports each, 1,000 rows: one statement per level', async () => {
    const nested = `query ($first: Int!) { employees(first: $first) { nodes { reports(first: 20, transitive: true) { nodes { name credentials(first: 1) { nodes { status } } } } } } }`;
    const many = await statementsOf(() => server.query(nested, { first: 50 }));
    expect(many.sort()).toEqual(['credentialPages', 'employeePage', 'openSnapshot', 'reportPages']);
  });

  it('an ingestion of 500 items takes as many as one of 2 (one statement per table and step)', async () => {
    const ingest = (from: number, count: number, day: number) =>
      statementsOf(() =>
        server.query(
          `mutation ($completions: [CompletionInput!]!) { recordCompletions(input: { source: "lms", completions: $completions }) { results { outcome } } }`,
          {
            completions: Array.from({ length: count }, (_, i) => ({
              employeeExternalId: `E${from + (i % 200)}`,
              courseCode: 'C1',
              status: 'PASSED',
              completedAt: new Date(Date.UTC(2026, 4, day, 0, 0, i)).toISOString(),
            })),
          },
        ),
      );
    const two = await ingest(0, 2, 11);
    const many = await ingest(0, 500, 12);
    expect([...many].sort()).toEqual([...two].sort());
  });
});
