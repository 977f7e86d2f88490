// Who reports to whom: the tree, its holes, and the circles that must not be.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

describe('managers and reports', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  const reports = async (who: string, transitive: boolean, at?: string): Promise<string[]> => {
    const found: string[] = [];
    for (let after: string | null = null; ;) {
      const page: any = (
        await api.person(
          who,
          `reports(transitive: ${transitive}, first: 50, after: ${JSON.stringify(after)}) { totalCount nodes { externalId } pageInfo { hasNextPage endCursor } }`,
          { at },
        )
      ).reports;
      found.push(...page.nodes.map((node: { externalId: string }) => node.externalId));
      if (!page.pageInfo.hasNextPage) {
        expect(page.totalCount).toBe(found.length);
        return found.sort();
      }
      after = page.pageInfo.endCursor;
    }
  };

  it('of five levels: everybody below somebody is who a walk by hand finds below them (A20)', async () => {
    const bossOf = new Map<string, string>();
    for (let i = 1; i < 3 ** 5; i++) if (i < 200) bossOf.set(`T${i}`, `T${Math.floor((i - 1) / 3)}`);
    const people = ['T0', ...bossOf.keys()].map((externalId) => ({
      externalId,
      managerExternalId: bossOf.get(externalId) ?? null,
    }));
    await api.upsert(people.reverse()); // reports before their managers
    const below = (who: string): string[] => [...bossOf].filter(([, boss]) => boss === who).flatMap(([id]) => [id, ...below(id)]);
    for (const who of ['T0', 'T1', 'T5', 'T40', 'T199']) {
      expect(await reports(who, true)).toEqual(below(who).sort());
      expect(await reports(who, false)).toEqual(
        [...bossOf]
          .filter(([, boss]) => boss === who)
          .map(([id]) => id)
          .sort(),
      );
    }
    const { employees } = await api.ask(
      'employees(filter: { managerExternalId: "T1" }) { totalCount nodes { externalId manager { manager { externalId } } } }',
    );
    expect(employees.totalCount).toBe(3);
    expect(employees.nodes[0].manager.manager.externalId).toBe('T0');
  });

  it('a manager may arrive after the reports, and is their manager from the day they named (A20 B3)', async () => {
    await api.upsert([{ externalId: 'L1', managerExternalId: 'LATE', effectiveAt: '2026-03-01T00:00:00Z' }]);
    expect(await api.person('L1', 'manager { externalId }')).toEqual({ manager: null });
    await api.upsert([{ externalId: 'LATE', givenName: 'Late', effectiveAt: '2026-01-01T00:00:00Z' }]);
    expect(await api.person('L1', 'manager { name }')).toEqual({ manager: { name: 'Late' } });
    expect(await reports('LATE', true)).toEqual(['L1']);
    expect(await reports('LATE', true, '2026-02-28T23:59:59Z')).toEqual([]);
  });

  it('a functional and a project manager of one person: two edges, one of them primary, one person in every view and count (A12)', async () => {
    await api.upsert([{ externalId: 'HEAD' }, { externalId: 'FUN', managerExternalId: 'HEAD' }]);
    const both = { managerExternalId: 'FUN', otherManagerExternalIds: ['PROJ', 'FUN', 'DOE', 'PROJ'] };
    await api.upsert([
      { externalId: 'DOE', email: 'j.doe@example.com', ...both },
      { externalId: 'ROE', managerExternalId: 'PROJ' },
    ]);
    const managers = async (when: object = {}) =>
      (await api.person('DOE', 'managers { isPrimary manager { externalId } } manager { externalId }', when)) as {
        managers: { isPrimary: boolean; manager: { externalId: string } }[];
      };
    // the other manager may arrive later
    expect((await managers()).managers).toEqual([{ isPrimary: true, manager: { externalId: 'FUN' } }]);
    await api.upsert([{ externalId: 'PROJ', managerExternalId: 'HEAD' }]);
    expect(await managers()).toEqual({
      managers: [
        { isPrimary: true, manager: { externalId: 'FUN' } },
        { isPrimary: false, manager: { externalId: 'PROJ' } },
      ],
      manager: { externalId: 'FUN' },
    });
    const views = async () => [await reports('FUN', false), await reports('PROJ', false), await reports('HEAD', true)];
    expect(await views()).toEqual([['DOE'], ['DOE', 'ROE'], ['DOE', 'FUN', 'PROJ', 'ROE']]);
    // an address that is written otherwise is one more name of the same person
    const { id } = await api.person('DOE', 'id');
    await api.upsert([{ externalId: 'DOE', email: 'jane.doe@example.com' }]);
    const again = await api.upsert([{ externalId: 'j.doe@example.com', jobTitle: 'Analyst' }], { source: 'projects' });
    expect(again.results[0]).toMatchObject({ outcome: 'APPLIED', id });
    expect(await views()).toEqual([['DOE'], ['DOE', 'ROE'], ['DOE', 'FUN', 'PROJ', 'ROE']]);
    // who was primary becomes the other one, from a day on; what was before stays as it was
    const change = { managerExternalId: 'PROJ', otherManagerExternalIds: ['FUN'], effectiveAt: '2026-06-02T00:00:00Z' };
    await api.upsert([{ externalId: 'DOE', ...change }]);
    expect((await managers({ at: '2026-06-02T00:00:00Z' })).managers).toEqual([
      { isPrimary: true, manager: { externalId: 'PROJ' } },
      { isPrimary: false, manager: { externalId: 'FUN' } },
    ]);
    expect((await managers()).managers[0]).toEqual({ isPrimary: true, manager: { externalId: 'FUN' } });
    expect(await reports('FUN', false, '2026-06-03T00:00:00Z')).toEqual(['DOE']);
    await api.upsert([{ externalId: 'DOE', otherManagerExternalIds: null, effectiveAt: '2026-06-04T00:00:00Z' }]);
    expect(await reports('FUN', false, '2026-06-05T00:00:00Z')).toEqual([]);
    // others may well be below the person, a circle that no read goes round; other managers pass nobody on
    await api.upsert([{ externalId: 'HEAD', otherManagerExternalIds: ['DOE'] }]);
    expect(await reports('DOE', true)).toEqual(['HEAD']);
    await api.upsert([{ externalId: 'HEAD', otherManagerExternalIds: ['ROE', 'DOE'] }]);
    expect(await reports('PROJ', true, '2026-06-03T00:00:00Z')).toEqual(['DOE', 'HEAD', 'ROE']);
  });

  it('a circle is refused on write, long or short, now or dated, and nothing of the item is taken (E4 A20)', async () => {
    await api.upsert(
      Array.from({ length: 300 }, (_, i) => ({ externalId: `C${i}`, managerExternalId: i === 0 ? undefined : `C${i - 1}` })),
    );
    const started = Date.now();
    const refused = await api.upsert([
      { externalId: 'C0', managerExternalId: 'C299', department: 'Loops' },
      { externalId: 'C299', department: 'Fine' },
    ]);
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(refused.results[0]).toMatchObject({
      outcome: 'REJECTED',
      refusal: { code: 'MANAGER_CYCLE', path: ['managerExternalId'] },
    });
    expect(refused.results[1]).toMatchObject({ outcome: 'APPLIED' });
    expect(await api.person('C0', 'department manager { id }')).toEqual({ department: null, manager: null });
    expect((await api.upsert([{ externalId: 'S1', managerExternalId: 'S1' }])).results[0]).toMatchObject({ outcome: 'REJECTED' });

    // the circle would close in July, when both edges hold
    await api.upsert([{ externalId: 'F1' }, { externalId: 'F2' }]);
    await api.upsert([{ externalId: 'F1', managerExternalId: 'F2', effectiveAt: '2026-07-01T00:00:00Z' }]);
    for (const effectiveAt of [undefined, '2026-06-15T00:00:00Z', '2026-08-01T00:00:00Z']) {
      expect((await api.upsert([{ externalId: 'F2', managerExternalId: 'F1', effectiveAt }])).results[0]).toMatchObject({
        outcome: 'REJECTED',
        refusal: { code: 'MANAGER_CYCLE' },
      });
    }
    // no circle: it ends before the other edge begins
    await api.upsert([{ externalId: 'F2', managerExternalId: null, effectiveAt: '2026-06-20T00:00:00Z' }]);
    expect(
      (await api.upsert([{ externalId: 'F2', managerExternalId: 'F1', effectiveAt: '2026-06-10T00:00:00Z' }])).results[0],
    ).toMatchObject({ outcome: 'APPLIED' });
    expect(await reports('F1', true, '2026-06-15T00:00:00Z')).toEqual(['F2']);
    expect(await reports('F2', true, '2026-07-02T00:00:00Z')).toEqual(['F1']);
  });

  it('a boss and a report may change places in one request, in either order (E4 B18)', async () => {
    const swap = [
      { externalId: 'W1', managerExternalId: 'W2' },
      { externalId: 'W2', managerExternalId: null },
    ];
    for (const items of [swap, [...swap].reverse()]) {
      await api.upsert([
        { externalId: 'W1', managerExternalId: null },
        { externalId: 'W2', managerExternalId: 'W1' },
      ]);
      expect((await api.upsert(items)).results.map((result) => result.outcome)).toEqual(['APPLIED', 'APPLIED']);
      expect(await reports('W2', true)).toEqual(['W1']);
      expect(await reports('W1', true)).toEqual([]);
      await api.upsert([{ externalId: 'W1', managerExternalId: null }]);
    }
  });

  it('of two edges that close a circle together one is refused, also when they come at the same time (E4)', async () => {
    const pairs = Array.from({ length: 15 }, (_, i) => [`X${i}`, `Y${i}`] as const);
    await api.upsert(pairs.flat().map((externalId) => ({ externalId })));
    for (const [one, other] of pairs) {
      const edges = [
        [one, other],
        [other, one],
      ] as const;
      const answers = await Promise.all(
        edges.map(([externalId, managerExternalId]) => api.upsert([{ externalId, managerExternalId }])),
      );
      expect(answers.map((answer) => answer.results[0]!.outcome).sort()).toEqual(['APPLIED', 'REJECTED']);
    }
  });

  it('a circle that is in the data all the same never makes a read go round (E4)', async () => {
    await api.upsert(
      Array.from({ length: 300 }, (_, i) => ({ externalId: `R${i}`, managerExternalId: i === 0 ? undefined : `R${i - 1}` })),
    );
    await server.execute(
      `UPDATE employee_state s SET manager_id = (SELECT id FROM employee WHERE external_id = 'R299')
       WHERE s.employee_id = (SELECT id FROM employee WHERE external_id = 'R0') AND retired_in IS NULL`,
    );
    const started = Date.now();
    const page = await api.person(
      'R7',
      'manager { manager { externalId } } reports(transitive: true, first: 200) { totalCount }',
    );
    expect(Date.now() - started).toBeLessThan(500);
    expect(page).toEqual({ manager: { manager: { externalId: 'R5' } }, reports: { totalCount: 299 } });
    expect((await api.upsert([{ externalId: 'R8', department: 'On' }])).results[0]!.outcome).toBe('APPLIED');
  });
});
