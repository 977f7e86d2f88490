// Publishing a rule for many: facts go on arriving, everybody is judged by it at one position, and the end is what a full recompute says.
import { judge } from '../../src/core/evaluate';
import { toSegments } from '../../src/core/verdict';
import { factsOfPeople } from '../../src/graph/eligibility/known-facts';
import { createPool, transaction } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, talkTo, type Talk } from '../kit/seed';

const NOW = '2026-06-01T12:00:00.000Z';
const DAY = 86_400_000;
const holds = (typeCode: string) => ({ holds: { typeCode } });
const icu = { attribute: { name: 'department', equals: 'ICU' } };

/** With this few people and more, rules are published as for many. */
const asForMany = (server: TestApp, more: object = {}): void => {
  Object.assign(server.app.graph.publishing, { fewPeople: -1, ...more });
};

const STORED = `SELECT e.external_id AS who, r.code, g.valid_from AS "from", g.valid_to AS "to", g.verdict, g.rule_version AS version
  FROM eligibility_segment g JOIN employee e ON e.id = g.employee_id JOIN role r ON r.id = g.role_id AND r.retired_in IS NULL
  WHERE g.retired_in IS NULL ORDER BY 1, 2, 3`;

/** What is stored of verdicts, and what a recompute from all facts would store, as lines. */
async function storedAndRecomputed(server: TestApp): Promise<{ stored: string[]; recomputed: string[] }> {
  const pool = await createPool(server.databaseUrl, { max: 2 });
  try {
    const { credentials, rules, zone } = server.app.graph;
    const definitions = await rules.get(pool, false);
    const types = [...(await credentials.get(pool, false)).types.values()];
    const { rows: people } = await pool.query<{ id: string; external_id: string }>('SELECT id, external_id FROM employee');
    const view = { at: 0, known: null, sight: null };
    const facts = await factsOfPeople(
      pool,
      view,
      people.map(({ id }) => id),
      { types, rules: definitions, zone },
    );
    const line = (who: string, code: string, s: { from: number; to: number; verdict: string }, version: number | null) =>
      `${who} ${code} ${s.from} ${s.to} ${s.verdict} ${version}`;
    const recomputed = people.flatMap(({ id, external_id: who }) =>
      [...definitions.judged.values()].flatMap(({ role, versions }) =>
        toSegments(judge(versions, facts.get(id)!, zone)).map((segment) => line(who, role.code, segment, segment.ruleVersion)),
      ),
    );
    const { rows } = await pool.query<{ who: string; code: string; from: number; to: number; verdict: string; version: number }>(
      STORED,
    );
    return { stored: rows.map((row) => line(row.who, row.code, row, row.version)).sort(), recomputed: recomputed.sort() };
  } finally {
    await pool.end();
  }
}

async function populate(api: Talk, count: number): Promise<string[]> {
  const people = Array.from({ length: count }, (_, i) => `E${i}`);
  let seed = 5;
  const next = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const day = (offset: number) => new Date(Date.parse(NOW) + offset * DAY).toISOString().slice(0, 10);
  const grace = { life: 'P6M', grace: 'P30D', graceCounts: true };
  await api.defineTypes({ code: 'A', renewal: grace }, { code: 'B', renewal: { life: 'P1Y' } }, { code: 'C' });
  await api.defineCourses({ code: 'CPD', creditHours: 4 });
  await api.upsert(
    people.map((externalId, i) => ({ externalId, department: ['ICU', 'ER', null][i % 3], effectiveAt: '2020-01-01T00:00:00Z' })),
  );
  await api.issue(
    people.flatMap((employeeExternalId) =>
      ['A', 'B', 'C'].flatMap((typeCode) => (next(3) > 0 ? [{ employeeExternalId, typeCode, issuedOn: day(-next(400)) }] : [])),
    ),
  );
  return people;
}

describe('a rule published for many', () => {
  let servers: TestApp[] = [];
  const start = async (options: Parameters<typeof startTestApp>[0] = {}): Promise<TestApp> => {
    const server = await startTestApp({ at: NOW, ...options });
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    for (const server of servers) await server.stop();
    servers = [];
  });

  it('leaves and tells the same as one published for few, also for rules that refer to it (E6, N5)', async () => {
    const told = async (many: boolean) => {
      const server = await start();
      const api = talkTo(server);
      await populate(api, 40);
      if (many) asForMany(server);
      await api.defineRoles('BASE', 'ABOVE');
      const after = (await api.upsert([{ externalId: 'last' }])).cursor;
      const publish = async (code: string, rule: object, more: object = {}) =>
        expect((await api.publishRule(code, rule as never, more as never)).refusal).toBeNull();
      await publish('BASE', { any: [holds('A'), icu] }, { warnBefore: 'P30D' });
      await publish('ABOVE', { all: [{ rule: { roleCode: 'BASE' } }, holds('B')] });
      server.clock.advance(20 * DAY);
      await publish('BASE', { all: [holds('A'), { not: icu }] }, { warnBefore: 'P60D' });
      server.clock.advance(DAY);
      await publish('BASE', { any: [holds('C'), { all: [{ rule: { roleCode: 'BASE', version: 1 } }, holds('B')] }] });
      await publish(
        'ABOVE',
        { any: [{ rule: { roleCode: 'BASE', version: 2 } }, holds('C')] },
        { effectiveFrom: '2026-09-01T00:00:00Z' },
      );
      const seen = await api.changes(
        '__typename occurredAt ... on EligibilityChange { employee { externalId } role { code } kind before after until correctedFrom correctedUntil because }',
        null,
        after,
      );
      const { stored, recomputed } = await storedAndRecomputed(server);
      expect(stored).toEqual(recomputed);
      expect(stored.length).toBeGreaterThan(50);
      // time goes on as if nothing had been special
      server.clock.advance(100 * DAY);
      await eventually(
        () =>
          server.execute<{ due: number }>('SELECT count(*)::int AS due FROM employee WHERE next_change_at <= $1', [
            new Date(server.clock.now()).toISOString(),
          ]),
        ([row]) => row!.due === 0,
      );
      // what the timers have committed is in the log a moment later
      await eventually(
        () => server.execute<{ n: number }>('SELECT count(*)::int AS n FROM inbox'),
        ([row]) => row!.n === 0,
      );
      const versions = await server.execute<{ wrong: number }>(
        `SELECT count(*)::int AS wrong FROM employee e WHERE version <> (SELECT count(*) FROM log l WHERE l.entity = e.id)
           OR version <> (SELECT max(l.entity_version) FROM log l WHERE l.entity = e.id)`,
      );
      expect(versions).toEqual([{ wrong: 0 }]);
      const all = await api.changes(
        '__typename occurredAt ... on EligibilityChange { employee { externalId } role { code } kind before after until because }',
        null,
        after,
      );
      const lines = ({ found }: { found: readonly object[] }) => found.map((change) => JSON.stringify(change)).sort();
      return { stored, seen: lines(seen), later: lines(all) };
    };
    const [few, many] = [await told(false), await told(true)];
    expect(many.stored).toEqual(few.stored);
    expect(many.seen).toEqual(few.seen);
    expect(many.later).toEqual(few.later);
    expect(many.seen.length).toBeGreaterThan(60);
  }, 60_000);

  it('is told and stored right while facts keep changing, and readers never see two versions at once (E7)', async () => {
    const server = await start({ at: undefined });
    const api = talkTo(server);
    const people = await populate(api, 60);
    let between = (): Promise<unknown> => Promise.resolve();
    let running = Promise.resolve<unknown>(undefined);
    asForMany(server, { onProgress: () => (running = Promise.all([running, between()])) });
    await api.defineRoles('TARGET');
    const rules = [
      holds('A'),
      { any: [holds('B'), icu] },
      { all: [holds('C'), { not: icu }] },
      { any: [{ not: holds('A') }, icu] },
    ];
    expect((await api.publishRule('TARGET', rules[0]!)).refusal).toBeNull();
    let isOver = false;
    let writes = 0;
    const write = async (n: number): Promise<void> => {
      const who = people[(n * 7) % people.length]!;
      if (n % 3 === 0)
        await api.upsert([
          { externalId: who, department: ['ICU', 'ER'][n % 2] },
          { externalId: `NEW${n}`, department: 'ICU' },
        ]);
      else await api.issue([{ employeeExternalId: who, typeCode: 'ABC'[n % 3], issuedOn: `2026-0${1 + (n % 5)}-01` }]);
    };
    const writer = async (): Promise<void> => {
      while (!isOver) await write(writes++);
    };
    // these come for certain between the reading of everybody and the publication
    between = () => Promise.all([write(writes++), write(writes++)]);
    const seen = new Set<number>();
    const reader = async (): Promise<void> => {
      while (!isOver) {
        const { eligibilities } = await api.ask(
          'eligibilities(first: 200, filter: { roleCode: ["TARGET"] }) { nodes { ruleVersion employee { externalId } } }',
        );
        const versions = new Set<number>(eligibilities.nodes.map((node: { ruleVersion: number }) => node.ruleVersion));
        expect([...versions]).toHaveLength(1);
        seen.add([...versions][0]!);
      }
    };
    const racing = Promise.all([writer(), writer(), reader()]);
    const end = Date.now() + 8_000;
    let published = 1;
    while (Date.now() < end) {
      const answer = await api.publishRule('TARGET', rules[published % rules.length]!);
      expect(answer.refusal).toBeNull();
      published += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    isOver = true;
    await racing;
    await running;
    expect(published).toBeGreaterThan(4);
    expect(seen.size).toBeGreaterThan(2);
    expect(writes).toBeGreaterThan(20);
    const { stored, recomputed } = await storedAndRecomputed(server);
    expect(stored).toEqual(recomputed);
    const numbered = await server.execute<{ wrong: number }>(
      `SELECT count(*)::int AS wrong FROM employee e WHERE version <> (SELECT count(*) FROM log l WHERE l.entity = e.id)
         OR EXISTS (SELECT 1 FROM log a JOIN log b ON a.entity = b.entity AND a.pos < b.pos AND a.entity_version >= b.entity_version WHERE a.entity = e.id)`,
    );
    expect(numbered).toEqual([{ wrong: 0 }]);
  }, 60_000);

  it('begins again when definitions changed before it could hold them (E7)', async () => {
    const server = await start();
    const api = talkTo(server);
    await populate(api, 20);
    await api.defineRoles('TARGET');
    let [judged, before] = [0, 0];
    asForMany(server, { onProgress: () => (judged += 1) });
    const pool = await createPool(server.databaseUrl, { max: 2 });
    await transaction(pool, async (db) => {
      await db.query('SELECT pg_advisory_xact_lock_shared(7002)');
      const publishing = api.publishRule('TARGET', holds('A'));
      await eventually(
        async () => (await pool.query('SELECT 1 FROM pg_locks WHERE objid = 7002 AND NOT granted')).rowCount,
        (waiting) => waiting === 1,
      );
      before = judged;
      await db.query('UPDATE catalogue_head SET version = version + 1');
      await db.query('COMMIT');
      expect((await publishing).refusal).toBeNull();
    });
    await pool.end();
    expect(judged).toBe(2 * before);
    const { stored, recomputed } = await storedAndRecomputed(server);
    expect(stored).toEqual(recomputed);
    expect(stored.length).toBeGreaterThan(10);
  });

  it('leaves nothing when it fails at the end, or its connection is cut in the middle (E7)', async () => {
    let isBroken = false;
    const server = await start({
      reactions: [
        async (write) => {
          if (isBroken && write.arrived.has('catalogue')) throw new Error('broken on purpose');
          return Promise.resolve();
        },
      ],
    });
    const api = talkTo(server);
    await populate(api, 30);
    await api.defineRoles('TARGET');
    expect((await api.publishRule('TARGET', holds('A'))).refusal).toBeNull();
    const state = async () =>
      JSON.stringify([
        await server.execute(STORED),
        await server.execute('SELECT pos FROM log_head'),
        await server.execute('SELECT id, version, settled_until, next_change_at FROM employee ORDER BY id'),
        await server.execute('SELECT count(*) FROM inbox'),
        await server.execute('SELECT version FROM rule_version'),
      ]);
    const before = await state();
    const send = () =>
      server.send('mutation ($input: RuleDraftInput!) { publishRule(input: $input) { refusal { code } } }', {
        input: { roleCode: 'TARGET', rule: holds('B') },
      });
    isBroken = true;
    asForMany(server);
    expect((await send()).errors?.[0]?.extensions.code).toBe('INTERNAL');
    expect(await state()).toBe(before);
    isBroken = false;
    const cut: Promise<unknown>[] = [];
    asForMany(server, {
      onProgress: () =>
        cut.push(
          server.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objid = 7004 AND l.pid <> pg_backend_pid()",
          ),
        ),
    });
    expect((await send()).errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    await Promise.all(cut);
    expect(await state()).toBe(before);
    asForMany(server, { onProgress: undefined });
    expect((await send()).errors).toBeUndefined();
    const { stored, recomputed } = await storedAndRecomputed(server);
    expect(stored).toEqual(recomputed);
  });
});
