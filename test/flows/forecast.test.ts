// Coverage ahead, and counts of answers, against counts and simulations by hand.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

const DAY = 86_400_000;
const NOW = '2026-06-01T12:00:00.000Z';
const FIRST = Date.parse('2026-06-01T00:00:00Z');
const HORIZON = 80;
const on = (day: number): string => new Date(FIRST + day * DAY).toISOString().slice(0, 10);
/** The instant at which a day is counted. */
const counted = (day: number): string => (day === 0 ? NOW : `${on(day)}T00:00:00.000Z`);
const DEPARTMENTS = ['ED', 'ICU', null] as const;
const LOCATIONS = ['Bonn', 'Ulm'] as const;

interface Person {
  readonly id: string;
  /** The first day on which each credential no longer counts. */
  readonly ends: readonly [cpr: number, license: number];
}
const PEOPLE = Array.from({ length: 36 }, (_, i): Person => ({
  id: `P${String(i).padStart(2, '0')}`,
  ends: [8 + ((i * 37) % 120), 15 + ((i * 53) % 150)],
}));

interface Day {
  on: string;
  people: number;
  eligible: number;
  grace: number;
}
interface Forecast {
  role: { code: string };
  keys: string[];
  days: Day[];
  firstShortfallOn: string | null;
  lapses: { totalCount: number; nodes: { at: string; because: string[]; employee: { externalId: string } }[] };
  renewalPlan: {
    count: number;
    isOptimal: boolean;
    remainingShortfallOn: string | null;
    renewals: {
      totalCount: number;
      nodes: { lapsesAt: string; dueOn: string; employee: { externalId: string }; credential: { type: { code: string } } }[];
    };
  } | null;
}

const FORECAST = `role { code } keys days { on people eligible grace } firstShortfallOn
  lapses(first: 200) { totalCount nodes { at because employee { externalId } } }
  renewalPlan { count isOptimal remainingShortfallOn renewals(first: 200) { totalCount nodes { lapsesAt dueOn employee { externalId } credential { type { code } } } } }`;

describe('coverage forecast', () => {
  let server: TestApp;
  let api: Talk;
  /** Who counts on each day, read from the lists: department, location, status and verdict of everybody at that instant. */
  const lists: {
    externalId: string;
    department: string | null;
    location: string | null;
    status: string;
    verdicts: Record<string, string>;
  }[][] = [];

  beforeAll(async () => {
    server = await startTestApp({ at: NOW });
    api = talkTo(server);
    await api.defineTypes({ code: 'CPR' }, { code: 'LICENSE', renewal: { life: 'P1Y', grace: 'P10D', graceCounts: true } });
    await api.defineRoles('NURSE', 'AIDE');
    await api.publishRule(
      'NURSE',
      { all: [{ holds: { typeCode: 'CPR' } }, { holds: { typeCode: 'LICENSE' } }] },
      { warnBefore: 'P30D' },
    );
    await api.publishRule('AIDE', { holds: { typeCode: 'CPR' } });
    const since = { effectiveAt: '2026-01-01T00:00:00Z' };
    await api.upsert(
      PEOPLE.map(({ id }, i) => ({
        externalId: id,
        department: DEPARTMENTS[i % 3],
        location: LOCATIONS[i % 2],
        status: 'ACTIVE',
        ...since,
      })),
    );
    await api.upsert([
      { externalId: 'P00', department: 'ICU', effectiveAt: '2026-06-20T00:00:00Z' },
      { externalId: 'P01', status: 'ON_LEAVE', effectiveAt: '2026-06-15T09:00:00Z' },
      { externalId: 'P02', location: 'Ulm', department: 'ED', effectiveAt: '2026-07-01T00:00:00Z' },
      { externalId: 'P03', terminatedOn: '2026-06-12' },
      { externalId: 'P04', status: 'TERMINATED', effectiveAt: '2026-05-01T00:00:00Z' },
    ]);
    await api.upsert([{ externalId: 'P01', status: 'ACTIVE', effectiveAt: '2026-07-10T00:00:00Z' }]);
    await api.issue(
      PEOPLE.flatMap(({ id, ends: [cpr, license] }) => [
        { employeeExternalId: id, typeCode: 'CPR', issuedOn: '2026-01-01', expiresOn: on(cpr - 1) },
        { employeeExternalId: id, typeCode: 'LICENSE', issuedOn: '2026-01-01', expiresOn: on(license - 1) },
      ]),
    );
    for (let day = 0; day < HORIZON; day++) {
      const { employees, eligibilities } = await api.ask(
        `employees(first: 200, at: $at) { nodes { externalId department location status } }
         eligibilities(first: 200, at: $at) { nodes { verdict role { code } employee { externalId } } }`,
        { at: counted(day) },
        '($at: DateTime) ',
      );
      const verdicts = new Map<string, Record<string, string>>();
      for (const { verdict, role, employee } of eligibilities.nodes)
        verdicts.set(employee.externalId, { ...verdicts.get(employee.externalId), [role.code]: verdict });
      lists.push(
        employees.nodes.map((person: { externalId: string }) => ({ ...person, verdicts: verdicts.get(person.externalId)! })),
      );
    }
  });
  afterAll(() => server.stop());

  const forecast = async (args: Record<string, unknown>, selection = FORECAST): Promise<Forecast[]> => {
    const types: Record<string, string> = {
      roleCode: '[String!]!',
      filter: 'CoverageFilter',
      groupBy: '[CoverageDimension!]!',
      horizon: 'Duration!',
      minimum: 'Int',
      includeGrace: 'Boolean!',
      at: 'DateTime',
      knownAt: 'DateTime',
    };
    const names = Object.keys(args);
    const declared = `(${names.map((name) => `$${name}: ${types[name]}`).join()}) `;
    const passed = names.map((name) => `${name}: $${name}`).join();
    return (await api.ask(`coverageForecast(${passed}) { ${selection} }`, args, declared)).coverageForecast as Forecast[];
  };

  /** Who counts, by day: those of a list of whom a test holds. */
  const whoCounts = (test: (person: (typeof lists)[number][number]) => boolean): Set<string>[] =>
    lists.map((list) => new Set(list.filter(test).map(({ externalId }) => externalId)));

  it('counts on every day who a count by hand finds, by role, department and location (N8)', async () => {
    const asked = await forecast({ roleCode: ['NURSE', 'AIDE'], groupBy: ['DEPARTMENT', 'LOCATION'], horizon: `P${HORIZON}D` });
    expect(asked.map(({ role, keys }) => [role.code, ...keys].join('/')).length).toBe(12);
    for (const { role, keys, days } of asked) {
      const isThere = (person: (typeof lists)[number][number]) =>
        person.status === 'ACTIVE' && (person.department ?? '') === keys[0] && (person.location ?? '') === keys[1];
      const verdict = (...names: string[]) =>
        whoCounts((person) => isThere(person) && names.includes(person.verdicts[role.code]!));
      const [people, eligible, grace] = [whoCounts(isThere), verdict('ELIGIBLE', 'AT_RISK'), verdict('GRACE')];
      const byHand = people.map((_, day) => ({
        on: on(day),
        people: people[day]!.size,
        eligible: eligible[day]!.size,
        grace: grace[day]!.size,
      }));
      expect(days).toEqual(byHand);
    }
    const days = asked.flatMap((one) => one.days);
    expect(new Set(days.map(({ eligible }) => eligible)).size).toBeGreaterThan(3);
    expect(days.some(({ grace }) => grace > 0)).toBe(true);
  });

  it('can be narrowed, told with its changes only, and asked as of another instant (N8)', async () => {
    const filter = { department: ['ED'], location: ['Ulm'], status: ['ACTIVE', 'ON_LEAVE'] };
    const horizon = `P${HORIZON}D`;
    const [narrow] = await forecast({ roleCode: ['NURSE'], filter, horizon });
    const there = whoCounts(
      ({ department, location, status }) => department === 'ED' && location === 'Ulm' && status !== 'TERMINATED',
    );
    expect(narrow!.days.map(({ people }) => people)).toEqual(there.map(({ size }) => size));
    const [short] = await forecast(
      { roleCode: ['NURSE'], filter, horizon },
      'days(changesOnly: true) { on people eligible grace }',
    );
    const same = (a: Day, b: Day | undefined) => a.people === b?.people && a.eligible === b.eligible && a.grace === b.grace;
    expect(short!.days).toEqual(narrow!.days.filter((day, i) => !same(day, narrow!.days[i - 1])));
    expect(short!.days.length).toBeLessThan(20);
    const [later] = await forecast({ roleCode: ['NURSE'], filter, at: counted(40), horizon: 'P30D' });
    expect(later!.days).toEqual(narrow!.days.slice(40, 70));
  });

  it('names the first day under the minimum and everybody who brings it about, with the reason (N8)', async () => {
    const [all] = await forecast({ roleCode: ['NURSE'], horizon: `P${HORIZON}D`, minimum: 24 });
    const eligible = whoCounts(
      ({ status, verdicts }) => status === 'ACTIVE' && ['ELIGIBLE', 'AT_RISK'].includes(verdicts['NURSE']!),
    );
    const first = eligible.findIndex(({ size }) => size < 24);
    expect(first).toBeGreaterThan(10);
    expect(all!.firstShortfallOn).toBe(on(first));
    const lapsed = new Set(
      eligible
        .slice(0, first)
        .flatMap((day) => [...day])
        .filter((id) => !eligible[first]!.has(id)),
    );
    expect(all!.lapses.nodes.map(({ employee }) => employee.externalId).sort()).toEqual([...lapsed].sort());
    expect(all!.lapses.totalCount).toBe(lapsed.size);
    const departures: Record<string, readonly [at: string, why: string]> = {
      P01: ['2026-06-15T09:00:00.000Z', 'leave begins'],
      P03: ['2026-06-13T00:00:00.000Z', 'employment ends'],
    };
    for (const { at, because, employee } of all!.lapses.nodes) {
      const person = PEOPLE.find(({ id }) => id === employee.externalId)!;
      const departure = departures[employee.externalId];
      expect(at).toBe(departure?.[0] ?? `${on(Math.min(...person.ends))}T00:00:00.000Z`);
      const [cpr, license] = person.ends;
      const ended = [
        ...(cpr <= license ? ['CPR certification expires'] : []),
        ...(license <= cpr ? ['LICENSE enters grace'] : []),
      ];
      expect({ person, because }).toEqual({ person, because: departure ? [departure[1]] : ended });
    }
    // two of them in one request, each with its own
    const both = await api.ask(
      ['NURSE', 'AIDE']
        .map((role) => `${role}: coverageForecast(roleCode: "${role}", horizon: "P${HORIZON}D", minimum: 24) { ${FORECAST} }`)
        .join(),
    );
    expect(both).toEqual({
      NURSE: [all],
      AIDE: await forecast({ roleCode: ['AIDE'], horizon: `P${HORIZON}D`, minimum: 24 }),
    });
    expect(both.AIDE[0].lapses.totalCount).toBeGreaterThan(0);
    const moved = await forecast({ roleCode: ['NURSE'], groupBy: ['DEPARTMENT'], horizon: `P${HORIZON}D`, minimum: 8 });
    const reasons = moved.flatMap(({ lapses }) =>
      lapses.nodes.map(({ employee, because }) => `${employee.externalId}: ${because.join()}`),
    );
    expect(reasons).toEqual(expect.arrayContaining(['P02: department becomes ED', 'P03: employment ends']));
    const page = await forecast(
      { roleCode: ['NURSE'], horizon: `P${HORIZON}D`, minimum: 24 },
      'lapses(first: 2) { totalCount nodes { at } pageInfo { hasNextPage } }',
    );
    expect(page[0]!.lapses).toMatchObject({ totalCount: lapsed.size, pageInfo: { hasNextPage: true } });
  });

  /** The fewest renewals by trying all: which credentials of whom, so that there are `minimum` on every day or as many as there can be. */
  const fewestByHand = (minimum: number, isThere: (person: (typeof lists)[number][number]) => boolean): number => {
    const there = whoCounts(isThere);
    const last = HORIZON - 1;
    const lapses = PEOPLE.flatMap(({ id, ends }) =>
      ends.flatMap((end, i) => (end <= last && there.some((day, n) => n >= end && day.has(id)) ? [{ id, i }] : [])),
    );
    expect(lapses.length).toBeLessThanOrEqual(12);
    const counts = (renewed: ReadonlySet<string>): number[] =>
      there.map(
        (day, n) =>
          PEOPLE.filter(({ id, ends }) => day.has(id) && ends.every((end, i) => n < end || renewed.has(`${id} ${i}`))).length,
      );
    const best = counts(new Set(lapses.map(({ id, i }) => `${id} ${i}`)));
    let fewest = Infinity;
    for (let bits = 0; bits < 2 ** lapses.length; bits++) {
      const subset = new Set(lapses.filter((_, n) => bits & (1 << n)).map(({ id, i }) => `${id} ${i}`));
      if (subset.size < fewest && counts(subset).every((count, n) => count >= Math.min(minimum, best[n]!))) fewest = subset.size;
    }
    return fewest;
  };

  it('finds the fewest renewals, as many as trying every set of them does (N8)', async () => {
    for (const department of ['ED', 'ICU']) {
      for (const location of LOCATIONS) {
        const isThere = (person: (typeof lists)[number][number]) =>
          person.status === 'ACTIVE' && person.department === department && person.location === location;
        for (const minimum of [1, 3, 5, 7]) {
          const filter = { department: [department], location: [location] };
          const [asked] = await forecast({ roleCode: ['NURSE'], filter, horizon: `P${HORIZON}D`, minimum });
          const byHand = fewestByHand(minimum, isThere);
          expect({ filter, minimum, fewest: asked!.renewalPlan?.count ?? 0 }).toEqual({ filter, minimum, fewest: byHand });
          if (asked!.renewalPlan) expect(asked!.renewalPlan.isOptimal).toBe(true);
        }
      }
    }
  });

  it('counts answers in groups as a count of the list does, at any instant, with any filter (I13)', async () => {
    const list = async (filter: object | null, when: object): Promise<any[]> => {
      const found: any[] = [];
      for (let after: string | null = null; ;) {
        const { eligibilities }: any = await api.ask(
          'eligibilities(filter: $filter, first: 30, after: $after, at: $at, knownAt: $knownAt) { nodes { verdict role { code } employee { externalId department location jobFamily roleCodes } } pageInfo { hasNextPage endCursor } }',
          { filter, after, ...when },
          '($filter: EligibilityFilter, $after: String, $at: DateTime, $knownAt: DateTime) ',
        );
        found.push(...eligibilities.nodes);
        after = eligibilities.pageInfo.endCursor;
        if (!eligibilities.pageInfo.hasNextPage) return found;
      }
    };
    const values: Record<string, (row: any) => string> = {
      DEPARTMENT: (row) => row.employee.department ?? '',
      LOCATION: (row) => row.employee.location ?? '',
      JOB_FAMILY: (row) => row.employee.jobFamily ?? '',
      ROLE: (row) => row.role.code,
      VERDICT: (row) => row.verdict,
    };
    await api.upsert(
      PEOPLE.slice(0, 20).map(({ id }, i) => ({
        externalId: id,
        roleCodes: [['NURSE'], ['AIDE', 'NURSE'], ['COOK'], []][i % 4],
        jobFamily: ['CARE', null][i % 2],
      })),
    );
    const filters = [
      null,
      { verdict: ['NOT_ELIGIBLE', 'GRACE'], roleCode: ['NURSE'] },
      { assigned: true, verdict: ['NOT_ELIGIBLE'] },
      { assigned: false, location: ['Bonn'] },
      { department: ['ED'], changesBefore: counted(30) },
    ];
    for (const when of [{}, { at: counted(50) }, { at: counted(50), knownAt: '2026-05-31T00:00:00Z' }]) {
      for (const filter of filters) {
        const rows = await list(filter, when);
        for (const groupBy of [['DEPARTMENT', 'LOCATION', 'ROLE'], ['VERDICT'], ['ROLE', 'VERDICT', 'JOB_FAMILY']]) {
          const { eligibilityCounts } = await api.ask(
            'eligibilityCounts(groupBy: $groupBy, filter: $filter, at: $at, knownAt: $knownAt) { keys count }',
            { groupBy, filter, ...when },
            '($groupBy: [EligibilityDimension!]!, $filter: EligibilityFilter, $at: DateTime, $knownAt: DateTime) ',
          );
          const byHand = new Map<string, number>();
          for (const row of rows) {
            const key = JSON.stringify(groupBy.map((dimension) => values[dimension]!(row)));
            byHand.set(key, (byHand.get(key) ?? 0) + 1);
          }
          const told = eligibilityCounts.map(({ keys, count }: { keys: string[]; count: number }) => [
            JSON.stringify(keys),
            count,
          ]);
          expect({ when, filter, groupBy, counts: told.sort() }).toEqual({ when, filter, groupBy, counts: [...byHand].sort() });
        }
      }
    }
    // somebody assigned to a role is found in it by their codes, whatever the case of what they are eligible for
    const gaps = await list({ assigned: true, verdict: ['NOT_ELIGIBLE'] }, { at: counted(50) });
    expect(gaps.length).toBeGreaterThan(3);
    expect(gaps.every(({ role, employee }) => employee.roleCodes.includes(role.code))).toBe(true);
  });

  it('is right: once what it names is renewed, no day falls short, and what was known before stays as it was (N8)', async () => {
    const question = {
      roleCode: ['NURSE'],
      groupBy: ['DEPARTMENT'],
      horizon: `P${HORIZON}D`,
      minimum: 7,
      includeGrace: true,
      at: NOW,
    };
    const before = await forecast(question);
    const renewals = before.flatMap(({ renewalPlan }) => renewalPlan?.renewals.nodes ?? []);
    expect(renewals.length).toBeGreaterThan(5);
    for (const { lapsesAt, dueOn } of renewals) expect(Date.parse(`${dueOn}T00:00:00Z`) + DAY).toBe(Date.parse(lapsesAt));
    server.clock.set('2026-06-01T13:00:00.000Z');
    await api.issue(
      renewals.map(({ dueOn, employee, credential }) => ({
        employeeExternalId: employee.externalId,
        typeCode: credential.type.code,
        issuedOn: dueOn,
        expiresOn: '2028-12-31',
      })),
    );
    const after = await forecast(question);
    expect(after.map(({ firstShortfallOn }) => firstShortfallOn)).toEqual(
      before.map(({ renewalPlan }) => renewalPlan?.remainingShortfallOn ?? null),
    );
    expect(await forecast({ ...question, knownAt: NOW })).toEqual(before);
  });

  it('refuses what it cannot answer, and says what to do', async () => {
    const refused = async (args: string): Promise<string[]> => {
      const { errors } = await server.send(`{ coverageForecast(${args}) { keys } }`);
      return [errors![0]!.extensions.code, errors![0]!.message];
    };
    expect(await refused('roleCode: ["NURSE", "COOK"]')).toEqual(['BAD_USER_INPUT', expect.stringContaining('"COOK"')]);
    expect(await refused('roleCode: ["NURSE"], groupBy: [LOCATION, DEPARTMENT, LOCATION]')).toEqual([
      'BAD_USER_INPUT',
      'groupBy names LOCATION twice: name each dimension once.',
    ]);
    expect(await refused('roleCode: ["NURSE"], minimum: -1')).toEqual(['BAD_USER_INPUT', expect.stringContaining('0 or more')]);
    expect(await refused('roleCode: ["NURSE"], horizon: "P5Y1D"')).toEqual([
      'BAD_USER_INPUT',
      expect.stringContaining('P5Y at most'),
    ]);
    for (const at of ['0001-01-01T00:00:00Z', '9999-12-31T00:00:00Z']) {
      expect(await refused(`roleCode: ["NURSE"], at: "${at}"`)).toEqual([
        'BAD_USER_INPUT',
        expect.stringContaining('1000 to 9000'),
      ]);
    }
    const many = Array.from({ length: 120 }, (_, i) => ({ externalId: `M${i}`, department: `D${i}`, location: `L${i}` }));
    await api.upsert(many);
    expect(await refused('roleCode: ["NURSE", "AIDE"], horizon: "P5Y", groupBy: [DEPARTMENT, LOCATION]')).toEqual([
      'QUERY_TOO_EXPENSIVE',
      expect.stringContaining('shorten the horizon'),
    ]);
  });
});
