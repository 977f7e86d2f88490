// Who sees whom, against an oracle that walks the reporting lines by hand.
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../kit/app';
import { askAs, byPerson, type Asking } from '../kit/persons';
import { talkTo } from '../kit/seed';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const PEOPLE = 50;

/** Who had which managers from when on: the truth that was told. */
interface Told {
  readonly who: number;
  readonly from: number;
  readonly manager: number | null;
  readonly others: readonly number[];
}

/** Everybody somebody sees on a day: themselves, the line below them, and whoever has one of all these as another manager. */
function seenBy(viewer: number, at: number, history: readonly Told[]): Set<number> {
  const now = new Map<number, Told>();
  for (const told of history) if (told.from <= at && (now.get(told.who)?.from ?? -Infinity) <= told.from) now.set(told.who, told);
  const line = new Set([viewer]);
  for (let size = 0; size !== line.size;) {
    size = line.size;
    for (const { who, manager } of now.values()) if (manager !== null && line.has(manager)) line.add(who);
  }
  const seen = new Set(line);
  for (const { who, others } of now.values()) if (others.some((other) => line.has(other))) seen.add(who);
  return seen;
}

describe('who sees whom, in random organisations (F8)', () => {
  const drawn = fc.sample(fc.integer({ min: 0, max: 2 ** 30 }), 2_000);
  const whole = (below: number): number => drawn.pop()! % below;
  const history: Told[] = [];
  const instants = [START + DAY / 2, START + 10.5 * DAY, START + 20.5 * DAY, START + 40.5 * DAY];
  /** What each change of the log is about, and how much had been told with it. */
  const entries: { readonly position: number; readonly who: number; readonly told: number }[] = [];
  let server: TestApp;
  let viewers: Asking[];

  beforeAll(async () => {
    server = await startTestApp({ at: '2026-03-01T12:00:00Z', authenticate: byPerson });
    const api = talkTo(server);
    const tell = async (told: readonly Told[]): Promise<void> => {
      const { results } = await api.upsert(
        told.map(({ who, from, manager, others }) => ({
          externalId: `P${who}`,
          managerExternalId: manager === null ? null : `P${manager}`,
          otherManagerExternalIds: others.map((other) => `P${other}`),
          effectiveAt: new Date(from).toISOString(),
        })),
      );
      // a circle of managers is refused, and then nothing of the item holds
      results.forEach(({ outcome }, i) =>
        outcome === 'REJECTED' || outcome === 'QUARANTINED' ? undefined : history.push(told[i]!),
      );
    };
    const changed = async (after: string | null): Promise<string> => {
      const { found, cursor } = await api.changes('position employee { externalId }', null, after);
      for (const { position, employee } of found)
        entries.push({ position, who: Number(employee.externalId.slice(1)), told: history.length });
      return cursor;
    };
    const others = (): number[] => (whole(4) === 0 ? [whole(PEOPLE)] : []);
    await tell(
      Array.from({ length: PEOPLE }, (_, who) => ({
        ...{ who, from: START, manager: who === 0 || whole(12) === 0 ? null : whole(who), others: [] },
      })),
    );
    let cursor = await changed(null);
    for (const from of [START + 10 * DAY, START + 20 * DAY, START + 100 * DAY]) {
      for (let i = 0; i < 12; i++) {
        const who = 1 + whole(PEOPLE - 1);
        await tell([
          { who, from, manager: whole(8) === 0 ? null : whole(PEOPLE), others: others().filter((other) => other !== who) },
        ]);
        cursor = await changed(cursor);
      }
    }
    viewers = [];
    for (let who = 0; who < PEOPLE; who++) viewers.push(await askAs(server, `P${who}`));
  });
  afterAll(() => server.stop());

  it('lists, counts and finds by key and by id exactly those below, at every instant asked about, over 10,000 pairs', async () => {
    const { employees: all } = await server.query('{ employees(first: 200) { nodes { id externalId } } }');
    const ids: string[] = all.nodes.map(({ id }: { id: string }) => id);
    const keys: string[] = all.nodes.map(({ externalId }: { externalId: string }) => externalId);
    let pairs = 0;
    for (const [viewer, asking] of viewers.entries()) {
      for (const at of instants) {
        const wanted = [...seenBy(viewer, at, history)].map((who) => `P${who}`).sort();
        const { employees } = await asking.query(
          'query ($at: DateTime) { employees(at: $at, first: 200) { totalCount nodes { externalId } } }',
          { at: new Date(at).toISOString() },
        );
        expect([viewer, at, employees.nodes.map((node: { externalId: string }) => node.externalId).sort()]).toEqual([
          viewer,
          at,
          wanted,
        ]);
        expect(employees.totalCount).toBe(wanted.length);
        pairs += PEOPLE;
      }
      const now = [...seenBy(viewer, Date.parse('2026-03-01T12:00:00Z'), history)].map((who) => `P${who}`);
      const { nodes } = await asking.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
      expect(
        nodes
          .map((node: unknown, i: number) => (node === null ? null : keys[i]))
          .filter(Boolean)
          .sort(),
      ).toEqual(now.sort());
    }
    expect(pairs).toBe(PEOPLE * PEOPLE * instants.length);
  });

  it('tells of each change those who saw its person at its own position, and counts nothing else', async () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    for (const [viewer, asking] of viewers.entries()) {
      const wanted = entries.filter(({ who, told }) => seenBy(viewer, now, history.slice(0, told)).has(who));
      const found: number[] = [];
      for (let after: string | null = null, hasMore = true; hasMore;) {
        const { changes }: any = await asking.query(
          'query ($after: Cursor) { changes(after: $after, first: 200) { changes { position employee { externalId } } cursor hasMore } }',
          { after },
        );
        for (const { position, employee } of changes.changes) {
          found.push(position);
          expect(employee.externalId).toBe(`P${entries.find((entry) => entry.position === position)!.who}`);
        }
        ({ cursor: after, hasMore } = changes);
      }
      expect([viewer, found]).toEqual([viewer, wanted.map(({ position }) => position)]);
    }
    expect(entries.length).toBeGreaterThan(PEOPLE + 15);
  });

  it('shows of the lines of others only what is below oneself too, with counts to match', async () => {
    for (const [viewer, asking] of viewers.entries()) {
      const { employees } = await asking.query(
        '{ employees(first: 100) { nodes { externalId manager { externalId } managers { manager { externalId } } reports(transitive: true, first: 100) { totalCount nodes { externalId } } } } }',
      );
      const seen = seenBy(viewer, Date.parse('2026-03-01T12:00:00Z'), history);
      for (const { externalId, manager, managers, reports } of employees.nodes) {
        const who = Number(externalId.slice(1));
        const below = [...seenBy(who, Date.parse('2026-03-01T12:00:00Z'), history)].filter(
          (other) => other !== who && seen.has(other),
        );
        expect(reports.nodes.map((node: { externalId: string }) => node.externalId).sort()).toEqual(
          below.map((other) => `P${other}`).sort(),
        );
        expect(reports.totalCount).toBe(below.length);
        for (const { externalId: above } of [manager, ...managers.map((line: any) => line.manager)].filter(Boolean))
          expect(seen).toContain(Number(above.slice(1)));
      }
    }
  });
});
