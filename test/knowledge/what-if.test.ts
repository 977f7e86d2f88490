// What would be different, against what is different once it has really happened: on a clone of the same database.
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { nursesNeedCpr, talkTo } from '../kit/seed';
import { History } from './history';

const DAY = 86_400_000;
const WRITES = 40;
const iso = (instant: number): string => new Date(instant).toISOString();

const WHAT_IF = `query ($input: WhatIfInput!, $after: String) { whatIf(input: $input, horizon: "P150Y") {
  refusal { code message path } peopleCount passedOver gainedNow lostNow
  affected(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { employee { externalId } role { code } from to before after } } } }`;

interface Change {
  readonly employee: { externalId: string };
  readonly role: { code: string };
  readonly from: string | null;
  readonly to: string | null;
  readonly before: string;
  readonly after: string;
}

/** The whole answer, page by page. */
async function whatIf(server: TestApp, input: object): Promise<any> {
  const changes: Change[] = [];
  for (let after: string | null = null; ;) {
    const { whatIf: answer }: { whatIf: any } = await server.query(WHAT_IF, { input, after });
    changes.push(...answer.affected.nodes);
    if (!answer.affected.pageInfo.hasNextPage) {
      expect(answer.affected.totalCount).toBe(changes.length);
      return { ...answer, changes };
    }
    after = answer.affected.pageInfo.endCursor;
  }
}

interface Stored {
  readonly pair: string;
  readonly from: number;
  readonly to: number;
  readonly verdict: string;
}

/** Every stored verdict, over all of time. */
const stored = (server: TestApp): Promise<Stored[]> =>
  server.execute<Stored>(`SELECT e.external_id || ' ' || r.code AS pair, g.valid_from AS "from", g.valid_to AS "to", g.verdict
    FROM eligibility_segment g JOIN employee e ON e.id = g.employee_id JOIN role r ON r.id = g.role_id AND r.retired_in IS NULL
    WHERE g.retired_in IS NULL ORDER BY r.code, e.external_id, g.valid_from`);

const verdictAt = (rows: readonly Stored[], pair: string, at: number): string =>
  rows.find((row) => row.pair === pair && row.from <= at && at < row.to)?.verdict ?? 'NOT_ELIGIBLE';

/** Fails unless the changes, made to the first timelines, give the second. */
function expectEffect(before: readonly Stored[], changes: readonly Change[], after: readonly Stored[], now: number): void {
  const pairs = new Set([...before, ...after].map((row) => row.pair));
  const instants = [...before, ...after].flatMap((row) => [row.from - 1, row.from, row.to - 1, row.to]).filter(Number.isFinite);
  for (const pair of pairs) {
    const own = changes.filter(({ employee, role }) => `${employee.externalId} ${role.code}` === pair);
    for (const at of [...new Set([...instants, now])]) {
      const told = own.find(({ from, to }) => (from === null || Date.parse(from) <= at) && (to === null || at < Date.parse(to)));
      // where no rule is in effect nothing is stored either
      const known = (verdict: string) =>
        verdict === 'UNKNOWN' && verdictAt(before, pair, at) === 'NOT_ELIGIBLE' ? 'NOT_ELIGIBLE' : verdict;
      const place = { pair, at: iso(at) };
      expect({ ...place, verdict: told ? known(told.before) : verdictAt(before, pair, at) }).toEqual({
        ...place,
        verdict: verdictAt(before, pair, at),
      });
      expect({ ...place, verdict: told ? told.after : verdictAt(before, pair, at) }).toEqual({
        ...place,
        verdict: verdictAt(after, pair, at),
      });
    }
  }
}

/** Something supposed of one person, and the mutations that make it true. */
interface Supposition {
  readonly what: object;
  readonly make: (server: TestApp) => Promise<unknown>;
}

async function revokeAll(server: TestApp, of: { employee?: string; type?: string | null }, effectiveAt: string): Promise<void> {
  const held = await server.execute<{ employee: string; type: string; instance: string }>(
    `SELECT e.external_id AS employee, t.code AS type, c.instance FROM credential c JOIN employee e ON e.id = c.employee_id
     JOIN credential_type t ON t.id = c.type_id AND t.retired_in IS NULL`,
  );
  for (const { employee, type, instance } of held) {
    if ((of.employee ?? employee) === employee && (of.type ?? type) === type)
      await talkTo(server).revoke([employee, type, instance], 'because', effectiveAt);
  }
}

const days = fc.integer({ min: -90, max: 90 });
const type = fc.constantFrom(...History.types);
const length = fc.option(fc.integer({ min: 1, max: 90 }));

/** Facts about one person, by the instant they are supposed at. */
const suppositions: fc.Arbitrary<(now: number, employee: string) => Supposition> = fc.oneof(
  fc
    .record({ typeCode: type, start: days, length })
    .map(({ typeCode, start, length: lasts }) => (now: number, employee: string) => {
      const [issuedAt, expiresAt] = [iso(now + start * DAY), lasts === null ? null : iso(now + (start + lasts) * DAY)];
      return {
        what: { grant: { typeCode, issuedAt, expiresAt } },
        make: (server: TestApp) => talkTo(server).issue([{ employeeExternalId: employee, typeCode, issuedAt, expiresAt }]),
      };
    }),
  fc.record({ typeCode: fc.option(type), start: days }).map(({ typeCode, start }) => (now: number, employee: string) => {
    const effectiveAt = iso(now + start * DAY);
    return {
      what: { revoke: { typeCode, effectiveAt } },
      make: (server: TestApp) => revokeAll(server, { employee, type: typeCode }, effectiveAt),
    };
  }),
  fc.record({ start: days, length }).map(({ start, length: lasts }) => (now: number, employee: string) => {
    const from = iso(now + start * DAY);
    const until = lasts === null ? null : iso(now + (start + lasts) * DAY);
    const items = [{ externalId: employee, status: 'ON_LEAVE', effectiveAt: from }];
    if (until) items.push({ externalId: employee, status: 'ACTIVE', effectiveAt: until });
    return { what: { leave: { from, until } }, make: (server: TestApp) => talkTo(server).upsert(items) };
  }),
  days.map((start) => (now: number, employee: string) => {
    const effectiveAt = iso(now + start * DAY);
    return {
      what: { terminate: { effectiveAt } },
      make: (server: TestApp) => talkTo(server).upsert([{ externalId: employee, status: 'TERMINATED', effectiveAt }]),
    };
  }),
  fc.record({ below: fc.nat(History.people.length), start: days }).map(({ below, start }) => (now: number, employee: string) => {
    // only people before one in the list, or nobody: no circle can come about
    const managerExternalId = History.people.slice(0, History.people.indexOf(employee))[below] ?? null;
    const item = { managerExternalId, effectiveAt: iso(now + start * DAY) };
    return {
      what: { manager: item },
      make: (server: TestApp) => talkTo(server).upsert([{ externalId: employee, ...item }]),
    };
  }),
);

/** One or two facts for each person; a status is supposed once, for what it goes back to is another question. */
const several = fc.array(fc.array(suppositions, { minLength: 1, maxLength: 2 }), {
  minLength: History.people.length,
  maxLength: History.people.length,
});
const isOfStatus = ({ what }: Supposition): boolean => 'leave' in what || 'terminate' in what;

describe('what if', () => {
  let original: TestDatabase;
  let server: TestApp;
  let now: number;
  let before: readonly Stored[];
  const clones: TestDatabase[] = [];
  const open = async (): Promise<TestApp> => {
    const database = await createDatabase(original);
    clones.push(database);
    return startTestApp({ at: iso(now), databaseUrl: database.url });
  };

  beforeAll(async () => {
    original = await createDatabase();
    const origin = await startTestApp({ at: iso(History.start), databaseUrl: original.url });
    const history = new History(origin, 31);
    await history.define();
    const api = talkTo(origin);
    await api.upsert(History.people.map((externalId) => ({ externalId })));
    for (let i = 0; i < WRITES; i++) await history.next();
    await api.defineRoles('AT-WORK', 'OF-E0');
    const active = { attribute: { name: 'status', equals: 'ACTIVE' } };
    await api.publishRule('AT-WORK', {
      all: [{ any: [{ holds: { typeCode: 'GRACE' } }, { holds: { typeCode: 'LIFE' } }] }, active],
    });
    await api.publishRule('OF-E0', { attribute: { name: 'managerExternalId', equals: 'E0' } });
    now = origin.clock.now();
    await origin.stop();
    server = await open();
    before = await stored(server);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    for (const clone of clones) await clone.drop();
    await original.drop();
  });

  it('answers the effect that the same facts really have on a clone, at every instant, person by person (N7)', async () => {
    let differing = 0;
    await fc.assert(
      fc.asyncProperty(several, async (ofAll) => {
        const clone = await open();
        try {
          const answers: any[] = [];
          for (const [i, employee] of History.people.entries()) {
            const all = ofAll[i]!.map((one) => one(now, employee));
            const facts = all.filter((one, n) => !isOfStatus(one) || n === all.findIndex(isOfStatus));
            const of = { employee: { externalId: { value: employee } } };
            const answer = await whatIf(server, { of, suppose: facts.map(({ what }) => what) });
            answers.push(answer);
            // nothing can be revoked of somebody who has nothing: then nothing else is supposed either
            if (answer.refusal === null) for (const { make } of facts) await make(clone);
            else expect([answer.refusal.code, answer.peopleCount]).toEqual(['CREDENTIAL_NOT_FOUND', 0]);
            if (answer.changes.length > 0) differing++;
            expectCounts(answer, now);
          }
          expectEffect(
            before,
            answers.flatMap(({ changes }) => changes),
            await stored(clone),
            now,
          );
        } finally {
          await clone.stop();
        }
      }),
      { numRuns: 3, seed: 1, endOnFailure: true },
    );
    expect(differing).toBeGreaterThan(8);
    expect(await stored(server)).toEqual(before);
  }, 60_000);

  it.each([{ typeCode: 'LIFE' }, { issuer: 'I' }])(
    'answers what a revocation of everything of a type or issuer really does to everybody (N7; %p)',
    async (of) => {
      const clone = await open();
      try {
        const effectiveAt = iso(now - 5 * DAY);
        const answer = await whatIf(server, { of, suppose: [{ revoke: { effectiveAt } }] });
        await revokeAll(clone, { type: of.typeCode }, effectiveAt);
        expectEffect(before, answer.changes, await stored(clone), now);
        expectCounts(answer, now);
        expect(answer).toMatchObject({ refusal: null, passedOver: 0 });
        expect(answer.lostNow).toBeGreaterThan(0);
        expect(answer.peopleCount).toBeGreaterThan(4);
        expect(await stored(server)).toEqual(before);
      } finally {
        await clone.stop();
      }
    },
    30_000,
  );

  it('answers for a delay what holds on a clone where the award, or the renewal, was told with its later date (N7)', async () => {
    const [asTold, asDelayed] = [await open(), await open()];
    try {
      const delays = fc.sample(
        fc.record({ first: days, after: fc.nat(80), by: fc.integer({ min: 1, max: 60 }), length, typeCode: type }),
        { numRuns: History.people.length, seed: 2 },
      );
      const issue = (server: TestApp, employee: string, typeCode: string, at: number, lasts: number | null) =>
        talkTo(server).issue([
          {
            employeeExternalId: employee,
            typeCode,
            instance: 'late',
            issuedAt: iso(at),
            expiresAt: lasts === null ? null : iso(at + lasts * DAY),
          },
        ]);
      const changes: Change[] = [];
      for (const [i, employee] of History.people.entries()) {
        const { first, after, by, length: lasts, typeCode } = delays[i]!;
        const at = now + (first + after) * DAY;
        for (const server of [asTold, asDelayed])
          if (i % 2 === 0) await issue(server, employee, typeCode, now + first * DAY, null);
        await issue(asTold, employee, typeCode, at, lasts);
        await issue(asDelayed, employee, typeCode, at + by * DAY, lasts);
        const of = { employee: { externalId: { value: employee } } };
        const answer = await whatIf(asTold, { of, suppose: [{ delay: { typeCode, instance: 'late', by: `P${by}D` } }] });
        expect([answer.refusal, answer.passedOver]).toEqual([null, 0]);
        changes.push(...answer.changes);
      }
      expect(changes.length).toBeGreaterThan(5);
      expectEffect(await stored(asTold), changes, await stored(asDelayed), now);
    } finally {
      await asTold.stop();
      await asDelayed.stop();
    }
  }, 30_000);
});

/** Fails unless the counts are those of the changes at the instant of the question. */
function expectCounts({ changes, gainedNow, lostNow }: any, now: number): void {
  const isMet = (verdict: string) => ['ELIGIBLE', 'AT_RISK'].includes(verdict);
  const current = (changes as Change[]).filter(
    ({ from, to }) => (from === null || Date.parse(from) <= now) && (to === null || now < Date.parse(to)),
  );
  const gained = current.filter((change) => !isMet(change.before) && isMet(change.after));
  const lost = current.filter((change) => isMet(change.before) && !isMet(change.after));
  expect([gainedNow, lostNow]).toEqual([gained.length, lost.length]);
}

it('is paged while time goes on: what takes effect at once does so a moment later on the next page', async () => {
  const server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
  const api = talkTo(server);
  await nursesNeedCpr(api);
  const people = ['A', 'B', 'C', 'D', 'E'];
  await api.upsert(people.map((externalId) => ({ externalId })));
  await api.issue(people.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'CPR', issuedOn: '2026-01-01' })));
  const seen: string[] = [];
  for (let after: string | null = null; seen.length < 3 * people.length;) {
    server.clock.advance(7);
    const { whatIf: answer }: { whatIf: any } = await server.query(WHAT_IF.replace('first: 3', 'first: 1'), {
      input: { of: { typeCode: 'CPR' }, suppose: [{ revoke: { typeCode: 'CPR' } }] },
      after,
    });
    seen.push(...answer.affected.nodes.map(({ employee }: Change) => employee.externalId));
    if (!answer.affected.pageInfo.hasNextPage) break;
    after = answer.affected.pageInfo.endCursor;
  }
  expect([...new Set(seen)].sort()).toEqual(people);
  expect(seen).toHaveLength(people.length);
  await server.stop();
});
