// A few operations on fixed data at a fixed time: the answers and the statements behind them, word for word.
// UPDATE_GOLDEN=1 writes them anew; the difference is then for a reviewer to judge.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTestApp, type TestApp } from '../kit/app';
import { StatementCounter } from './count';

const folder = path.join(__dirname, 'golden');
const operations = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

/** Ids and cursors differ from run to run: each is replaced by the number of its first appearance. */
function withoutChance(answer: unknown): unknown {
  const seen = new Map<string, string>();
  const stable = (value: string): string => {
    if (!seen.has(value)) seen.set(value, `<${seen.size + 1}>`);
    return seen.get(value)!;
  };
  const isChance = (key: string): boolean =>
    ['id', 'cursor', 'startCursor', 'endCursor', 'factIds', 'completionIds'].includes(key);
  const visit = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return isChance(key) && !/^\d+(\.\d+)*$/.test(value) ? stable(value) : value;
    if (Array.isArray(value)) return value.map((member) => visit(member, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member, name)]));
  };
  return visit(answer, '');
}

async function populate(server: TestApp): Promise<void> {
  const mutate = async (fields: string): Promise<void> => void (await server.query(`mutation { ${fields} }`));
  await mutate(`defineCourses(input: { courses: [{ code: "CPR-1", title: "CPR", passMark: 70 }] }) { cursor }`);
  await mutate(`defineCredentialTypes(input: { credentialTypes: [
    { code: "CPR", name: "CPR", kind: CERTIFICATION, issuer: "AHA", renewal: { calendarMonths: 24, noticeBefore: ["P60D"] } }
    { code: "RN", name: "Registered nurse", kind: LICENSE, issuer: "Board", renewal: { life: "P1Y", grace: "P30D", graceCounts: true } }
    { code: "FUN", name: "Juggling", kind: BADGE, issuer: "Circus", operational: false }
  ] }) { cursor }`);
  await mutate(
    `defineRoles(input: { roles: [{ code: "NURSE", title: "Nurse" }, { code: "LEAD", title: "Lead nurse" }] }) { cursor }`,
  );
  await mutate(
    `defineCareerPath(input: { code: "NURSING", title: "Nursing", moves: [{ from: "NURSE", to: "LEAD" }, { from: "LEAD", to: "NURSE" }] }) { cursor }`,
  );
  await mutate(`publishAwardRule(input: { typeCode: "CPR", when: { passed: { courseCode: "CPR-1" } } }) { refusal { code } }`);
  await mutate(
    `publishRule(input: { roleCode: "NURSE", warnBefore: "P30D", rule: { all: [{ holds: { typeCode: "RN" } }, { holds: { typeCode: "CPR", strict: true } }] } }) { refusal { code } }`,
  );
  await mutate(
    `publishRule(input: { roleCode: "LEAD", rule: { all: [{ holds: { typeCode: "RN" } }, { any: [{ attribute: { name: "jobTitle", equals: "Senior" } }, { attribute: { name: "grade", atLeast: 5 } }] }] } }) { refusal { code } }`,
  );
  await mutate(`upsertEmployees(input: { source: "hris", employees: [
    { externalId: "E1", givenName: "Ada", familyName: "Ames", department: "Ward", jobTitle: "Senior", effectiveAt: "2025-01-01T00:00:00Z" }
    { externalId: "E2", givenName: "Ben", familyName: "Bell", email: "ben@example.com", department: "Ward", managerExternalId: "E1", jobTitle: "Junior",
      roleCodes: ["N1"], hiredOn: "2024-02-29", attributes: { grade: 5 }, effectiveAt: "2025-01-01T00:00:00Z" }
    { externalId: "E3", givenName: "Cleo", familyName: "Cole", email: "cleo@example.com", department: "Ward", managerExternalId: "E2", effectiveAt: "2025-01-01T00:00:00Z" }
    { externalId: "E4", givenName: "Dan", familyName: "Dean", department: "Office", managerExternalId: "E2", effectiveAt: "2025-01-01T00:00:00Z" }
  ] }) { cursor }`);
  server.clock.set('2026-05-11T00:00:00Z');
  await mutate(`recordCompletions(input: { source: "lms", completions: [
    { employeeExternalId: "E1", courseCode: "CPR-1", status: PASSED, score: 91, completedAt: "2026-05-01T08:00:00Z" }
    { employeeExternalId: "E2", courseCode: "CPR-1", attemptId: "1", status: FAILED, score: 60, completedAt: "2026-04-01T08:00:00Z" }
    { employeeExternalId: "E2", courseCode: "CPR-1", attemptId: "2", status: PASSED, score: 80, completedAt: "2026-05-02T08:00:00Z", evidenceUrl: "https://lms.example/2" }
  ] }) { cursor }`);
  await mutate(`issueCredentials(input: { source: "board", credentials: [
    { employeeExternalId: "E1", typeCode: "RN", issuedOn: "2025-11-01" }
    { employeeExternalId: "E2", typeCode: "RN", issuedOn: "2025-06-10" }
    { employeeExternalId: "E3", typeCode: "RN", instance: "X-1", issuedOn: "2025-12-24" }
    { employeeExternalId: "E3", typeCode: "FUN", issuedOn: "2026-01-01" }
    { employeeExternalId: "E4", typeCode: "RN", issuedOn: "2025-04-20" }
  ] }) { cursor }`);
  server.clock.set('2026-05-20T00:00:00Z');
  await mutate(
    `suspendCredential(input: { credential: { holding: { employeeExternalId: "E1", typeCode: "RN" } }, reason: "under review", effectiveAt: "2026-05-05T00:00:00Z" }) { refusal { code } }`,
  );
  await mutate(
    `upsertEmployees(input: { source: "hris", employees: [{ externalId: "E1", department: "Lab", effectiveAt: "2026-05-09T00:00:00Z" }] }) { cursor }`,
  );
}

describe('golden answers', () => {
  let server: TestApp;
  const counter = new StatementCounter();

  beforeAll(async () => {
    server = await startTestApp({ at: '2026-05-01T00:00:00Z', zone: 'America/New_York' });
    await populate(server);
    server.clock.set('2026-06-20T12:00:00Z');
    const isQuiet = async (): Promise<boolean> => {
      const { changes } = await server.query(`{ changes(first: 200, filter: { kind: ["EXPIRED"] }) { changes { occurredAt } } }`);
      return changes.changes.length === 2;
    };
    while (!(await isQuiet())) await new Promise((resolve) => setTimeout(resolve, 20));
    counter.start();
  }, 20_000);
  afterAll(async () => {
    counter.stop();
    await server.stop();
  });

  it.each(operations)('%s', async (operation) => {
    const document = readFileSync(path.join(folder, operation), 'utf8');
    const { answer, statements } = await counter.during(() => server.query(document));
    const got = { statements: statements.sort(), answer: withoutChance(answer) };
    const file = path.join(folder, operation.replace('.graphql', '.json'));
    if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(file)) {
      expect(process.env['CI']).toBeUndefined();
      writeFileSync(file, `${JSON.stringify(got, null, 1)}\n`);
    }
    expect(got).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });
});
