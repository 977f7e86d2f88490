// Dates at the ends: leap days, changes of clocks, the first and the last years, and what is no date at all.
import { startTestApp, type TestApp } from '../kit/app';

const PEOPLE = `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { results { outcome refusal { code path message } } } }`;
const ISSUE = `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { results { outcome refusal { code path message } } } }`;
const RECORD = `mutation ($completions: [CompletionInput!]!) { recordCompletions(input: { source: "lms", completions: $completions }) { results { outcome refusal { code path message } } } }`;
const RULE = `mutation ($input: RuleDraftInput!) { publishRule(input: $input) { refusal { code path message } } }`;
const AWARD = `mutation ($from: DateTime) { publishAwardRule(input: { typeCode: "LIFE", when: { passed: { courseCode: "C" } }, effectiveFrom: $from }) { refusal { code path message } } }`;

const LATE = ['9001-01-01', '9998-12-31', '9999-06-01', '9999-12-31'];
const EARLY = ['0001-01-01', '0999-12-31'];
const FINE = [
  '1000-01-02',
  '1900-02-28',
  '1900-03-01',
  '1969-12-31',
  '1970-01-01',
  '2000-02-29',
  '2024-02-29',
  '2100-02-28',
  '8999-12-31',
];
const NO_DAYS = [
  '2023-02-29',
  '1900-02-29',
  '2100-02-29',
  '2026-04-31',
  '2026-00-10',
  '2026-13-01',
  '2026-01-00',
  '0000-01-01',
  '10000-01-01',
  '+010000-01-01',
  '-0001-01-01',
  'infinity',
  '-infinity',
  'now',
  'today',
  '',
  ' 2026-01-01',
  '20260101',
  '2026-1-1',
  '2026-W01-1',
  '2026-01-01T00:00:00Z',
];
const NO_INSTANTS = [
  ...NO_DAYS.slice(0, -1),
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01 00:00:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-02-30T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-01:00',
  '1e3',
  'NaN',
];

describe.each(['UTC', 'Pacific/Kiritimati', 'Pacific/Niue'])('dates in %s (D10)', (zone) => {
  let server: TestApp;
  let next = 0;
  const someone = async (): Promise<string> => {
    const externalId = `E${next++}`;
    await server.query(PEOPLE, { employees: [{ externalId, givenName: 'x' }] });
    return externalId;
  };
  const at = (day: string): string => `${day}T12:00:00Z`;
  const refusal = (path: string) => ({ code: 'DATE_OUT_OF_RANGE', path: [path], message: expect.stringContaining(path) });
  const rejected = (path: string) => ({ outcome: 'REJECTED', refusal: refusal(path) });
  const applied = { outcome: 'APPLIED', refusal: null };

  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z', zone });
    await server.query(`mutation { defineCourses(input: { courses: [{ code: "C", title: "C" }] }) { cursor } }`);
    await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
      { code: "LIFE", name: "L", kind: CERTIFICATION, issuer: "I",
        renewal: { life: "P200Y", anchor: EXPIRY, early: "P200Y", grace: "P200Y", graceCounts: true, backdate: true, reinstateWithin: "P200Y", noticeBefore: ["P200Y", "P1D"] } }
      { code: "FIXED", name: "F", kind: CERTIFICATION, issuer: "I", renewal: { fixed: { month: 2, day: 29, minActive: "P200Y" } } }
      { code: "MONTHS", name: "M", kind: CERTIFICATION, issuer: "I", renewal: { calendarMonths: 2400, lastDay: ON_ANNIVERSARY } } ] }) { cursor } }`);
    await server.query(`mutation { defineRoles(input: { roles: [{ code: "R", title: "R" }] }) { cursor } }`);
    await server.query(
      `mutation { publishRule(input: { roleCode: "R", warnBefore: "P200Y", rule: { any: [{ holds: { typeCode: "LIFE" } } { holds: { typeCode: "FIXED" } } { not: { holds: { typeCode: "MONTHS" } } }] } }) { refusal { code } } }`,
    );
  });
  afterAll(() => server.stop());

  it('are taken for credentials from the year 1000 to 9000, whatever lives and graces follow, and refused beyond, each by itself', async () => {
    const employeeExternalId = await someone();
    const items = ['LIFE', 'FIXED', 'MONTHS'].flatMap((typeCode) => [
      ...FINE.flatMap((day) => [
        { item: { typeCode, issuedOn: day }, answer: applied },
        { item: { typeCode, issuedAt: at(day) }, answer: applied },
      ]),
      ...[...LATE, ...EARLY].flatMap((day) => [
        { item: { typeCode, issuedOn: day }, answer: rejected('issuedOn') },
        { item: { typeCode, issuedAt: at(day) }, answer: rejected('issuedAt') },
      ]),
      ...LATE.flatMap((day) => [
        { item: { typeCode, issuedOn: '2020-01-01', expiresOn: day }, answer: rejected('expiresOn') },
        { item: { typeCode, issuedOn: '2020-01-01', expiresAt: at(day) }, answer: rejected('expiresAt') },
      ]),
      { item: { typeCode, issuedOn: '2020-01-01', expiresOn: '9000-01-01' }, answer: applied },
      { item: { typeCode, issuedOn: '2020-01-01', expiresOn: null, expiresAt: null }, answer: applied },
      { item: { typeCode, issuedOn: '2020-01-01', expiresAt: '9999-12-31T23:59:59.999Z' }, answer: rejected('expiresAt') },
    ]);
    const credentials = items.map(({ item }, n) => ({ employeeExternalId, instance: String(n), ...item }));
    const { issueCredentials } = await server.query(ISSUE, { credentials });
    items.forEach(({ item, answer }, n) => expect({ item, answer: issueCredentials.results[n] }).toEqual({ item, answer }));
    await readEverything(employeeExternalId);
  });

  it('are taken for completions likewise, and for what the course says of its expiry', async () => {
    const employeeExternalId = await someone();
    await server.query(AWARD, { from: null });
    const items = [
      ...FINE.map((day) => ({ item: { completedAt: at(day) }, answer: applied })),
      ...[...LATE, ...EARLY].map((day) => ({ item: { completedAt: at(day) }, answer: rejected('completedAt') })),
      ...LATE.map((day) => ({ item: { completedAt: at('2020-01-01'), expiresOn: day }, answer: rejected('expiresOn') })),
      { item: { completedAt: at('2020-01-02'), expiresOn: '9000-01-01' }, answer: applied },
    ];
    const completions = items.map(({ item }, n) => ({
      employeeExternalId,
      courseCode: 'C',
      status: 'PASSED',
      attemptId: String(n),
      ...item,
    }));
    const { recordCompletions } = await server.query(RECORD, { completions });
    items.forEach(({ item, answer }, n) => expect({ item, answer: recordCompletions.results[n] }).toEqual({ item, answer }));
    await readEverything(employeeExternalId);
  });

  it('are taken for people likewise: an open end is null, not the year 9999', async () => {
    const items = [
      ...FINE.flatMap((day) => [
        { item: { hiredOn: day }, answer: applied },
        { item: { terminatedOn: day }, answer: applied },
        { item: { jobTitle: 'x', effectiveAt: at(day) }, answer: applied },
      ]),
      ...[...LATE, ...EARLY].flatMap((day) => [
        { item: { hiredOn: day }, answer: rejected('hiredOn') },
        { item: { terminatedOn: day }, answer: rejected('terminatedOn') },
        { item: { jobTitle: 'x', effectiveAt: at(day) }, answer: rejected('effectiveAt') },
      ]),
      { item: { hiredOn: '2020-01-01', terminatedOn: null }, answer: applied },
    ];
    const employees = items.map(({ item }, n) => ({ externalId: `${zone} ${n}`, ...item }));
    const { upsertEmployees } = await server.query(PEOPLE, { employees });
    items.forEach(({ item, answer }, n) => expect({ item, answer: upsertEmployees.results[n] }).toEqual({ item, answer }));
    for (const [n, { answer }] of items.entries()) if (answer === applied && n % 3 === 0) await readEverything(`${zone} ${n}`);
  });

  it('are taken for acts and rules likewise', async () => {
    const employeeExternalId = await someone();
    await server.query(ISSUE, { credentials: [{ employeeExternalId, typeCode: 'MONTHS', issuedOn: '1900-01-01' }] });
    const act = (mutation: string, effectiveAt: string) =>
      server.query(`mutation ($input: CredentialActionInput!) { ${mutation}(input: $input) { refusal { code path message } } }`, {
        input: { credential: { holding: { employeeExternalId, typeCode: 'MONTHS' } }, reason: 'x', effectiveAt },
      });
    for (const day of [...LATE, ...EARLY]) {
      for (const mutation of ['suspendCredential', 'reinstateCredential', 'revokeCredential'])
        expect((await act(mutation, at(day)))[mutation]).toEqual({ refusal: refusal('effectiveAt') });
      const bounded = (during: object) => server.query(RULE, { input: { roleCode: 'R', rule: { any: [{ during }] } } });
      const outside = (...path: string[]) => ({
        publishRule: { refusal: { code: 'DATE_OUT_OF_RANGE', path, message: expect.any(String) } },
      });
      expect(await bounded({ until: at(day) })).toEqual(outside('rule', 'any', '0', 'during', 'until'));
      expect(await bounded({ from: at(day) })).toEqual(outside('rule', 'any', '0', 'during', 'from'));
      expect(
        await server.query(RULE, { input: { roleCode: 'R', rule: { holds: { typeCode: 'LIFE' } }, effectiveFrom: at(day) } }),
      ).toEqual(outside('effectiveFrom'));
      expect(await server.query(AWARD, { from: at(day) })).toEqual({ publishAwardRule: { refusal: refusal('effectiveFrom') } });
    }
    for (const [n, day] of FINE.entries()) {
      if (day === '8999-12-31' || day < '1900-02') continue;
      const { suspendCredential } = await act('suspendCredential', at(day));
      expect({ day, ...suspendCredential }).toEqual({
        day,
        refusal: n === 1 ? null : expect.objectContaining({ code: 'NOT_SUSPENDABLE' }),
      });
    }
    expect((await act('revokeCredential', at('8999-12-31'))).revokeCredential.refusal).toBeNull();
    await readEverything(employeeExternalId);
  });

  it('are refused as bad input where they are no dates, and the request with them', async () => {
    const employeeExternalId = await someone();
    const bad = async (document: string, variables: object) => {
      const { errors } = await server.send(document, variables);
      return errors?.map(({ extensions }) => extensions.code);
    };
    for (const day of NO_DAYS)
      expect([day, await bad(ISSUE, { credentials: [{ employeeExternalId, typeCode: 'LIFE', issuedOn: day }] })]).toEqual([
        day,
        ['BAD_USER_INPUT'],
      ]);
    for (const instant of NO_INSTANTS) {
      expect([
        instant,
        await bad(RECORD, { completions: [{ employeeExternalId, courseCode: 'C', status: 'PASSED', completedAt: instant }] }),
      ]).toEqual([instant, ['BAD_USER_INPUT']]);
      expect([instant, await bad(`query ($at: DateTime) { employees(at: $at) { totalCount } }`, { at: instant })]).toEqual([
        instant,
        ['BAD_USER_INPUT'],
      ]);
    }
    for (const value of [1, 0, true, null, {}, []])
      expect(
        await bad(RECORD, { completions: [{ employeeExternalId, courseCode: 'C', status: 'PASSED', completedAt: value }] }),
      ).toEqual(['BAD_USER_INPUT']);
  });

  it('may be asked about from the first instant to the last', async () => {
    for (const instant of [
      '0001-01-01T00:00:00Z',
      '1969-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59.999Z',
      '2016-12-31T23:59:59.999999999Z',
    ])
      await readEverything('E0', instant);
  });

  async function readEverything(externalId: string, instant: string | null = null): Promise<void> {
    const { errors } = await server.send(
      `query ($by: EmployeeKey!, $at: DateTime) {
        employee(by: $by, at: $at, knownAt: $at) { status hiredOn terminatedOn
          credentials(first: 200) { nodes { status statusText issuedAt expiresAt history { kind occurredAt } } totalCount }
          completions(first: 200) { nodes { completedAt expiresOn } }
          eligibilities { nodes { verdict since until untilVerdict untilBecause nextEligibleAt segments { from to } explanation { text since until } } } }
        credentials(filter: { expiresBefore: "9999-12-31T23:59:59.999Z", expiresAfter: "0001-01-01T00:00:00Z" }, at: $at, knownAt: $at) { totalCount }
        eligibilities(filter: { changesBefore: "9999-12-31T23:59:59.999Z" }, at: $at, knownAt: $at) { totalCount }
        credentialTypes { nodes { renewalText } } role(code: "R") { rule(at: $at) { text effectiveFrom effectiveUntil } }
        changes(first: 200) { changes { occurredAt ... on EligibilityChange { until correctedFrom correctedUntil because } } } }`,
      { by: { externalId: { value: externalId } }, at: instant },
    );
    expect(errors).toBeUndefined();
  }
});
