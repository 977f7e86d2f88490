// Every answer says when it changes and to what: asked just before, at that instant, and anywhere in between.
import { startTestApp, type TestApp } from '../kit/app';
import { seeded, type Chance } from '../kit/seeded';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');
const PEOPLE = 100;
const ROLES = ['R0', 'R1', 'R2', 'R3', 'R4', 'R5'];
const TYPES = ['ANNUAL', 'MONTHS', 'FIXED', 'GRACE', 'ZONED', 'FOREVER'];

const iso = (instant: number): string => new Date(instant).toISOString();

function condition(chance: Chance, depth: number): object {
  if (depth > 0 && chance.percent(70)) {
    const of = Array.from({ length: chance.int(2, 3) }, () => condition(chance, depth - 1));
    return chance.pick<() => object>([
      () => ({ all: of }),
      () => ({ any: of }),
      () => ({ atLeast: { n: 2, of } }),
      () => ({ not: of[0] }),
    ])();
  }
  if (chance.percent(70)) return { holds: { typeCode: chance.pick(TYPES), strict: chance.percent(20) } };
  if (chance.percent(20))
    return { during: { from: iso(NOW + chance.int(-200, 200) * DAY), until: iso(NOW + chance.int(201, 500) * DAY) } };
  return {
    attribute: chance.pick<object>([
      { name: 'department', equals: 'A' },
      { name: 'grade', atLeast: 2 },
      { name: 'status', equals: 'ACTIVE' },
    ]),
  };
}

/** Fills a server with people, credentials, acts and rules that give verdicts many reasons to change. */
async function populate(server: TestApp, chance: Chance): Promise<void> {
  await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
    { code: "ANNUAL", name: "Annual", kind: CERTIFICATION, issuer: "I", renewal: { life: "P1Y", anchor: EXPIRY, early: "P60D" } }
    { code: "MONTHS", name: "Months", kind: LICENSE, issuer: "I", renewal: { calendarMonths: 6, lastDay: ON_ANNIVERSARY } }
    { code: "FIXED", name: "Fixed", kind: BADGE, issuer: "I", renewal: { fixed: { month: 3, day: 31, minActive: "P90D" } } }
    { code: "GRACE", name: "Grace", kind: CERTIFICATION, issuer: "I", renewal: { life: "P180D", grace: "P30D", graceCounts: true } }
    { code: "ZONED", name: "Zoned", kind: ATTESTATION, issuer: "I", renewal: { life: "P3M", timeZone: "Pacific/Kiritimati" } }
    { code: "FOREVER", name: "Forever", kind: BADGE, issuer: "I" } ] }) { cursor } }`);
  await server.query(`mutation ($roles: [RoleInput!]!) { defineRoles(input: { roles: $roles }) { cursor } }`, {
    roles: ROLES.map((code) => ({ code, title: code })),
  });
  const someday = () => iso(NOW + chance.int(-300 * 24, 250 * 24) * 3_600_000 + chance.int(0, 3_599_999));
  const employees = Array.from({ length: PEOPLE }, (_, i) => [
    {
      externalId: `E${i}`,
      department: chance.pick(['A', 'B']),
      attributes: { grade: chance.int(1, 3) },
      effectiveAt: iso(NOW - 400 * DAY),
    },
    { externalId: `E${i}`, department: chance.pick(['A', 'B']), effectiveAt: someday() },
    ...(chance.percent(30) ? [{ externalId: `E${i}`, status: chance.pick(['ON_LEAVE', 'ACTIVE']), effectiveAt: someday() }] : []),
    ...(chance.percent(30)
      ? [{ externalId: `E${i}`, terminatedOn: iso(NOW + chance.int(0, 300) * DAY).slice(0, 10), effectiveAt: someday() }]
      : []),
  ]).flat();
  await server.query(
    `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`,
    { employees },
  );
  const credentials = Array.from({ length: PEOPLE * 5 }, () => ({
    employeeExternalId: `E${chance.int(0, PEOPLE - 1)}`,
    typeCode: chance.pick(TYPES),
    issuedAt: someday(),
  }));
  await server.query(
    `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { cursor } }`,
    { credentials },
  );
  for (let i = 0; i < 30; i++) {
    const { employeeExternalId, typeCode } = chance.pick(credentials);
    const input = { credential: { holding: { employeeExternalId, typeCode } }, reason: 'x', effectiveAt: someday() };
    const mutation = chance.pick(['suspendCredential', 'revokeCredential', 'reinstateCredential']);
    await server.query(`mutation ($input: CredentialActionInput!) { ${mutation}(input: $input) { refusal { code } } }`, {
      input,
    });
  }
  for (const roleCode of ROLES) {
    for (const effectiveFrom of [null, someday()]) {
      const input = { roleCode, rule: condition(chance, 2), effectiveFrom, warnBefore: chance.pick([null, 'P30D', 'P3M']) };
      const { publishRule } = await server.query(
        `mutation ($input: RuleDraftInput!) { publishRule(input: $input) { refusal { code message } } }`,
        { input },
      );
      expect(publishRule.refusal).toBeNull();
    }
  }
}

interface Answer {
  readonly employee: { externalId: string };
  readonly role: { code: string };
  readonly verdict: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly untilVerdict: string | null;
  readonly untilBecause: string[];
  readonly nextEligibleAt: string | null;
}
const ANSWER = 'employee { externalId } role { code } verdict since until untilVerdict untilBecause nextEligibleAt';
const keyOf = (answer: Answer): string => `${answer.employee.externalId} ${answer.role.code}`;

async function everyAnswer(server: TestApp, at: number | null): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (let after: string | null = null, hasNextPage = true; hasNextPage;) {
    const { eligibilities }: any = await server.query(
      `query ($at: DateTime, $after: String) { eligibilities(at: $at, first: 200, after: $after) { nodes { ${ANSWER} } pageInfo { hasNextPage endCursor } } }`,
      { at: at === null ? null : iso(at), after },
    );
    for (const answer of eligibilities.nodes) answers.set(keyOf(answer), answer);
    ({ hasNextPage, endCursor: after } = eligibilities.pageInfo);
  }
  return answers;
}

describe('the instant an answer changes', () => {
  let server: TestApp;
  const chance = seeded(42);
  beforeAll(async () => {
    server = await startTestApp({ at: iso(NOW) });
    await populate(server, chance);
  }, 30_000);
  afterAll(() => server.stop());

  /** The answers about many pairs, each at an instant of its own. */
  async function ask(questions: readonly { pair: Answer; at: number }[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let i = 0; i < questions.length; i += 25) {
      const part = questions.slice(i, i + 25);
      const fields = part.map(
        ({ pair, at }, n) =>
          `a${n}: eligibility(employee: { externalId: { value: "${pair.employee.externalId}" } }, roleCode: "${pair.role.code}", at: "${iso(at)}") { ${ANSWER} }`,
      );
      answers.push(...Object.values(await server.query<Record<string, Answer>>(`{ ${fields.join(' ')} }`)));
    }
    return answers;
  }

  it('is right for every pair: at until - 1 ms the verdict still holds, at until it is untilVerdict, for a reason that is named (N1)', async () => {
    const changing = [...(await everyAnswer(server, NOW)).values()].filter((answer) => answer.until !== null);
    expect(changing.length).toBeGreaterThan(PEOPLE);
    const untilOf = (answer: Answer) => Date.parse(answer.until!);
    const before = await ask(changing.map((pair) => ({ pair, at: untilOf(pair) - 1 })));
    const after = await ask(changing.map((pair) => ({ pair, at: untilOf(pair) })));
    changing.forEach((answer, i) => {
      const { verdict, since, until, untilVerdict, untilBecause } = answer;
      expect(before[i]).toMatchObject({ verdict, since, until, untilVerdict, untilBecause });
      expect(after[i]).toMatchObject({ verdict: untilVerdict, since: until });
      expect(untilVerdict).not.toBe(verdict);
      expect({ of: keyOf(answer), reasons: untilBecause.length }).not.toEqual({ of: keyOf(answer), reasons: 0 });
    });
  }, 30_000);

  it('has no earlier flip: a sweep of more than 10,000 answers at random instants agrees with every earlier answer (N1)', async () => {
    const instants = Array.from({ length: 24 }, () => NOW + chance.int(-300 * DAY, 400 * DAY)).sort((a, b) => a - b);
    const sweep: { at: number; answers: Map<string, Answer> }[] = [];
    for (const at of instants) sweep.push({ at, answers: await everyAnswer(server, at) });
    const isEligible = (answer: Answer): boolean => ['ELIGIBLE', 'AT_RISK'].includes(answer.verdict);
    const isRight = (answer: Answer, other: Answer, later: number): boolean => {
      if (answer.until === null || later < Date.parse(answer.until))
        return other.verdict === answer.verdict && other.since === answer.since;
      if (Date.parse(other.since!) < Date.parse(answer.until)) return false;
      return (
        isEligible(answer) || !isEligible(other) || (answer.nextEligibleAt !== null && Date.parse(answer.nextEligibleAt) <= later)
      );
    };
    const wrong: object[] = [];
    let compared = 0;
    sweep.forEach(({ at, answers }, i) => {
      for (const [key, answer] of answers) {
        for (const later of sweep.slice(i + 1)) {
          const other = later.answers.get(key);
          if (!other) continue;
          compared += 1;
          if (!isRight(answer, other, later.at)) wrong.push({ at: iso(at), answer, later: iso(later.at), other });
        }
      }
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(sweep.reduce((sum, { answers }) => sum + answers.size, 0)).toBeGreaterThan(10_000);
    expect(compared).toBeGreaterThan(50_000);
  }, 30_000);

  it('is right when the clock really gets there (N1)', async () => {
    const changing = [...(await everyAnswer(server, null)).values()]
      .filter((answer) => answer.until !== null)
      .sort((a, b) => Date.parse(a.until!) - Date.parse(b.until!))
      .filter((_, i) => i % 4 === 0);
    expect(changing.length).toBeGreaterThan(25);
    const now = async (pair: Answer): Promise<Answer> =>
      (
        await server.query(
          `{ eligibility(employee: { externalId: { value: "${pair.employee.externalId}" } }, roleCode: "${pair.role.code}") { ${ANSWER} } }`,
        )
      ).eligibility;
    for (const answer of changing) {
      const until = Date.parse(answer.until!);
      if (until - 1 > server.clock.now()) {
        server.clock.set(until - 1);
        expect(await now(answer)).toMatchObject({ verdict: answer.verdict, until: answer.until });
      }
      server.clock.set(until);
      expect(await now(answer)).toMatchObject({ verdict: answer.untilVerdict, since: answer.until });
    }
  }, 30_000);
});
