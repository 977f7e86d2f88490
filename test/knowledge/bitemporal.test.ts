// What held when, as known when: every answer against a list of dated facts, read by brute force.
import { startTestApp } from '../kit/app';
import { seeded } from '../kit/seeded';
import { History } from './history';

const WRITES = 70;
const QUESTIONS = 60;

const VIEW = `query ($at: DateTime, $knownAt: DateTime) {
  employees(orderBy: EXTERNAL_ID, at: $at, knownAt: $knownAt) { totalCount nodes {
    externalId name department jobTitle attributes
    manager { externalId department }
    reports { totalCount nodes { externalId department } }
    all: reports(transitive: true) { totalCount nodes { externalId } }
    credentials { totalCount nodes { type { code } status issuedAt expiresAt employee { department } } }
    eligibilities { totalCount nodes { role { code rule { version } } verdict ruleVersion employee { externalId } } }
  } }
  ward: employees(filter: { department: ["Ward"] }, at: $at, knownAt: $knownAt) { totalCount nodes { externalId } }
  below: employees(filter: { managerExternalId: "E0" }, at: $at, knownAt: $knownAt) { totalCount nodes { externalId } }
  credentials(filter: { status: [ACTIVE, GRACE], department: ["Ward", "Lab"] }, at: $at, knownAt: $knownAt) { totalCount nodes { type { code } employee { externalId } } }
  credentialCounts(groupBy: [DEPARTMENT, TYPE, STATUS], at: $at, knownAt: $knownAt) { keys count }
  eligibilities(filter: { verdict: [ELIGIBLE, GRACE] }, at: $at, knownAt: $knownAt) { totalCount nodes { employee { externalId } role { code } verdict } }
}`;

const iso = (instant: number | null): string | null => (instant === null ? null : new Date(instant).toISOString());
const sorted = <T>(list: readonly T[], key: (entry: T) => string): T[] => [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));

/** The answer to VIEW that the model gives. */
function expected({ model }: History, at: number, known: number): any {
  const people = [...model.people.keys()].filter((person) => model.isListed(person, at, known)).sort();
  const text = (person: string, name: string): string | null =>
    (model.attribute(person, name, at, known) ?? null) as string | null;
  const held = (person: string) =>
    History.types
      .flatMap((code) => ({ code, ...(model.holding(person, code, at, known) ?? { status: null }) }))
      .filter(({ status }) => status !== null) as any[];
  const roles = ['R1', 'R2', 'R3'].map((code) => model.rule(code, at, known)).filter((rule) => rule !== null);
  const verdicts = people.flatMap((person) =>
    roles.map((rule) => ({ person, rule, verdict: model.verdict(person, rule, at, known) })),
  );
  const everything = [...model.people.keys()].flatMap((person) =>
    held(person).map((one) => ({ ...one, person, department: text(person, 'department') })),
  );
  const counts = new Map<string, number>();
  for (const { code, status, department } of everything) {
    const key = JSON.stringify([department ?? '', code, status]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const list = (nodes: any[]) => ({ totalCount: nodes.length, nodes });
  return {
    employees: list(
      people.map((externalId) => {
        const above = model.manager(externalId, at, known);
        const reports = (isTransitive: boolean) => model.reports(externalId, at, known, isTransitive).sort();
        const grade = model.attribute(externalId, 'grade', at, known);
        return {
          externalId,
          name: text(externalId, 'givenName') ?? externalId,
          department: text(externalId, 'department'),
          jobTitle: text(externalId, 'jobTitle'),
          attributes: grade === undefined ? {} : { grade },
          manager: above === null ? null : { externalId: above, department: text(above, 'department') },
          reports: list(reports(false).map((id) => ({ externalId: id, department: text(id, 'department') }))),
          all: list(reports(true).map((id) => ({ externalId: id }))),
          credentials: list(
            sorted(
              held(externalId).map(({ code, status, issuedAt, expiresAt }) => ({
                type: { code },
                status,
                issuedAt: iso(issuedAt),
                expiresAt: iso(expiresAt),
                employee: { department: text(externalId, 'department') },
              })),
              (one) => one.type.code,
            ),
          ),
          eligibilities: list(
            verdicts
              .filter(({ person }) => person === externalId)
              .map(({ rule, verdict }) => ({
                role: { code: rule.role, rule: { version: rule.version } },
                verdict,
                ruleVersion: rule.version,
                employee: { externalId },
              })),
          ),
        };
      }),
    ),
    ward: list(people.filter((person) => text(person, 'department') === 'Ward').map((externalId) => ({ externalId }))),
    below: list(
      people
        .filter((person) => model.manager(person, at, known) === 'E0' && model.isListed('E0', at, known))
        .map((externalId) => ({ externalId })),
    ),
    credentials: list(
      sorted(
        everything
          .filter(({ status, department }) => ['ACTIVE', 'GRACE'].includes(status) && ['Ward', 'Lab'].includes(department))
          .map(({ code, person }) => ({ type: { code }, employee: { externalId: person } })),
        (one) => JSON.stringify(one),
      ),
    ),
    credentialCounts: sorted(
      [...counts].map(([key, count]) => ({ keys: JSON.parse(key), count })),
      (one) => JSON.stringify(one.keys),
    ),
    eligibilities: list(
      sorted(
        verdicts
          .filter(({ verdict }) => ['ELIGIBLE', 'GRACE'].includes(verdict))
          .map(({ person, rule, verdict }) => ({ employee: { externalId: person }, role: { code: rule.role }, verdict })),
        (one) => JSON.stringify(one),
      ),
    ),
  };
}

/** The answer with its lists in the model's order, where the product promises none. */
function inOrder(answer: any): any {
  const byText = (one: unknown): string => JSON.stringify(one);
  const list = (connection: any, key: (one: any) => string) => ({ ...connection, nodes: sorted(connection.nodes, key) });
  return {
    ...answer,
    employees: {
      ...answer.employees,
      nodes: answer.employees.nodes.map((node: any) => ({
        ...node,
        reports: list(node.reports, (one) => one.externalId),
        all: list(node.all, (one) => one.externalId),
        credentials: list(node.credentials, (one) => one.type.code),
        eligibilities: list(node.eligibilities, (one) => one.role.code),
      })),
    },
    ward: list(answer.ward, (one) => one.externalId),
    below: list(answer.below, (one) => one.externalId),
    credentials: list(answer.credentials, byText),
    credentialCounts: sorted(answer.credentialCounts, (one: any) => JSON.stringify(one.keys)),
    eligibilities: list(answer.eligibilities, byText),
  };
}

describe('what held at one instant as known at another', () => {
  it('lists the answers that change before an instant: those whose until says so', async () => {
    const server = await startTestApp({ at: iso(History.start)! });
    try {
      const history = new History(server, 5);
      await history.define();
      for (let i = 0; i < 30; i++) await history.next();
      for (const at of history.instants(20)) {
        const knownAt = iso(seeded(at).pick(history.told).at);
        const before = iso(at + 40 * 86_400_000);
        const { all, changing } = await server.query(
          `query ($at: DateTime, $knownAt: DateTime, $before: DateTime) {
            all: eligibilities(first: 200, at: $at, knownAt: $knownAt) { nodes { employee { externalId } role { code } until } }
            changing: eligibilities(first: 200, filter: { changesBefore: $before }, at: $at, knownAt: $knownAt) {
              totalCount nodes { employee { externalId } role { code } until } } }`,
          { at: iso(at), knownAt, before },
        );
        const expected = all.nodes.filter((node: any) => node.until !== null && node.until < before!);
        expect(changing).toEqual({ totalCount: expected.length, nodes: expected });
      }
    } finally {
      await server.stop();
    }
  }, 20_000);

  it.each([1, 2])(
    'is what the facts told by then say, for everything below every root field (A1, A12, C9, B18; history %i)',
    async (seed) => {
      const server = await startTestApp({ at: iso(History.start)! });
      try {
        const history = new History(server, seed);
        await history.define();
        for (let i = 0; i < WRITES; i++) await history.next();
        const chance = seeded(seed + 1000);
        const ask = async (at: number, knownAt: number | null) =>
          inOrder(await server.query(VIEW, { at: iso(at), knownAt: iso(knownAt) }));
        for (const at of history.instants(QUESTIONS)) {
          const told = chance.pick(history.told);
          const place = `at ${iso(at)}, known at ${iso(told.at)} (write ${told.write})`;
          expect({ place, ...(await ask(at, told.at)) }).toEqual({ place, ...expected(history, at, told.write) });
          expect({ place, ...(await ask(at, told.at - 1)) }).toEqual({ place, ...expected(history, at, told.write - 1) });
        }
        for (const at of history.instants(10)) expect(await ask(at, null)).toEqual(expected(history, at, Infinity));
      } finally {
        await server.stop();
      }
    },
    60_000,
  );
});
