// People: who somebody is does not change, what is known of them does, on the day it does.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

const NOON = '2026-06-01T12:00:00.000Z'; // a Monday

describe('people', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: NOON });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  it('change everything but their external id, their node and their credentials; earlier instants show earlier values (A1)', async () => {
    await nursesNeedCpr(api);
    await api.upsert([
      {
        externalId: 'A1',
        givenName: 'Jane',
        familyName: 'Smith',
        email: 'jane@x.org',
        department: 'ED',
        jobTitle: 'RN',
        effectiveAt: '2026-01-01T00:00:00Z',
      },
    ]);
    await api.issue([{ employeeExternalId: 'A1', typeCode: 'CPR', issuedOn: '2026-02-01' }]);
    const shown = 'id externalId name email department jobTitle credentials { nodes { id } } eligibilities { nodes { verdict } }';
    const before = await api.person('A1', shown);
    const sent = await api.upsert([
      {
        externalId: 'A1',
        givenName: 'Joan',
        familyName: 'Smyth',
        email: 'joan@x.org',
        department: 'ICU',
        jobTitle: 'NP',
        effectiveAt: '2026-05-01T00:00:00Z',
      },
    ]);
    expect(sent.results).toEqual([{ index: 0, outcome: 'APPLIED', id: before.id, refusal: null }]);
    expect(await api.person('A1', shown)).toEqual({
      ...before,
      name: 'Joan Smyth',
      email: 'joan@x.org',
      department: 'ICU',
      jobTitle: 'NP',
    });
    expect(await api.person('A1', shown, { at: '2026-04-30T23:59:59Z' })).toEqual(before);
    const { version } = await api.person('A1', 'version');
    expect((await api.upsert([{ externalId: 'A1', email: 'joan@x.org' }])).results[0]!.outcome).toBe('UNCHANGED');
    expect((await api.person('A1', 'version')).version).toBe(version);
  });

  it('are told apart by their ids, never by name; an address that changed still means the same one (A7 A8)', async () => {
    const twins = await api.upsert([
      { externalId: 'A7-1', givenName: 'Kim', familyName: 'Lee' },
      { externalId: 'A7-2', givenName: 'Kim', familyName: 'Lee' },
    ]);
    expect(new Set(twins.results.map((result) => result.id)).size).toBe(2);
    const [one] = (await api.upsert([{ externalId: 'A7-1', givenName: 'Kimberly', familyName: 'Leigh' }])).results;
    expect(one).toMatchObject({ outcome: 'APPLIED', id: twins.results[0]!.id });

    const [first] = (await api.upsert([{ externalId: 'A8', email: 'Old@x.org' }])).results;
    const [second] = (await api.upsert([{ externalId: 'A8', email: 'new@x.org' }])).results;
    const [third] = (await api.upsert([{ externalId: 'old@X.org', jobTitle: 'Analyst' }], { source: 'crm' })).results;
    expect([second!.id, third!.id]).toEqual([first!.id, first!.id]);
    expect(await api.person('A8', 'email jobTitle')).toEqual({ email: 'new@x.org', jobTitle: 'Analyst' });
    for (const email of ['old@x.org', 'NEW@x.org']) {
      expect((await api.ask(`employee(by: { email: "${email}" }) { id }`)).employee.id).toBe(first!.id);
    }
    // an address two people have had is nobody's
    await api.upsert([{ externalId: 'A8-b', email: 'old@x.org' }]);
    expect((await api.upsert([{ externalId: 'old@x.org', jobTitle: 'Chief' }], { source: 'crm' })).results[0]).toMatchObject({
      outcome: 'QUARANTINED',
      refusal: { code: 'AMBIGUOUS_IDENTITY' },
    });
    expect((await api.person('A8', 'jobTitle')).jobTitle).toBe('Analyst');
  });

  it('show their name of today, and on a certificate the name it was issued to (A13)', async () => {
    await api.upsert([{ externalId: 'A13', givenName: 'Mia', familyName: 'Maiden', effectiveAt: '2026-01-01T00:00:00Z' }]);
    await api.upsert([{ externalId: 'A13', familyName: 'Married', effectiveAt: '2026-05-01T00:00:00Z' }]);
    await api.issue([{ employeeExternalId: 'A13', typeCode: 'CPR', issuedOn: '2026-03-01' }]);
    await api.issue([{ employeeExternalId: 'A13', typeCode: 'CPR', instance: 'second', issuedOn: '2026-05-02' }]);
    expect((await api.person('A13', 'name')).name).toBe('Mia Married');
    const certificates = await api.credentials('A13', 'CPR', 'instance issuedTo history { issuedTo }');
    expect(certificates).toContainEqual({ instance: null, issuedTo: 'Mia Maiden', history: [{ issuedTo: 'Mia Maiden' }] });
    expect(certificates).toContainEqual({ instance: 'second', issuedTo: 'Mia Married', history: [{ issuedTo: 'Mia Married' }] });
    await api.upsert([{ externalId: 'A13', familyName: 'Third' }]);
    expect((await api.credentials('A13', 'CPR', 'issuedTo')).map((c) => c.issuedTo).sort()).toEqual([
      'Mia Maiden',
      'Mia Married',
    ]);
  });

  it('carry every field that HR sends, and each can be filtered by (A2)', async () => {
    await api.upsert([{ externalId: 'A2-boss', email: 'boss@x.org' }]);
    const jane = {
      externalId: 'A2',
      givenName: 'Jane',
      familyName: 'Smith',
      email: 'j.smith@example.com',
      status: 'ON_LEAVE',
      employmentType: 'FULL_TIME',
      jobTitle: 'Claims Specialist',
      jobFamily: 'Claims',
      department: 'Benefits',
      location: 'Chicago',
      costCenter: 'CC-7',
      roleCodes: ['BEN_CHOICE_2026', 'EMPLOYEE'],
      hiredOn: '2020-02-29',
      terminatedOn: null,
    };
    await api.upsert([{ ...jane, managerExternalId: 'A2-boss', attributes: { shift: 'night' } }]);
    const fields = Object.keys(jane).join(' ');
    expect(await api.person('A2', `${fields} attributes manager { externalId email }`)).toEqual({
      ...jane,
      attributes: { shift: 'night' },
      manager: { externalId: 'A2-boss', email: 'boss@x.org' },
    });
    const filters: Record<string, unknown>[] = [
      { externalId: ['A2'] },
      { email: ['J.SMITH@example.com'] },
      { status: ['ON_LEAVE'] },
      { department: ['Benefits'] },
      { managerExternalId: 'A2-boss' },
      { managerEmail: 'boss@X.org' },
      { location: ['Chicago'] },
      { jobFamily: ['Claims'] },
      { jobTitle: ['Claims Specialist'] },
      { costCenter: ['CC-7'] },
      { employmentType: ['FULL_TIME'] },
      { hiredFrom: '2020-02-29', hiredBefore: '2020-03-01' },
      { roleCode: ['EMPLOYEE', 'NONE'] },
      { search: 'ane smi' },
    ];
    for (const filter of filters) {
      const { employees } = await api.ask(
        'employees(filter: $f) { totalCount nodes { externalId } }',
        { f: filter },
        '($f: EmployeeFilter) ',
      );
      expect({ filter, ...employees }).toEqual({ filter, totalCount: 1, nodes: [{ externalId: 'A2' }] });
    }
    const none = await api.ask('employees(filter: { search: "100%", department: ["Benefits"] }) { totalCount }');
    expect(none.employees.totalCount).toBe(0);
    // absent is left alone, null clears
    await api.upsert([{ externalId: 'A2', costCenter: null, roleCodes: null }]);
    expect(await api.person('A2', 'costCenter roleCodes location')).toEqual({
      costCenter: null,
      roleCodes: [],
      location: 'Chicago',
    });
  });

  it('of whom only the id is known are somebody already: at work, listed, counted and judged (A1 A2)', async () => {
    const [bare] = (await api.upsert([{ externalId: 'BARE' }])).results;
    expect(bare!.outcome).toBe('APPLIED');
    const { employees } = await api.ask(
      'employees(filter: { externalId: ["BARE"] }) { totalCount nodes { id name status attributes eligibilities { totalCount } } }',
    );
    expect(employees).toEqual({
      totalCount: 1,
      nodes: [{ id: bare!.id, name: 'BARE', status: 'ACTIVE', attributes: {}, eligibilities: { totalCount: 1 } }],
    });
    expect((await api.upsert([{ externalId: 'BARE' }])).results[0]!.outcome).toBe('UNCHANGED');
    await api.upsert([{ externalId: 'BARE', givenName: 'Bea', effectiveAt: '2026-01-01T00:00:00Z' }]);
    expect(await api.person('BARE', 'name status', { at: '2026-01-01T00:00:00Z' })).toEqual({ name: 'Bea', status: 'ACTIVE' });
  });

  it('take up what is to come on its day, a hire by the calendar of the organisation, and an end after the last day (A1 D2)', async () => {
    await api.defineRoles('AT-WORK');
    await api.publishRule('AT-WORK', { attribute: { name: 'status', in: ['ACTIVE', 'ON_LEAVE'] } });
    await api.upsert([{ externalId: 'NEW', hiredOn: '2026-06-08', terminatedOn: '2026-06-30', department: 'Sales' }]);
    await api.upsert([{ externalId: 'NEW', department: 'Marketing', effectiveAt: '2026-06-15T00:00:00Z' }]);
    const seen = (at?: string) => api.person('NEW', 'status department', { at });
    expect(await seen()).toEqual({ status: 'PRE_HIRE', department: 'Sales' });
    expect(await seen('2026-06-07T23:59:59.999Z')).toMatchObject({ status: 'PRE_HIRE' });
    expect(await seen('2026-06-08T00:00:00Z')).toEqual({ status: 'ACTIVE', department: 'Sales' });
    expect(await seen('2026-06-15T00:00:00Z')).toEqual({ status: 'ACTIVE', department: 'Marketing' });
    expect(await seen('2026-06-30T23:59:59.999Z')).toMatchObject({ status: 'ACTIVE' });
    expect(await seen('2026-07-01T00:00:00Z')).toMatchObject({ status: 'TERMINATED' });
    expect(await api.eligibility('NEW', 'AT-WORK', 'verdict until untilVerdict nextEligibleAt')).toEqual({
      verdict: 'NOT_ELIGIBLE',
      until: '2026-06-08T00:00:00.000Z',
      untilVerdict: 'ELIGIBLE',
      nextEligibleAt: '2026-06-08T00:00:00.000Z',
    });
    server.clock.set('2026-07-02T00:00:00Z');
    const told = () =>
      api.changes('occurredAt ... on EligibilityChange { before after }', {
        employeeExternalId: ['NEW'],
        roleCode: ['AT-WORK'],
        kind: ['TRANSITION'],
      });
    expect((await eventually(told, ({ found }) => found.length >= 2)).found).toEqual([
      { __typename: 'EligibilityChange', occurredAt: '2026-06-08T00:00:00.000Z', before: 'NOT_ELIGIBLE', after: 'ELIGIBLE' },
      { __typename: 'EligibilityChange', occurredAt: '2026-07-01T00:00:00.000Z', before: 'ELIGIBLE', after: 'NOT_ELIGIBLE' },
    ]);
    // a rehire is a status asserted after the end
    await api.upsert([{ externalId: 'NEW', status: 'ACTIVE', terminatedOn: null }]);
    expect(await seen()).toMatchObject({ status: 'ACTIVE' });
    expect(await seen('2026-07-01T12:00:00Z')).toMatchObject({ status: 'TERMINATED' });
  });
});
