// The change log as consumers follow it: by polling, by subscription, filtered, resumed, and at the instant of a lapse.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, talkTo, type Talk } from '../kit/seed';

const FIELDS = `__typename cursor position occurredAt recordedAt employee { externalId department }
  ... on EligibilityChange { eligibility: kind role { code } before after because }
  ... on CredentialChange { credentialKind: kind credential { type { code } } reason }
  ... on EmployeeChange { employeeKind: kind }
  ... on CompletionChange { completionKind: kind }
  ... on DefinitionChange { definitionKind: kind code }`;

const kindOf = (change: any): string =>
  change.eligibility ?? change.credentialKind ?? change.employeeKind ?? change.completionKind ?? change.definitionKind;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('changes', () => {
  let server: TestApp;
  let api: Talk;
  let origin: string;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    origin = (await api.changes('position')).cursor;
  });
  afterAll(() => server.stop());

  /** Every kind of write there is. */
  const writeAll = async (): Promise<void> => {
    await api.defineCourses({ code: 'C1' });
    await api.defineTypes({ code: 'T1', renewal: { life: 'P1Y' } }, { code: 'T2' });
    await api.defineRoles('R1', 'R2');
    await api.definePath('P', ['R1', 'R2']);
    await api.publishAward('T1', { passed: { courseCode: 'C1' } });
    await api.publishRule('R1', { holds: { typeCode: 'T1' } });
    await api.publishRule('R2', { holds: { typeCode: 'T2' } });
    await api.upsert([
      { externalId: 'A', department: 'ER' },
      { externalId: 'B', department: 'ICU' },
    ]);
    await api.complete(
      ['A', 'B'].map((employeeExternalId) => ({
        employeeExternalId,
        courseCode: 'C1',
        status: 'PASSED',
        completedAt: '2026-05-01T00:00:00Z',
      })),
    );
    await api.issue([{ employeeExternalId: 'B', typeCode: 'T2', issuedOn: '2026-01-01' }]);
    await api.suspend(['A', 'T1'], 'audit');
    await api.reinstate(['A', 'T1'], 'over');
    await api.revoke(['B', 'T2'], 'fraud');
    // one that fails leaves no gap
    await api.upsert([{ externalId: '' }, { externalId: 'A', jobTitle: 'Nurse' }], { atomic: true });
    await api.publishRule('NOBODY', { holds: { typeCode: 'T1' } });
    await api.upsert([{ externalId: 'A', jobTitle: 'Nurse' }]);
  };

  it('a subscription and its polling twin deliver the same, gapless, over every kind of write (F7 N1)', async () => {
    const live = server.subscribe(`subscription ($after: Cursor) { changed(after: $after) { ${FIELDS} } }`, { after: origin });
    await writeAll();
    const { found } = await api.changes(FIELDS, null, origin);
    await live.atLeast(found.length);
    await pause(50);
    // edges are read at delivery: what is compared is the change itself
    const own = ({ employee, credential, ...change }: any) => ({
      ...change,
      employee: employee?.externalId,
      type: credential?.type.code,
    });
    expect(live.received.map(own)).toEqual(found.map(own));
    const first = found[0]!.position as number;
    expect(found.map((change) => change.position)).toEqual(found.map((_, i) => first + i));
    expect(new Set(found.map((change) => change.__typename))).toEqual(
      new Set(['DefinitionChange', 'EmployeeChange', 'CompletionChange', 'CredentialChange', 'EligibilityChange']),
    );
    expect(found.filter((change) => change.credentialKind).map(kindOf)).toEqual(
      expect.arrayContaining(['ISSUED', 'SUSPENDED', 'REINSTATED', 'REVOKED']),
    );
    const recorded = found.map((change) => Date.parse(change.recordedAt));
    expect(recorded).toEqual([...recorded].sort((a, b) => a - b));
    live.close();
  });

  it('a filter lets through exactly what it names: person, department, role, type, kind, and all of them together', async () => {
    const { found: all } = await api.changes(FIELDS, null, origin);
    const filtered = async (filter: object) =>
      (await api.changes('position', filter as never, origin)).found.map((change) => change.position as number);
    const expected = (test: (change: any) => boolean) => all.filter(test).map((change) => change.position as number);
    expect(await filtered({ employeeExternalId: ['A'] })).toEqual(expected((change) => change.employee?.externalId === 'A'));
    expect(await filtered({ department: ['ICU', 'LAB'] })).toEqual(expected((change) => change.employee?.department === 'ICU'));
    expect(await filtered({ kind: ['REVOKED', 'TRANSITION'] })).toEqual(
      expected((change) => ['REVOKED', 'TRANSITION'].includes(kindOf(change))),
    );
    expect(await filtered({ roleCode: ['R2'], kind: ['TRANSITION'] })).toEqual(
      expected((change) => change.role?.code === 'R2' && change.eligibility === 'TRANSITION'),
    );
    expect(await filtered({ typeCode: ['T2'], kind: ['ISSUED', 'REVOKED'] })).toEqual(
      expected((change) => change.credential?.type.code === 'T2' && ['ISSUED', 'REVOKED'].includes(change.credentialKind)),
    );
    expect(await filtered({ roleCode: ['R1'], department: ['ER'], employeeExternalId: ['A'], kind: ['TRANSITION'] })).toEqual(
      expected(
        (change) => change.role?.code === 'R1' && change.employee?.externalId === 'A' && change.eligibility === 'TRANSITION',
      ),
    );
    expect(await filtered({ employeeExternalId: ['A'], department: ['ICU'] })).toEqual([]);
    expect(await filtered({ kind: [] })).toEqual([]);
    for (const [filter, stray] of [
      [{ roleCode: ['R2'] }, (change: any) => change.role?.code === 'R1'],
      [{ typeCode: ['T2'] }, (change: any) => change.credential?.type.code === 'T1'],
    ] as const) {
      const positions = new Set(await filtered(filter));
      expect(positions.size).toBeGreaterThan(0);
      expect(all.filter((change) => positions.has(change.position) && stray(change))).toEqual([]);
    }
  });

  it('the typed subscriptions deliver their kind alone, with the same filter and cursors', async () => {
    const { found } = await api.changes(FIELDS, null, origin);
    for (const [field, typename] of [
      ['eligibilityChanged', 'EligibilityChange'],
      ['credentialChanged', 'CredentialChange'],
    ] as const) {
      const expected = found.filter((change) => change.__typename === typename && change.employee.externalId === 'A');
      const live = server.subscribe(
        `subscription ($after: Cursor, $filter: ChangeFilter) { ${field}(after: $after, filter: $filter) { __typename position cursor } }`,
        { after: origin, filter: { employeeExternalId: ['A'] } },
      );
      await live.atLeast(expected.length);
      await pause(50);
      expect(live.received).toEqual(expected.map(({ __typename, position, cursor }) => ({ __typename, position, cursor })));
      live.close();
    }
  });

  it('goes on behind a cursor from a change, a page, a write or an answer, without gap or repetition', async () => {
    const { found } = await api.changes('cursor position', null, origin);
    const middle = found[Math.floor(found.length / 2)]!;
    expect((await api.changes('cursor position', null, middle.cursor)).found).toEqual(
      found.filter((change) => change.position > middle.position),
    );
    const small: any[] = [];
    for (let after: string | null = origin, more = true; more;) {
      const { changes }: any = await api.ask(
        'changes(after: $after, first: 3) { changes { cursor position __typename } cursor hasMore }',
        { after },
        '($after: Cursor) ',
      );
      expect(changes.changes.length).toBeLessThanOrEqual(3);
      small.push(...changes.changes);
      more = changes.hasMore;
      after = changes.cursor;
    }
    expect(small).toEqual(found);

    const watch = (after: string) =>
      server.subscribe('subscription ($after: Cursor) { changed(after: $after) { cursor position } }', { after });
    const first = watch(middle.cursor);
    await first.atLeast(3);
    const last = first.received[2]!;
    first.close();
    const { cursor } = await api.upsert([{ externalId: 'A', jobTitle: 'Chief' }]);
    const second = watch(last.cursor);
    const missed = (await api.changes('cursor position', null, last.cursor)).found;
    await second.atLeast(missed.length);
    expect(second.received).toEqual(missed.map(({ cursor: own, position }) => ({ cursor: own, position })));
    second.close();
    expect(missed.at(-1)!.cursor).toBe(cursor);
    expect((await server.send('{ __typename }')).extensions.position).toBe(cursor);
    expect((await api.changes('position', null, cursor)).found).toEqual([]);
    const refused = await server.send('{ changes(after: "bm90IG91cnM") { cursor } }');
    expect(refused.errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
  });

  it('tells a manager of all 47 at the instant their product certification lapses (F7)', async () => {
    const reps = Array.from({ length: 47 }, (_, i) => `rep-${i}`);
    await api.defineTypes({ code: 'PRODUCT' }, { code: 'OTHER' });
    await api.defineRoles('SELLER', 'DEMONSTRATOR');
    await api.publishRule('SELLER', { holds: { typeCode: 'PRODUCT' } });
    await api.publishRule('DEMONSTRATOR', { holds: { typeCode: 'OTHER' } });
    await api.upsert([{ externalId: 'boss', department: 'SALES' }]);
    await api.upsert(
      [...reps, 'fine-1', 'fine-2'].map((externalId) => ({ externalId, department: 'SALES', managerExternalId: 'boss' })),
    );
    const lapse = '2026-09-01T00:00:00.000Z';
    const issuedAt = '2026-01-01T00:00:00Z';
    await api.issue([
      ...reps.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'PRODUCT', issuedAt, expiresAt: lapse })),
      ...reps.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'OTHER', issuedAt, expiresAt: lapse })),
      ...['fine-1', 'fine-2'].map((employeeExternalId) => ({ employeeExternalId, typeCode: 'PRODUCT', issuedAt })),
    ]);
    server.clock.set('2026-08-31T23:59:59.999Z');
    const { cursor } = await api.upsert([{ externalId: 'boss', jobTitle: 'Head of sales' }]);
    const feed = server.subscribe(
      `subscription ($after: Cursor) { eligibilityChanged(filter: { roleCode: ["SELLER"] }, after: $after) {
         occurredAt role { code } kind before after because employee { externalId manager { externalId } } } }`,
      { after: cursor },
    );
    await pause(100);
    expect(feed.received).toEqual([]);
    server.clock.set(lapse);
    await feed.atLeast(47, 1_000);
    await eventually(
      () => api.changes('position', { roleCode: ['DEMONSTRATOR'], kind: ['TRANSITION'] }, cursor),
      ({ found }) => found.length === 47,
    );
    await pause(100);
    expect(feed.received).toHaveLength(47);
    expect(feed.received.map((change) => change.employee.externalId).sort()).toEqual([...reps].sort());
    for (const change of feed.received)
      expect(change).toMatchObject({
        occurredAt: lapse,
        role: { code: 'SELLER' },
        kind: 'TRANSITION',
        before: 'ELIGIBLE',
        after: 'NOT_ELIGIBLE',
        because: ['PRODUCT certification expires'],
        employee: { manager: { externalId: 'boss' } },
      });
    const asked = await api.ask('role(code: "SELLER") { eligibilities(filter: { verdict: [ELIGIBLE] }) { totalCount } }');
    expect(asked.role.eligibilities.totalCount).toBe(2);
  });
});
