// Credentials by every filter, and everything again by its id, against a count by hand.
import { startTestApp, type TestApp } from '../kit/app';
import { nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

const NOW = '2026-06-01T12:00:00.000Z';
const SHOWN = 'id status expiresAt type { code kind operational } employee { externalId department }';

interface Row {
  readonly id: string;
  readonly status: string;
  readonly expiresAt: string | null;
  readonly type: { readonly code: string; readonly kind: string; readonly operational: boolean };
  readonly employee: { readonly externalId: string; readonly department: string | null };
}

describe('filters of credentials, and nodes', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: NOW });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.defineTypes(
      { code: 'BADGE', kind: 'BADGE', operational: false },
      { code: 'LICENSE', kind: 'LICENSE', renewal: { life: 'P6M', grace: 'P60D', graceCounts: true } },
    );
    const people = Array.from({ length: 12 }, (_, i) => ({
      externalId: `F${i}`,
      department: ['ED', 'ICU', null][i % 3],
      effectiveAt: '2026-01-01T00:00:00Z',
    }));
    await api.upsert(people);
    await api.issue(
      people.flatMap(({ externalId }, i) => [
        { employeeExternalId: externalId, typeCode: 'LICENSE', issuedOn: `2025-${String(6 + (i % 6)).padStart(2, '0')}-15` },
        {
          employeeExternalId: externalId,
          typeCode: ['CPR', 'BADGE'][i % 2],
          issuedOn: '2026-01-01',
          expiresOn: i % 4 ? `2026-0${5 + (i % 4)}-30` : null,
        },
        { employeeExternalId: externalId, typeCode: 'BADGE', instance: 'to come', issuedOn: '2026-07-01' },
      ]),
    );
    await api.suspend(['F1', 'LICENSE'], 'audit', '2026-01-10T00:00:00Z');
    await api.revoke(['F2', 'LICENSE'], 'fraud', '2026-02-01T00:00:00Z');
  });
  afterAll(() => server.stop());

  const ask = async (filter: object | null, at?: string): Promise<Row[]> => {
    const { credentials } = await api.ask(
      `credentials(filter: $filter, at: $at, first: 200) { totalCount nodes { ${SHOWN} } }`,
      { filter, at },
      '($filter: CredentialFilter, $at: DateTime) ',
    );
    expect(credentials.totalCount).toBe(credentials.nodes.length);
    return credentials.nodes as Row[];
  };

  it('find what a count by hand finds, alone and together, today and on another day (A5 C9 H2)', async () => {
    const tests: readonly (readonly [filter: Record<string, unknown>, holds: (row: Row) => boolean])[] = [
      ...['PENDING', 'ACTIVE', 'GRACE', 'EXPIRED', 'SUSPENDED', 'REVOKED'].map(
        (status) => [{ status: [status] }, (row: Row) => row.status === status] as const,
      ),
      [{ status: ['ACTIVE', 'GRACE'] }, (row) => ['ACTIVE', 'GRACE'].includes(row.status)],
      [{ typeCode: ['CPR', 'LICENSE'] }, (row) => row.type.code !== 'BADGE'],
      [{ kind: ['LICENSE'] }, (row) => row.type.kind === 'LICENSE'],
      [{ operational: false }, (row) => !row.type.operational],
      [{ operational: true }, (row) => row.type.operational],
      [{ department: ['ED', 'NONE'] }, (row) => row.employee.department === 'ED'],
      [{ expiresBefore: '2026-07-01T00:00:00Z' }, (row) => row.expiresAt !== null && row.expiresAt < '2026-07-01T00:00:00.000Z'],
      [{ expiresAfter: '2026-07-01T00:00:00Z' }, (row) => row.expiresAt !== null && row.expiresAt > '2026-07-01T00:00:00.000Z'],
      [
        { expiresAfter: NOW, expiresBefore: '2026-09-01T00:00:00Z', status: ['ACTIVE'] },
        (row) =>
          row.status === 'ACTIVE' && row.expiresAt !== null && row.expiresAt > NOW && row.expiresAt < '2026-09-01T00:00:00.000Z',
      ],
      [
        { department: ['ICU'], kind: ['LICENSE', 'BADGE'], operational: true },
        (row) => row.employee.department === 'ICU' && row.type.code === 'LICENSE',
      ],
      [{ status: [] }, () => false],
      [{ typeCode: ['NO SUCH'] }, () => false],
    ];
    for (const at of [undefined, '2026-02-15T00:00:00Z', '2026-08-15T00:00:00Z']) {
      const all = await ask(null, at);
      expect(all.length).toBeGreaterThan(20);
      for (const [filter, holds] of tests) {
        expect({ at, filter, rows: await ask(filter, at) }).toEqual({ at, filter, rows: all.filter(holds) });
        const { employee } = await api.ask(
          `employee(by: { externalId: { value: "F1" } }, at: $at) { credentials(filter: $filter) { totalCount nodes { ${SHOWN} } } }`,
          { filter, at },
          '($filter: CredentialFilter, $at: DateTime) ',
        );
        const own = all.filter((row) => row.employee.externalId === 'F1' && holds(row));
        expect({ at, filter, ...employee.credentials }).toEqual({ at, filter, totalCount: own.length, nodes: own });
      }
    }
    const statuses = new Set((await ask(null)).map((row) => row.status));
    expect([...statuses].sort()).toEqual(['ACTIVE', 'EXPIRED', 'GRACE', 'PENDING', 'REVOKED', 'SUSPENDED']);
  });

  it('everything with an id is found again by it, one by one and together; what is none of ours is null', async () => {
    await api.definePath('PATH', ['NURSE', 'NURSE']);
    await api.complete([
      { employeeExternalId: 'F0', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    const { employee, credentialType, role, careerPath } = await api.ask(
      `employee(by: { externalId: { value: "F0" } }) { id completions { nodes { id } } credentials { nodes { id } } }
       credentialType(code: "CPR") { id } role(code: "NURSE") { id } careerPath(code: "PATH") { id }`,
    );
    const ids: Record<string, string> = {
      Employee: employee.id,
      Completion: employee.completions.nodes[0].id,
      Credential: employee.credentials.nodes[0].id,
      CredentialType: credentialType.id,
      Role: role.id,
      CareerPath: careerPath.id,
    };
    for (const [name, id] of Object.entries(ids))
      expect((await api.ask(`node(id: "${id}") { __typename id }`)).node).toEqual({ __typename: name, id });
    const strange = [
      '',
      'x',
      'emp_',
      'emp_1',
      `cmp_${ids['Employee']!.slice(4)}`,
      'emp_00000000-0000-7000-8000-000000000000',
      "emp_' OR true",
      `EMP_${ids['Employee']!.slice(4)}`,
    ];
    const { nodes } = await api.ask(
      'nodes(ids: $ids) { __typename id ... on Credential { statusText } }',
      { ids: [...strange, ...Object.values(ids), ...Object.values(ids)] },
      '($ids: [ID!]!) ',
    );
    expect(nodes.slice(0, strange.length)).toEqual(strange.map(() => null));
    expect(nodes.slice(strange.length).map((node: { __typename: string }) => node.__typename)).toEqual([
      ...Object.keys(ids),
      ...Object.keys(ids),
    ]);
    expect(
      (await server.send('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array.from({ length: 201 }, () => 'x') }))
        .errors![0]!.extensions.code,
    ).toBe('BAD_USER_INPUT');
    for (const id of strange)
      expect((await api.ask('employee(by: { id: $id }) { id }', { id }, '($id: ID!) ')).employee).toBeNull();
  });

  it('a person is found by the id of a source, by the organisation’s own and by address; a key has exactly one of them (A7 A10)', async () => {
    await api.upsert([{ externalId: 'F0', email: 'f0@x.org' }], { source: 'crm' });
    const by = async (key: object) =>
      (await api.ask('employee(by: $by) { externalId }', { by: key }, '($by: EmployeeKey!) ')).employee;
    for (const key of [
      { externalId: { value: 'F0' } },
      { externalId: { value: 'F0', source: 'hris' } },
      { externalId: { value: 'F0', source: 'crm' } },
      { email: 'F0@X.org' },
    ])
      expect(await by(key)).toEqual({ externalId: 'F0' });
    for (const key of [
      { externalId: { value: 'F0', source: 'other' } },
      { externalId: { value: 'f0' } },
      { email: 'nobody@x.org' },
    ])
      expect(await by(key)).toBeNull();
    for (const key of [{}, { id: 'x', email: 'f0@x.org' }, { id: null }]) {
      const { errors } = await server.send('query ($by: EmployeeKey!) { employee(by: $by) { id } }', { by: key });
      expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});
