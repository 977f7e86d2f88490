// The difference between two states of the graph, against the two states themselves.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo } from '../kit/seed';
import { seeded } from '../kit/seeded';
import { History } from './history';

const WRITES = 60;
const QUESTIONS = 30;
const iso = (instant: number): string => new Date(instant).toISOString();

interface State {
  readonly at: string;
  readonly knownAt: string;
}

const DIFF = `query ($of: DiffScopeInput!, $from: StateInput!, $to: StateInput!, $after: String) {
  eligibilityDiff(of: $of, from: $from, to: $to, first: 4, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
    employee { externalId } role { code } before inHindsight after happened learned ruleVersionBefore ruleVersionAfter because learnedBecause } } }`;

/** The whole difference, page by page. */
async function diff(server: TestApp, of: object, from: State, to: State): Promise<any[]> {
  const nodes: any[] = [];
  for (let after: string | null = null; ;) {
    const { eligibilityDiff }: { eligibilityDiff: any } = await server.query(DIFF, { of, from, to, after });
    nodes.push(...eligibilityDiff.nodes);
    if (!eligibilityDiff.pageInfo.hasNextPage) {
      expect(eligibilityDiff.totalCount).toBe(nodes.length);
      return nodes;
    }
    after = eligibilityDiff.pageInfo.endCursor;
  }
}

/** What a state lists, but for those who are not eligible: verdict and rule version by person and role, and who is where. */
async function stateOf(server: TestApp, state: State) {
  const { eligibilities, employees } = await server.query(
    `query ($at: DateTime, $knownAt: DateTime) {
      eligibilities(first: 200, at: $at, knownAt: $knownAt) { nodes { employee { externalId } role { code } verdict ruleVersion } }
      employees(first: 200, at: $at, knownAt: $knownAt) { nodes { externalId department } } }`,
    state,
  );
  const verdicts = new Map<string, string>();
  for (const { employee, role, verdict } of eligibilities.nodes)
    if (verdict !== 'NOT_ELIGIBLE') verdicts.set(`${employee.externalId} ${role.code}`, verdict);
  const versions = new Map<string, number>(eligibilities.nodes.map(({ role, ruleVersion }: any) => [role.code, ruleVersion]));
  return { verdicts, versions, employees: employees.nodes as { externalId: string; department: string | null }[] };
}

describe('the difference between two states', () => {
  let server: TestApp;
  let history: History;
  beforeAll(async () => {
    server = await startTestApp({ at: iso(History.start) });
    history = new History(server, 41);
    await history.define();
    for (let i = 0; i < WRITES; i++) await history.next();
  }, 30_000);
  afterAll(() => server.stop());

  it('made to the first state gives the second, for a person, a department and a role (N4)', async () => {
    const chance = seeded(42);
    let [happened, learned] = [0, 0];
    const stateAt = (at: number): State => ({ at: iso(at), knownAt: iso(chance.pick(history.told).at - chance.int(0, 1)) });
    const instants = history.instants(2 * QUESTIONS);
    for (let i = 0; i < QUESTIONS; i++) {
      const from = stateAt(instants[2 * i]!);
      const to = stateAt(chance.percent(25) ? instants[2 * i]! : instants[2 * i + 1]!);
      const [first, hindsight, second] = [
        await stateOf(server, from),
        await stateOf(server, { at: from.at, knownAt: to.knownAt }),
        await stateOf(server, to),
      ];
      const member = chance.pick([...history.model.people.keys()]);
      const department = chance.pick(History.departments);
      const role = chance.pick(['R1', 'R2', 'R3']);
      const members = new Set(
        [...first.employees, ...second.employees].filter((one) => one.department === department).map((one) => one.externalId),
      );
      const knowsMember = [first, second].some(({ employees }) => employees.some((one) => one.externalId === member));
      const scopes = [
        ...(knowsMember
          ? [{ of: { employee: { externalId: { value: member } } }, isMeant: (pair: string) => pair.startsWith(`${member} `) }]
          : []),
        { of: { department }, isMeant: (pair: string) => members.has(pair.split(' ')[0]!) },
        { of: { roleCode: role }, isMeant: (pair: string) => pair.endsWith(` ${role}`) },
      ];
      for (const { of, isMeant } of scopes) {
        const place = { of, from, to };
        const changed = new Map([...first.verdicts].filter(([pair]) => isMeant(pair)));
        for (const node of await diff(server, of, from, to)) {
          const pair = `${node.employee.externalId} ${node.role.code}`;
          const known = hindsight.verdicts.get(pair) ?? 'NOT_ELIGIBLE';
          expect({ ...place, pair, before: node.before, known: node.inHindsight, isMeant: isMeant(pair) }).toEqual({
            ...place,
            pair,
            before: first.verdicts.get(pair) ?? 'NOT_ELIGIBLE',
            known,
            isMeant: true,
          });
          expect([node.happened, node.learned]).toEqual([known !== node.after, node.before !== known]);
          expect(node.happened || node.learned).toBe(true);
          expect([node.because.length > 0, node.learnedBecause.length > 0]).toEqual([node.happened, node.learned]);
          for (const [version, state] of [
            [node.ruleVersionBefore, first],
            [node.ruleVersionAfter, second],
          ])
            if (state.employees.length > 0) expect(version).toBe(state.versions.get(node.role.code) ?? null);
          if (node.after === 'NOT_ELIGIBLE') changed.delete(pair);
          else changed.set(pair, node.after);
          happened += Number(node.happened);
          learned += Number(node.learned);
        }
        expect({ ...place, changed }).toEqual({
          ...place,
          changed: new Map([...second.verdicts].filter(([pair]) => isMeant(pair))),
        });
      }
    }
    expect(happened).toBeGreaterThan(50);
    expect(learned).toBeGreaterThan(50);
  }, 60_000);
});

describe('what happened and what was learned', () => {
  let server: TestApp;
  const employee = { externalId: { value: 'E1' } };
  const noon = '2026-04-01T12:00:00.000Z';
  const months = (month: string): string => `2026-${month}-01T12:00:00.000Z`;

  beforeAll(async () => {
    server = await startTestApp({ at: '2026-01-01T09:00:00Z' });
    const api = talkTo(server);
    await api.defineTypes({ code: 'T', name: 'Forklift', kind: 'LICENSE', renewal: { life: 'P6M' } });
    await api.defineRoles('DRIVER', 'GUARD');
    await api.publishRule('DRIVER', { holds: { typeCode: 'T' } });
    await api.upsert([
      { externalId: 'E1', department: 'Yard' },
      { externalId: 'E2', department: 'Yard' },
    ]);
    await api.issue([
      { employeeExternalId: 'E1', typeCode: 'T', issuedOn: '2026-01-01' },
      { employeeExternalId: 'E2', typeCode: 'T', issuedOn: '2026-01-01' },
    ]);
    server.clock.set('2026-05-01T10:00:00Z');
    await api.revoke(['E1', 'T'], 'fraud', '2026-03-15T00:00:00Z');
    server.clock.set('2026-05-02T10:00:00Z');
    await api.upsert([{ externalId: 'E2', department: 'Office' }]);
    await api.publishRule('GUARD', { attribute: { name: 'department', equals: 'Office' } });
    server.clock.set('2026-08-01T12:00:00Z');
  });
  afterAll(() => server.stop());

  const seen = (of: object, from: State, to: State): Promise<any[]> => diff(server, of, from, to);
  const told = ({ employee: who, role, before, inHindsight, after, because, learnedBecause }: any): unknown => [
    who.externalId,
    role.code,
    before,
    inHindsight,
    after,
    because,
    learnedBecause,
  ];

  it('are told apart: a correction that came late shows as learned, with what it corrected (N4)', async () => {
    const then = { at: noon, knownAt: noon };
    expect(await seen({ employee }, then, { at: noon, knownAt: months('05') })).toMatchObject([
      {
        before: 'ELIGIBLE',
        after: 'NOT_ELIGIBLE',
        happened: false,
        learned: true,
        because: [],
        learnedBecause: ['Forklift license revoked'],
        ruleVersionBefore: 1,
        ruleVersionAfter: 1,
      },
    ]);
  });

  it('can both be: known as eligible, known later not to have been, and the licence of another expired', async () => {
    const from = { at: noon, knownAt: noon };
    const to = { at: months('08'), knownAt: months('08') };
    expect((await seen({ roleCode: 'DRIVER' }, from, to)).map(told)).toEqual([
      ['E1', 'DRIVER', 'ELIGIBLE', 'NOT_ELIGIBLE', 'NOT_ELIGIBLE', [], ['Forklift license revoked']],
      ['E2', 'DRIVER', 'ELIGIBLE', 'ELIGIBLE', 'NOT_ELIGIBLE', ['Forklift license expires'], []],
    ]);
  });

  it('reach a department by its members on either side, and name rules and moves', async () => {
    const from = { at: noon, knownAt: months('08') };
    const to = { at: months('06'), knownAt: months('08') };
    const moved = ['E2', 'GUARD', 'NOT_ELIGIBLE', 'NOT_ELIGIBLE', 'ELIGIBLE', ['department becomes Office'], []];
    expect((await seen({ department: 'Office' }, from, to)).map(told)).toEqual([moved]);
    expect((await seen({ department: 'Yard' }, from, to)).map(told)).toEqual([moved]);
    expect(await seen({ department: 'Nowhere' }, from, to)).toEqual([]);
    const published = (await seen({ department: 'Office' }, { at: months('06'), knownAt: noon }, to)).map(told);
    expect(published).toEqual([['E2', 'GUARD', 'NOT_ELIGIBLE', 'ELIGIBLE', 'ELIGIBLE', [], ['rule version 1 was published']]]);
  });

  it('of a state with itself are none, backwards they are the same ones, and whom nobody knows is said', async () => {
    const [from, to] = [
      { at: noon, knownAt: noon },
      { at: months('08'), knownAt: months('08') },
    ];
    expect(await seen({ roleCode: 'DRIVER' }, from, from)).toEqual([]);
    const there = await seen({ roleCode: 'DRIVER' }, from, to);
    const back = await seen({ roleCode: 'DRIVER' }, to, from);
    expect(back.map(({ before, after }) => [after, before])).toEqual(there.map(({ before, after }) => [before, after]));
    const { errors } = await server.send(DIFF, { of: { roleCode: 'NOBODY' }, from, to });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
