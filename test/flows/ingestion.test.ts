// Ingestion: each item has one effect, its own outcome, and no neighbour to spoil.
import type { Write } from '../../src/journal/write';
import { startTestApp, type TestApp } from '../kit/app';
import { ingestDocument, nursesNeedCpr, talkTo, type IngestAnswer, type Talk } from '../kit/seed';

const PASSED = { courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T08:00:00Z' };
const outcomes = (answer: IngestAnswer): string[] => answer.results.map((result) => result.outcome);

describe('ingestion', () => {
  let server: TestApp;
  let api: Talk;
  let failing: ((write: Write) => boolean) | null = null;
  beforeAll(async () => {
    server = await startTestApp({
      at: '2026-06-01T12:00:00Z',
      reactions: [
        async (write) => {
          if (failing?.(write)) throw new Error('the last reaction fails');
        },
      ],
    });
    api = talkTo(server);
    await nursesNeedCpr(api);
  });
  afterAll(() => server.stop());

  it('answers fifty concurrent requests with one key alike, and does once what they ask (B8 F14 A2)', async () => {
    await api.upsert([{ externalId: 'B8' }]);
    const { cursor: before } = await api.changes('position');
    const send = () => api.complete([{ ...PASSED, employeeExternalId: 'B8', eventId: 'ev-b8' }], { idempotencyKey: 'b8' });
    const others = Array.from({ length: 25 }, (_, i) => api.upsert([{ externalId: `other-${i}` }]));
    const answers = await Promise.all(Array.from({ length: 50 }, send));
    await Promise.all(others);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(outcomes(answers[0]!)).toEqual(['APPLIED']);
    expect(await send()).toEqual(answers[0]);
    const { found } = await api.changes('position', { employeeExternalId: ['B8'] }, before);
    expect(found.map((change) => change.__typename).sort()).toEqual([
      'CompletionChange',
      'CredentialChange',
      'EligibilityChange',
    ]);
    expect(await api.credentials('B8', 'CPR', 'history { kind }')).toEqual([{ history: [{ kind: 'ISSUED' }] }]);
    // the cursor is the position after the one effect, not after whatever came later
    const { found: here } = await api.changes('cursor', { employeeExternalId: ['B8'] }, before);
    expect(here.at(-1).cursor).toBe(answers[0]!.cursor);
  });

  it('refuses a key with another body, and lets operations and sources have their own (F14)', async () => {
    await api.upsert([{ externalId: 'F14' }], { idempotencyKey: 'k' });
    const document = ingestDocument('upsertEmployees');
    const other = await server.send(document, {
      input: { source: 'hris', idempotencyKey: 'k', employees: [{ externalId: 'F14-b' }] },
    });
    expect(other.errors).toEqual([
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('idempotencyKey') }),
    ]);
    expect(await api.person('F14-b', 'id')).toBeNull();
    expect(outcomes(await api.upsert([{ externalId: 'F14-b' }], { idempotencyKey: 'k', source: 'crm' }))).toEqual(['APPLIED']);
    expect(outcomes(await api.complete([{ ...PASSED, employeeExternalId: 'F14' }], { idempotencyKey: 'k' }))).toEqual([
      'APPLIED',
    ]);
  });

  it('takes an event once, by its id in its source, also twice in one request (B8 B9)', async () => {
    await api.upsert([{ externalId: 'B9' }]);
    const item = { ...PASSED, employeeExternalId: 'B9', eventId: 'e1' };
    const [first, second] = (await api.complete([item, item])).results;
    expect([first!.outcome, second!.outcome, second!.id]).toEqual(['APPLIED', 'DUPLICATE', first!.id]);
    expect((await api.complete([{ ...item, score: 1 }])).results[0]).toEqual({
      index: 0,
      outcome: 'DUPLICATE',
      id: first!.id,
      refusal: null,
    });
    const issue = { employeeExternalId: 'B9', typeCode: 'CPR', instance: '7', issuedOn: '2026-05-05', eventId: 'i1' };
    const [issued] = (await api.issue([issue])).results;
    expect((await api.issue([issue, { ...issue, issuedOn: '2026-05-06' }])).results).toMatchObject([
      { outcome: 'DUPLICATE', id: issued!.id },
      { outcome: 'DUPLICATE', id: issued!.id },
    ]);
    const { cursor } = await api.changes('position');
    await api.complete([item]);
    expect((await api.changes('position', null, cursor)).found).toEqual([]);
  });

  it('applies all of an atomic request or nothing, and says which item stood in the way (B16)', async () => {
    const { cursor } = await api.changes('position');
    const { results } = await api.upsert([{ externalId: 'AT-1' }, { externalId: ' ' }, { externalId: 'AT-2' }], {
      atomic: true,
      idempotencyKey: 'at',
    });
    expect(results.map((result) => [result.outcome, result.refusal!.code])).toEqual([
      ['REJECTED', 'ATOMIC_REQUEST_REFUSED'],
      ['REJECTED', 'INVALID_EXTERNAL_ID'],
      ['REJECTED', 'ATOMIC_REQUEST_REFUSED'],
    ]);
    expect(await api.person('AT-1', 'id')).toBeNull();
    const parked = await api.complete(
      [
        { ...PASSED, employeeExternalId: 'B9', courseCode: 'CPR-1', attemptId: 'at' },
        { ...PASSED, employeeExternalId: 'NOBODY' },
      ],
      { atomic: true },
    );
    expect(outcomes(parked)).toEqual(['REJECTED', 'REJECTED']);
    expect((await api.changes('position', null, cursor)).found).toEqual([]);
    expect((await api.quarantine()).totalCount).toBe(0);
    expect(
      outcomes(await api.upsert([{ externalId: 'AT-1' }, { externalId: 'AT-2' }], { atomic: true, idempotencyKey: 'at' })),
    ).toEqual(['APPLIED', 'APPLIED']);
  });

  it('takes a thousand items in one request, and not one more', async () => {
    const people = Array.from({ length: 1_001 }, (_, i) => ({ externalId: `K${i}`, department: 'Thousand' }));
    const refused = await server.send(ingestDocument('upsertEmployees'), { input: { source: 'hris', employees: people } });
    expect(refused.errors).toEqual([
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('1000') }),
    ]);
    expect(await api.person('K0', 'id')).toBeNull();
    expect(new Set(outcomes(await api.upsert(people.slice(1))))).toEqual(new Set(['APPLIED']));
    const done = await api.complete(people.slice(1).map(({ externalId }) => ({ ...PASSED, employeeExternalId: externalId })));
    expect(new Set(outcomes(done))).toEqual(new Set(['APPLIED']));
    const { eligibilities } = await api.ask(
      'eligibilities(filter: { department: ["Thousand"], verdict: [ELIGIBLE] }, first: 1) { totalCount }',
    );
    expect(eligibilities.totalCount).toBe(1_000);
  });

  it('shows nothing of a write one of whose consequences fails, and takes it when sent again (B16)', async () => {
    await api.upsert([{ externalId: 'B16' }]);
    const { cursor } = await api.changes('position');
    const count = async () =>
      (
        await server.execute(
          'SELECT (SELECT count(*) FROM completion) + (SELECT count(*) FROM credential_fact) + (SELECT count(*) FROM inbox) AS n',
        )
      )[0];
    const before = await count();
    const input = { source: 'lms', idempotencyKey: 'b16', completions: [{ ...PASSED, employeeExternalId: 'B16' }] };
    failing = () => true;
    const answer = await server.send(ingestDocument('recordCompletions'), { input });
    failing = null;
    expect(answer.errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'INTERNAL', reference: expect.any(String) }) }),
    ]);
    expect(await count()).toEqual(before);
    expect((await api.changes('position', null, cursor)).found).toEqual([]);
    expect(await api.person('B16', 'completions { totalCount } credentials { totalCount }')).toEqual({
      completions: { totalCount: 0 },
      credentials: { totalCount: 0 },
    });
    expect(await api.eligibility('B16', 'NURSE')).toMatchObject({ verdict: 'NOT_ELIGIBLE' });
    expect((await server.query(ingestDocument('recordCompletions'), { input })).recordCompletions.results[0].outcome).toBe(
      'APPLIED',
    );
    expect(await api.eligibility('B16', 'NURSE')).toMatchObject({ verdict: 'ELIGIBLE' });
  });

  it('lets many write about the same people at once, each heard, none refused (B5 A7)', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `P${i}`);
    const { cursor } = await api.changes('position');
    const writes = Array.from({ length: 24 }, (_, n) => {
      const mine = n % 2 ? [...ids].reverse() : ids;
      if (n % 3 === 0)
        return api.upsert(
          mine.map((externalId) => ({ externalId, costCenter: `CC-${n}`, managerExternalId: externalId === 'P0' ? null : 'P0' })),
          { source: `hris-${n}` },
        );
      if (n % 3 === 1)
        return api.complete(mine.map((employeeExternalId) => ({ ...PASSED, employeeExternalId, attemptId: `a${n}` })));
      return n % 6 === 2
        ? api.defineCourses({ code: `FRESH-${n}` })
        : api.complete(mine.map((employeeExternalId) => ({ ...PASSED, courseCode: `FRESH-${n - 3}`, employeeExternalId })));
    });
    const started = Date.now();
    for (const answer of await Promise.all(writes))
      expect(outcomes(answer).filter((outcome) => outcome === 'REJECTED')).toEqual([]);
    expect(Date.now() - started).toBeLessThan(8_000);
    expect((await api.quarantine()).totalCount).toBe(0);
    expect(await server.execute('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')).toEqual([
      { deadlocks: 0 },
    ]);
    for (const id of ids) expect((await api.person(id, 'completions { totalCount }')).completions.totalCount).toBe(8 + 4);
    const { found } = await api.changes('employee { externalId }', null, cursor);
    expect(found.length).toBeGreaterThan(20 * 12);
    const gaps = await server.execute(
      'SELECT entity FROM log WHERE subject IS NOT NULL GROUP BY entity HAVING count(*) <> max(entity_version) OR count(DISTINCT entity_version) <> count(*)',
    );
    expect(gaps).toEqual([]);
    const late = await server.execute(
      'SELECT 1 FROM (SELECT entity_version, lag(entity_version) OVER (PARTITION BY entity ORDER BY pos) AS earlier FROM log WHERE subject IS NOT NULL) v WHERE earlier >= entity_version',
    );
    expect(late).toEqual([]);
  });
});
