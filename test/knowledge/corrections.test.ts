// Corrections of the past: the record of what was known stays as it was, and one query tells both stories.
import { startTestApp, type TestApp } from '../kit/app';
import { History } from './history';

const EVERYTHING = `query ($at: DateTime, $knownAt: DateTime) {
  employees(orderBy: EXTERNAL_ID, at: $at, knownAt: $knownAt) { nodes {
    externalId name department jobTitle attributes status manager { name } reports { nodes { name } }
    credentials { nodes {
      id status statusText issuedAt expiresAt issuedTo evidenceUrl type { name issuer renewalText }
      history { kind occurredAt recordedAt actor source reason ruleVersion issuedTo issuer }
    } }
    eligibilities { nodes {
      role { code title rule { version text hash } }
      verdict since until untilVerdict untilBecause nextEligibleAt ruleVersion
      segments { from to verdict ruleVersion }
      explanation { id parentId op verdict since until binding text factIds }
    } }
  } }
}`;

const iso = (instant: number): string => new Date(instant).toISOString();

describe('what was known', () => {
  it('is never changed by what is told later, whole subtrees with texts and reasons included (D11, C9)', async () => {
    const server = await startTestApp({ at: iso(History.start) });
    try {
      const history = new History(server, 11);
      await history.define();
      const taken: { at: number; knownAt: number; answer: unknown }[] = [];
      for (let round = 0; round < 12; round++) {
        for (let i = 0; i < 4; i++) await history.next();
        if (round === 5) {
          await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
            { code: "LIFE", name: "Renamed", kind: CERTIFICATION, issuer: "Other", renewal: { life: "P200D" } }] }) { cursor } }`);
          await server.query(`mutation { defineRoles(input: { roles: [{ code: "R1", title: "Renamed" }] }) { cursor } }`);
        }
        const knownAt = server.clock.now();
        for (const at of [...history.instants(2), knownAt]) {
          taken.push({ at, knownAt, answer: await server.query(EVERYTHING, { at: iso(at), knownAt: iso(knownAt) }) });
        }
      }
      server.clock.advance(400 * 86_400_000);
      for (const { at, knownAt, answer } of taken) {
        expect({ at: iso(at), ...(await server.query(EVERYTHING, { at: iso(at), knownAt: iso(knownAt) })) }).toEqual({
          at: iso(at),
          ...(answer as object),
        });
      }
    } finally {
      await server.stop();
    }
  }, 40_000);
});

describe('a disputed decision', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-03-01T09:00:00Z' });
    await server.query(`mutation { defineCourses(input: { courses: [{ code: "C", title: "Course" }] }) { cursor } }`);
    await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
      { code: "T", name: "Forklift", kind: LICENSE, issuer: "Academy", renewal: { life: "P1Y" } }] }) { cursor } }`);
    await server.query(`mutation { defineRoles(input: { roles: [{ code: "DRIVER", title: "Driver" }] }) { cursor } }`);
    await server.query(
      `mutation { publishAwardRule(input: { typeCode: "T", when: { passed: { courseCode: "C" } } }) { refusal { code } } }`,
    );
    await server.query(
      `mutation { publishRule(input: { roleCode: "DRIVER", rule: { holds: { typeCode: "T" } } }) { refusal { code } } }`,
    );
    await server.query(
      `mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "E1", givenName: "Jane", familyName: "Smith" }] }) { cursor } }`,
    );
    server.clock.set('2026-03-02T10:00:00Z');
    await server.query(`mutation { recordCompletions(input: { source: "lms", completions: [
      { employeeExternalId: "E1", courseCode: "C", status: PASSED, completedAt: "2026-03-02T08:00:00Z", evidenceUrl: "https://lms.example/1" }] }) { cursor } }`);
    // decided here, at noon of 1 April; revoked a month later as of 15 March; the rule asks for more from May on
    server.clock.set('2026-05-01T10:00:00Z');
    await server.query(`mutation { revokeCredential(input: { credential: { holding: { employeeExternalId: "E1", typeCode: "T" } },
      reason: "fraud", effectiveAt: "2026-03-15T00:00:00Z" }) { refusal { code } } }`);
    server.clock.set('2026-05-02T10:00:00Z');
    await server.query(
      `mutation { publishRule(input: { roleCode: "DRIVER", rule: { holds: { typeCode: "T", strict: true } } }) { refusal { code } } }`,
    );
  });
  afterAll(() => server.stop());

  it('is answered by one query: who earned what, valid when, by which rule, and what was current and known at the decision (H2)', async () => {
    const story = `{ name eligibilities { nodes { verdict ruleVersion untilBecause } } credentials { nodes {
      type { name issuer } status issuedAt expiresAt evidenceUrl issuedTo history { kind occurredAt recordedAt actor source reason ruleVersion completionIds } } } }`;
    const answer = await server.query(`{
      then: employee(by: { externalId: { value: "E1" } }, at: "2026-04-01T12:00:00Z", knownAt: "2026-04-01T12:00:00Z") ${story}
      inHindsight: employee(by: { externalId: { value: "E1" } }, at: "2026-04-01T12:00:00Z") ${story}
      now: employee(by: { externalId: { value: "E1" } }) ${story}
    }`);
    const issued = {
      kind: 'ISSUED',
      occurredAt: '2026-03-02T08:00:00.000Z',
      recordedAt: '2026-03-02T10:00:00.000Z',
      actor: 'key:admin',
      source: 'lms',
      reason: null,
      ruleVersion: 1,
      completionIds: [expect.any(String)],
    };
    const revoked = {
      kind: 'REVOKED',
      occurredAt: '2026-03-15T00:00:00.000Z',
      recordedAt: '2026-05-01T10:00:00.000Z',
      actor: 'key:admin',
      source: 'api',
      reason: 'fraud',
      ruleVersion: null,
      completionIds: [],
    };
    const credential = {
      type: { name: 'Forklift', issuer: 'Academy' },
      issuedAt: '2026-03-02T08:00:00.000Z',
      expiresAt: '2027-03-02T00:00:00.000Z',
      evidenceUrl: 'https://lms.example/1',
      issuedTo: 'Jane Smith',
    };
    expect(answer).toEqual({
      then: {
        name: 'Jane Smith',
        eligibilities: { nodes: [{ verdict: 'ELIGIBLE', ruleVersion: 1, untilBecause: ['Forklift license expires'] }] },
        credentials: { nodes: [{ ...credential, status: 'ACTIVE', history: [issued] }] },
      },
      inHindsight: {
        name: 'Jane Smith',
        eligibilities: { nodes: [{ verdict: 'NOT_ELIGIBLE', ruleVersion: 1, untilBecause: [] }] },
        credentials: { nodes: [{ ...credential, status: 'REVOKED', history: [issued, revoked] }] },
      },
      now: {
        name: 'Jane Smith',
        eligibilities: { nodes: [{ verdict: 'NOT_ELIGIBLE', ruleVersion: 2, untilBecause: [] }] },
        credentials: { nodes: [{ ...credential, status: 'REVOKED', history: [issued, revoked] }] },
      },
    });
  });

  it('shows by one query whether the credential was valid when pay changed: who, when, by which rule, on which fact, known then (H2, H10)', async () => {
    const decided = '2026-04-01T12:00:00Z';
    const question = `query ($at: DateTime, $knownAt: DateTime) { eligibility(employee: { externalId: { value: "E1" } }, roleCode: "DRIVER", at: $at, knownAt: $knownAt) {
      verdict since until ruleVersion explanation { text verdict factIds } role { rule { version publishedBy hash } }
      employee { name credentials { nodes { id status type { code } history { kind occurredAt recordedAt actor ruleVersion } } } } } }`;
    const ask = async (knownAt: string) => (await server.query(question, { at: decided, knownAt })).eligibility;
    const then = await ask(decided);
    const [credential] = then.employee.credentials.nodes;
    expect(then).toEqual({
      verdict: 'ELIGIBLE',
      since: '2026-03-02T08:00:00.000Z',
      until: '2027-03-02T00:00:00.000Z',
      ruleVersion: 1,
      explanation: [
        { text: expect.stringContaining('Forklift license') as string, verdict: 'ELIGIBLE', factIds: [credential.id] },
      ],
      role: { rule: { version: 1, publishedBy: 'key:admin', hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
      employee: {
        name: 'Jane Smith',
        credentials: {
          nodes: [
            {
              id: credential.id,
              status: 'ACTIVE',
              type: { code: 'T' },
              history: [
                {
                  kind: 'ISSUED',
                  occurredAt: '2026-03-02T08:00:00.000Z',
                  recordedAt: '2026-03-02T10:00:00.000Z',
                  actor: 'key:admin',
                  ruleVersion: 1,
                },
              ],
            },
          ],
        },
      },
    });
    const { node } = await server.query('query ($id: ID!) { node(id: $id) { ... on Credential { type { code } } } }', {
      id: credential.id,
    });
    expect(node).toEqual({ type: { code: 'T' } });
    const today = await ask('2026-05-02T10:00:00Z');
    expect([today.verdict, today.ruleVersion, today.employee.credentials.nodes[0].status]).toEqual([
      'NOT_ELIGIBLE',
      1,
      'REVOKED',
    ]);
  });

  it('judges by the rule known then: before a publication nobody knew of it, whenever it takes effect (D2)', async () => {
    const ask = (at: string, knownAt: string) =>
      server.query(
        `query ($at: DateTime, $knownAt: DateTime) { eligibility(employee: { externalId: { value: "E1" } }, roleCode: "DRIVER", at: $at, knownAt: $knownAt) { ruleVersion } }`,
        { at, knownAt },
      );
    expect((await ask('2026-06-01T00:00:00Z', '2026-05-02T09:59:59.999Z')).eligibility.ruleVersion).toBe(1);
    expect((await ask('2026-06-01T00:00:00Z', '2026-05-02T10:00:00Z')).eligibility.ruleVersion).toBe(2);
  });

  it('tells the correction apart from what happens now: the stretch judged otherwise is named, with when it was learned', async () => {
    const { changes } = await server.query(`{ changes(first: 200) { changes { occurredAt recordedAt
      ... on EligibilityChange { kind before after correctedFrom correctedUntil because } } } }`);
    expect(changes.changes.filter((change: any) => change.kind === 'TRANSITION').at(-1)).toEqual({
      occurredAt: '2026-03-15T00:00:00.000Z',
      recordedAt: '2026-05-01T10:00:00.000Z',
      kind: 'TRANSITION',
      before: 'ELIGIBLE',
      after: 'NOT_ELIGIBLE',
      correctedFrom: '2026-03-15T00:00:00.000Z',
      correctedUntil: '2026-05-01T10:00:00.000Z',
      because: ['Forklift license revoked'],
    });
  });

  it('does not know people, addresses and identities told later', async () => {
    server.clock.set('2026-05-03T10:00:00Z');
    await server.query(
      `mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "E1", email: "jane@example.com" }, { externalId: "E2" }] }) { cursor } }`,
    );
    server.clock.set('2026-05-04T10:00:00Z');
    await server.query(
      `mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "E1", email: "smith@example.com" }] }) { cursor } }`,
    );
    const find = async (by: string, knownAt: string) =>
      (await server.query(`query ($knownAt: DateTime) { employee(by: ${by}, knownAt: $knownAt) { externalId } }`, { knownAt }))
        .employee?.externalId ?? null;
    const [before, after] = ['2026-05-03T09:59:59.999Z', '2026-05-03T10:00:00Z'];
    expect(await find('{ externalId: { value: "E2" } }', before)).toBeNull();
    expect(await find('{ externalId: { value: "E2" } }', after)).toBe('E2');
    expect(await find('{ email: "jane@example.com" }', before)).toBeNull();
    expect(await find('{ email: "jane@example.com" }', after)).toBe('E1');
    expect(await find('{ email: "smith@example.com" }', after)).toBeNull();
    expect(await find('{ externalId: { value: "E2", source: "hris" } }', before)).toBeNull();
  });
});
