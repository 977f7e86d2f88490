// Lists: pages in both directions, filters and counts against counts of our own.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const NOW = '2026-06-01T12:00:00.000Z';
const PEOPLE = Array.from({ length: 31 }, (_, i) => ({
  externalId: `L${String(i).padStart(2, '0')}`,
  givenName: ['Ada', 'Bo', 'Cy', 'Dee'][i % 4]!,
  familyName: 'Lee',
  department: ['ER', 'ICU', 'LAB'][i % 3]!,
  location: ['Ulm', 'Bonn'][i % 2]!,
  costCenter: `cc-${i % 5}`,
  hiredOn: i % 6 === 0 ? null : `20${10 + (i % 9)}-03-01`,
}));
type Person = (typeof PEOPLE)[number];

// what the seed below makes of each person, told in another way than the product does
const index = (person: Person): number => Number(person.externalId.slice(1));
const holdsAlpha = (person: Person): boolean => index(person) % 2 === 0;
const lapsesSoon = (person: Person): boolean => index(person) % 4 === 0;
const holdsBeta = (person: Person): boolean => index(person) % 5 === 0;
const isEligible: Record<string, (person: Person) => boolean> = {
  'R-ALPHA': holdsAlpha,
  'R-BETA': holdsBeta,
  'R-EITHER': (person) => holdsAlpha(person) || holdsBeta(person),
  'R-NOT': (person) => !holdsBeta(person),
};
const changesSoon: Record<string, (person: Person) => boolean> = {
  'R-ALPHA': lapsesSoon,
  'R-EITHER': (person) => lapsesSoon(person) && !holdsBeta(person),
};
const PAIRS = Object.keys(isEligible).flatMap((role) => PEOPLE.map((person) => ({ role, person })));

interface Page {
  edges: { cursor: string; node: any }[];
  nodes: any[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number;
}

const LISTS: Record<string, { args?: string; node: string; size: number }> = {
  'employees, by name': { args: 'orderBy: NAME', node: 'name externalId', size: PEOPLE.length },
  'employees, by external id': { args: 'orderBy: EXTERNAL_ID', node: 'externalId', size: PEOPLE.length },
  'employees, by first day': { args: 'orderBy: HIRED_ON', node: 'hiredOn externalId', size: PEOPLE.length },
  'employees of one department': {
    args: 'filter: { department: ["ER"] }',
    node: 'externalId',
    size: PEOPLE.filter((person) => person.department === 'ER').length,
  },
  credentials: {
    node: 'id employee { externalId } type { code }',
    size: PEOPLE.filter(holdsAlpha).length + PEOPLE.filter(holdsBeta).length,
  },
  eligibilities: { node: 'employee { externalId } role { code } verdict', size: PAIRS.length },
  'eligibilities that are not': {
    args: 'filter: { verdict: [NOT_ELIGIBLE] }',
    node: 'employee { externalId } role { code }',
    size: PAIRS.filter(({ role, person }) => !isEligible[role]!(person)).length,
  },
  roles: { node: 'code', size: 12 },
  credentialTypes: { node: 'code', size: 11 },
};

describe('lists', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: NOW });
    api = talkTo(server);
    await api.defineTypes({ code: 'ALPHA' }, { code: 'BETA' }, ...Array.from({ length: 9 }, (_, i) => ({ code: `T${i}` })));
    await api.defineRoles(...Object.keys(isEligible), ...Array.from({ length: 8 }, (_, i) => `r-${i}`));
    await api.publishRule('R-ALPHA', { holds: { typeCode: 'ALPHA' } });
    await api.publishRule('R-BETA', { holds: { typeCode: 'BETA' } });
    await api.publishRule('R-EITHER', { any: [{ holds: { typeCode: 'ALPHA' } }, { holds: { typeCode: 'BETA' } }] });
    await api.publishRule('R-NOT', { not: { holds: { typeCode: 'BETA' } } });
    await api.upsert(PEOPLE);
    const issuedAt = '2026-01-01T00:00:00Z';
    await api.issue([
      ...PEOPLE.filter(holdsAlpha).map((person) => ({
        employeeExternalId: person.externalId,
        typeCode: 'ALPHA',
        issuedAt,
        expiresAt: lapsesSoon(person) ? '2026-07-01T00:00:00Z' : '2027-07-01T00:00:00Z',
      })),
      ...PEOPLE.filter(holdsBeta).map((person) => ({ employeeExternalId: person.externalId, typeCode: 'BETA', issuedAt })),
    ]);
    await api.suspend(['L10', 'BETA'], 'audit');
    await api.reinstate(['L10', 'BETA'], 'over');
  });
  afterAll(() => server.stop());

  const page = async (name: string, paging: string): Promise<Page> => {
    const { args = '', node } = LISTS[name]!;
    const field = name.split(/[, ]/)[0]!;
    const selection = `edges { cursor node { ${node} } } nodes { ${node} } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
    return (await api.ask(`list: ${field}(${paging} ${args}) { ${selection} }`)).list;
  };

  it.each(Object.keys(LISTS))('%s: pages of seven, forward and backward, give every row once and in order', async (name) => {
    const whole = await page(name, 'first: 200');
    expect(whole.totalCount).toBe(LISTS[name]!.size);
    expect(whole.nodes).toHaveLength(LISTS[name]!.size);
    expect(new Set(whole.nodes.map((node) => JSON.stringify(node))).size).toBe(whole.nodes.length);
    expect(whole.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    const forward: any[] = [];
    for (let after: string | null = null, more = true; more;) {
      const next = await page(name, `first: 7 ${after === null ? '' : `after: "${after}"`}`);
      expect(next.edges.map((edge) => edge.node)).toEqual(next.nodes);
      expect(next.totalCount).toBe(whole.totalCount);
      expect([next.pageInfo.startCursor, next.pageInfo.endCursor]).toEqual([next.edges[0]!.cursor, next.edges.at(-1)!.cursor]);
      forward.push(...next.nodes);
      more = next.pageInfo.hasNextPage;
      after = next.pageInfo.endCursor;
    }
    const backward: any[] = [];
    for (let before: string | null = null, more = true; more;) {
      const next: Page = await page(name, `last: 7 ${before === null ? '' : `before: "${before}"`}`);
      backward.unshift(...next.nodes);
      more = next.pageInfo.hasPreviousPage;
      before = next.pageInfo.startCursor;
    }
    expect(forward).toEqual(whole.nodes);
    expect(backward).toEqual(whole.nodes);
  });

  it('people come in the order asked for', async () => {
    const sorted = async (name: string, field: string) => {
      const values = (await page(name, 'first: 200')).nodes.map((node) => node[field] ?? '~');
      expect(values).toEqual([...values].sort());
    };
    await sorted('employees, by name', 'name');
    await sorted('employees, by external id', 'externalId');
    await sorted('employees, by first day', 'hiredOn');
  });

  it('people are cut by department, location and cost center in one question (A20)', async () => {
    for (const filter of [
      { department: ['ER'], location: ['Ulm'] },
      { costCenter: ['cc-1', 'cc-2'], department: ['LAB', 'ICU'] },
    ]) {
      const { employees } = await api.ask(
        'employees(filter: $filter, first: 200, orderBy: EXTERNAL_ID) { totalCount nodes { externalId } }',
        { filter },
        '($filter: EmployeeFilter) ',
      );
      const expected = PEOPLE.filter((person) =>
        Object.entries(filter).every(([name, values]) => values.includes(person[name as 'department'])),
      );
      expect(employees.nodes).toEqual(expected.map(({ externalId }) => ({ externalId })));
      expect(employees.totalCount).toBe(expected.length);
    }
  });

  it('eligibilities are filtered by role, verdict, department and what will change, as an own count has it (D3 N1)', async () => {
    const found = async (filter: object, at?: string): Promise<string[]> => {
      const { eligibilities } = await api.ask(
        'eligibilities(filter: $filter, first: 200, at: $at) { totalCount nodes { employee { externalId department } role { code } verdict } }',
        { filter, at },
        '($filter: EligibilityFilter, $at: DateTime) ',
      );
      expect(eligibilities.totalCount).toBe(eligibilities.nodes.length);
      return eligibilities.nodes.map((node: any) => `${node.role.code} ${node.employee.externalId}`).sort();
    };
    const expected = (test: (role: string, person: Person) => boolean | undefined) =>
      PAIRS.filter(({ role, person }) => test(role, person))
        .map(({ role, person }) => `${role} ${person.externalId}`)
        .sort();
    expect(await found({})).toEqual(expected(() => true));
    expect(await found({ roleCode: ['R-BETA', 'r-1', 'none'] })).toEqual(expected((role) => role === 'R-BETA'));
    expect(await found({ verdict: ['ELIGIBLE'] })).toEqual(expected((role, person) => isEligible[role]!(person)));
    expect(await found({ verdict: ['NOT_ELIGIBLE'], department: ['LAB'] })).toEqual(
      expected((role, person) => !isEligible[role]!(person) && person.department === 'LAB'),
    );
    expect(await found({ verdict: ['NOT_ELIGIBLE', 'ELIGIBLE'], roleCode: ['R-NOT'] })).toEqual(
      expected((role) => role === 'R-NOT'),
    );
    expect(await found({ verdict: ['GRACE', 'UNKNOWN'] })).toEqual([]);
    expect(await found({ changesBefore: '2026-07-01T00:00:00.001Z' })).toEqual(
      expected((role, person) => changesSoon[role]?.(person)),
    );
    expect(await found({ changesBefore: '2026-07-01T00:00:00Z' })).toEqual([]);
    // at a later instant the same question has the later answer
    expect(await found({ verdict: ['NOT_ELIGIBLE'], roleCode: ['R-ALPHA'] }, '2026-07-01T00:00:00Z')).toEqual(
      expected((role, person) => role === 'R-ALPHA' && (!holdsAlpha(person) || lapsesSoon(person))),
    );
  });

  it('from a person and from a role the same answers are reached (D3)', async () => {
    const { employee, role } = await api.ask(`
      employee(by: { externalId: { value: "L04" } }) { eligibilities(first: 2) { totalCount nodes { role { code } verdict } pageInfo { hasNextPage } } }
      role(code: "R-BETA") { eligibilities(first: 200, filter: { verdict: [ELIGIBLE] }) { totalCount nodes { employee { externalId } } } }`);
    expect(employee.eligibilities).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    for (const node of employee.eligibilities.nodes)
      expect(node.verdict).toBe(isEligible[node.role.code]!(PEOPLE[4]!) ? 'ELIGIBLE' : 'NOT_ELIGIBLE');
    expect(role.eligibilities.totalCount).toBe(PEOPLE.filter(holdsBeta).length);
    expect(role.eligibilities.nodes.map((node: any) => node.employee.externalId).sort()).toEqual(
      PEOPLE.filter(holdsBeta).map((person) => person.externalId),
    );
  });

  it('counts refuse a dimension that is named twice', async () => {
    for (const [field, dimension] of [
      ['credentialCounts', 'TYPE'],
      ['eligibilityCounts', 'ROLE'],
    ]) {
      const { errors } = await server.send(`{ ${field}(groupBy: [${dimension}, ${dimension}]) { keys count } }`);
      expect(errors?.map(({ message, extensions }) => [extensions.code, message])).toEqual([
        ['BAD_USER_INPUT', `groupBy names ${dimension} twice: name each dimension once.`],
      ]);
    }
  });

  it('credentialCounts equals a count of the same rows, by every grouping', async () => {
    const rows = PEOPLE.flatMap((person) => [
      ...(holdsAlpha(person) ? [{ person, TYPE: 'ALPHA', soon: lapsesSoon(person) }] : []),
      ...(holdsBeta(person) ? [{ person, TYPE: 'BETA', soon: false }] : []),
    ]);
    for (const [at, groupBy, filter] of [
      [NOW, ['DEPARTMENT'], {}],
      [NOW, ['TYPE', 'LOCATION'], {}],
      [NOW, ['DEPARTMENT', 'TYPE', 'STATUS'], { department: ['ER', 'LAB'] }],
      ['2026-07-01T00:00:00Z', ['STATUS', 'TYPE'], {}],
      ['2026-07-01T00:00:00Z', ['STATUS'], { typeCode: ['ALPHA'], status: ['ACTIVE'] }],
    ] as [string, string[], { department?: string[]; typeCode?: string[]; status?: string[] }][]) {
      const own: Record<string, number> = {};
      for (const { person, TYPE, soon } of rows) {
        const STATUS = soon && at !== NOW ? 'EXPIRED' : 'ACTIVE';
        const of: Record<string, string> = { TYPE, STATUS, DEPARTMENT: person.department, LOCATION: person.location };
        const isWanted =
          (filter.department?.includes(person.department) ?? true) &&
          (filter.typeCode?.includes(TYPE) ?? true) &&
          (filter.status?.includes(STATUS) ?? true);
        const key = groupBy.map((dimension) => of[dimension]).join('|');
        if (isWanted) own[key] = (own[key] ?? 0) + 1;
      }
      const { credentialCounts } = await api.ask(
        'credentialCounts(groupBy: $groupBy, filter: $filter, at: $at) { keys count }',
        { groupBy, filter, at },
        '($groupBy: [CredentialDimension!]!, $filter: CredentialFilter, $at: DateTime) ',
      );
      expect(Object.fromEntries(credentialCounts.map((row: any) => [row.keys.join('|'), row.count]))).toEqual(own);
    }
  });

  it('refuses a cursor of another list or order, and one that is none', async () => {
    const codeOf = async (list: string, cursor: string) =>
      (await server.send(`{ ${list.replace('$', JSON.stringify(cursor))} { totalCount } }`)).errors?.[0]?.extensions.code;
    const cursors: Record<string, string> = {};
    for (const name of Object.keys(LISTS)) cursors[name] = (await page(name, 'first: 3')).pageInfo.endCursor!;
    const accepting: Record<string, string> = {
      'employees(after: $, orderBy: NAME)': 'employees, by name',
      'employees(after: $, orderBy: EXTERNAL_ID)': 'employees, by external id',
      'employees(before: $, orderBy: HIRED_ON)': 'employees, by first day',
      'credentials(after: $)': 'credentials',
      'eligibilities(before: $)': 'eligibilities',
      'roles(after: $)': 'roles',
      'credentialTypes(before: $)': 'credentialTypes',
    };
    const wrong: string[] = [];
    for (const [list, own] of Object.entries(accepting)) {
      expect([list, await codeOf(list, cursors[own]!)]).toEqual([list, undefined]);
      for (const other of Object.values(accepting))
        if (other !== own && (await codeOf(list, cursors[other]!)) !== 'INVALID_CURSOR')
          wrong.push(`${list} took one of ${other}`);
      for (const none of ['', 'x', 'W10', 'bnVsbA', (await api.changes('position')).cursor])
        if ((await codeOf(list, none)) !== 'INVALID_CURSOR') wrong.push(`${list} took ${none}`);
    }
    expect(wrong).toEqual([]);
  });

  it('a page holds 0 to 200 rows, asked for from one end', async () => {
    for (const name of Object.keys(LISTS)) {
      const field = name.split(/[, ]/)[0]!;
      for (const paging of ['first: 201', 'last: 201', 'first: -1', 'first: 2, last: 2']) {
        const answer = await server.send(`{ ${field}(${paging}) { nodes { __typename } } }`);
        expect([name, paging, answer.errors?.[0]?.extensions.code]).toEqual([name, paging, 'BAD_USER_INPUT']);
      }
      expect((await page(name, 'first: 0')).nodes).toEqual([]);
    }
  }, 20_000);

  it.each([
    ['employees(first: 1, after: $c)', ['employees:NAME', 'a', 'x']],
    [
      'employees(first: 1, after: $c, orderBy: HIRED_ON)',
      ['employees:HIRED_ON', '2026-02-30', '0b9e1d5c-2f0a-4c1e-9d3e-6a1f6f0c7a11'],
    ],
    [
      'employees(first: 1, before: $c, orderBy: HIRED_ON)',
      ['employees:HIRED_ON', 'soon', '0b9e1d5c-2f0a-4c1e-9d3e-6a1f6f0c7a11'],
    ],
    ['credentials(first: 1, after: $c)', ['credentials', 'x']],
    ['quarantine(first: 1, after: $c)', ['quarantine', 'x']],
  ])('%s refuses a cursor that somebody made up', async (field, keys) => {
    const c = Buffer.from(JSON.stringify(keys)).toString('base64url');
    const { errors } = await server.send(`query ($c: String) { ${field} { totalCount } }`, { c });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }]);
  });
});
