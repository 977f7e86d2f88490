// What a source may tell (A21): whatever else it sends is stored nowhere, and how often it did is known.
import { getNamedType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { ALWAYS, LISTABLE } from '../../src/core/allow-list';
import { createLog } from '../../src/platform/log';
import { buildGraphSchema } from '../../src/schema';
import { startTestApp, type TestApp } from '../kit/app';
import { dumpOf } from '../kit/dump';
import { eventually, ingestDocument, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

jest.setTimeout(60_000);

const SSN = 'ssn-078-05-1120-canary';
const LISTS = '{ allowLists { totalCount nodes { source operation fields reason dropped { field count lastAt } } } }';

describe('what a source may tell', () => {
  let server: TestApp;
  let api: Talk;
  const lines: string[] = [];
  beforeAll(async () => {
    server = await startTestApp({
      at: '2026-06-01T12:00:00Z',
      log: createLog('trace', { write: (line: string) => void lines.push(line) }),
    });
    api = talkTo(server);
    await nursesNeedCpr(api);
  });
  afterAll(() => server.stop());

  const define = async (...allowLists: object[]) =>
    (await server.query(ingestDocument('defineAllowLists'), { input: { allowLists } })).defineAllowLists;
  const lists = async (): Promise<any[]> => (await server.query(LISTS)).allowLists.nodes;
  const dropsOf = async (source: string, operation: string): Promise<Record<string, number>> => {
    const list = (await lists()).find((one) => one.source === source && one.operation === operation);
    return Object.fromEntries(list.dropped.map(({ field, count }: any) => [field, count]));
  };

  it('is everything until a list is defined', async () => {
    await api.upsert([{ externalId: 'Q', email: 'q@example.org', attributes: { level: 1, team: 'a' } }], { source: 'free' });
    expect(await api.person('Q', 'email attributes')).toEqual({ email: 'q@example.org', attributes: { level: 1, team: 'a' } });
    expect(await lists()).toEqual([]);
  });

  it('names every field of an item, once: a new field is listable or always taken in', () => {
    const mutations = buildGraphSchema().getMutationType()!.getFields();
    for (const operation of Object.keys(ALWAYS) as (keyof typeof ALWAYS)[]) {
      const input = getNamedType(mutations[operation]!.args[0]!.type);
      const items = isInputObjectType(input)
        ? Object.values(input.getFields()).find(({ type }) => isNonNullType(type) && isListType(type.ofType))
        : undefined;
      const item = getNamedType(items!.type);
      const fields = isInputObjectType(item) ? Object.values(item.getFields()) : [];
      expect([...ALWAYS[operation], ...LISTABLE[operation]].sort()).toEqual(fields.map(({ name }) => name).sort());
      // without these an item cannot be
      for (const { name, type } of fields) if (isNonNullType(type)) expect(ALWAYS[operation]).toContain(name);
    }
  });

  it('holds from then on: what is not listed is in no table and no line, and is counted once', async () => {
    const defined = await define({
      ...{ source: 'hris-1', operation: 'upsertEmployees', reason: 'data minimization' },
      fields: ['department', 'givenName', 'attributes.level'],
    });
    expect(defined.results[0]).toMatchObject({ outcome: 'APPLIED', refusal: null });
    const person = {
      ...{ externalId: 'P', givenName: 'Jane', department: 'ER', email: `${SSN}@example.org` },
      attributes: { level: 3, ssn: SSN },
    };
    const sending = { source: 'hris-1', idempotencyKey: 'first' };
    expect((await api.upsert([person], sending)).results[0]!.outcome).toBe('APPLIED');
    expect(await api.person('P', 'name department email attributes')).toEqual({
      ...{ name: 'Jane', department: 'ER', email: null, attributes: { level: 3 } },
    });
    // repeated, it is the same request: nothing more was left out
    expect((await api.upsert([person], sending)).results[0]!.outcome).toBe('APPLIED');
    // what was never taken in is no body: another number in it makes no other request
    const other = { ...person, attributes: { level: 3, ssn: 'another' } };
    expect((await api.upsert([other], sending)).results[0]!.outcome).toBe('APPLIED');
    const drops = await eventually(
      () => dropsOf('hris-1', 'upsertEmployees'),
      ({ email }) => email === 1,
      20_000,
    );
    expect(drops).toEqual({ 'attributes.ssn': 1, email: 1 });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(
      'ingestion_dropped_fields_total{source="hris-1",operation="upsertEmployees",field="attributes.ssn"} 1',
    );
    for (const told of [await dumpOf(server.databaseUrl), metrics, ...lines]) expect(told).not.toContain(SSN);
    // it would be found if it were there
    await api.upsert([{ externalId: 'Q', attributes: { ssn: SSN } }], { source: 'free' });
    expect(await dumpOf(server.databaseUrl)).toContain(SSN);
    await server.query(
      'mutation { eraseEmployee(input: { employee: { externalId: { value: "Q" } }, reason: "test" }) { cursor } }',
    );
  });

  it('holds for what is kept apart, too, and when it is released', async () => {
    const completion = {
      courseCode: 'CPR-1',
      status: 'PASSED',
      completedAt: '2026-05-01T00:00:00Z',
      evidenceUrl: `https://x.example/${SSN}`,
    };
    await define({ source: 'lms', operation: 'recordCompletions', fields: ['score'] });
    const [kept, poisoned] = (
      await api.complete([
        { employeeExternalId: 'LATER', ...completion, score: 90 },
        { employeeExternalId: `P\u0000`, ...completion },
      ])
    ).results;
    expect([kept!.outcome, poisoned!.outcome]).toEqual(['QUARANTINED', 'QUARANTINED']);
    const items = (await api.quarantine()).nodes.map(({ item }) => JSON.parse(item) as object);
    expect(items).toHaveLength(2);
    for (const item of items) expect(item).not.toHaveProperty('evidenceUrl');
    expect(items[0]).toMatchObject({ employeeExternalId: 'LATER', score: 90 });
    expect(await dumpOf(server.databaseUrl)).not.toContain(SSN);
    // by the time it is released its source may tell less
    await define({ source: 'lms', operation: 'recordCompletions', fields: [] });
    await api.upsert([{ externalId: 'LATER' }]);
    expect((await api.person('LATER', 'completions { nodes { score evidenceUrl status } }')).completions.nodes).toEqual([
      { score: null, evidenceUrl: null, status: 'PASSED' },
    ]);
  });

  it('tells apart names that are data themselves', async () => {
    await api.upsert([{ externalId: 'P', attributes: { '078-05-1120': true, 'a@b.example': 1, born1975: 1, shoe_size: 44 } }], {
      source: 'hris-1',
    });
    const drops = await eventually(
      () => dropsOf('hris-1', 'upsertEmployees'),
      (found) => found['(other)'] === 3,
      20_000,
    );
    expect(drops).toEqual({ '(other)': 3, 'attributes.shoe_size': 1, 'attributes.ssn': 1, email: 1 });
  });

  it('of an attribute that is no object is nothing, and of a value that is cleared as well', async () => {
    await api.upsert([{ externalId: 'P', attributes: SSN, department: null, email: null }], { source: 'hris-1' });
    expect(await api.person('P', 'department attributes')).toEqual({ department: null, attributes: { level: 3 } });
    expect(await dumpOf(server.databaseUrl)).not.toContain(SSN);
  });

  it('is a definition: versioned, read as it was known, the same again changes nothing, and taken away again', async () => {
    const before = new Date(server.clock.now()).toISOString();
    server.clock.advance(60_000);
    const list = { source: 'hris-1', operation: 'upsertEmployees', fields: ['email', 'email', 'attributes'] };
    expect((await define(list)).results[0].outcome).toBe('APPLIED');
    expect((await define({ ...list, fields: ['attributes', 'email'] })).results[0].outcome).toBe('UNCHANGED');
    const read = async (knownAt?: string): Promise<string[]> =>
      (
        await server.query('query ($knownAt: DateTime) { allowLists(knownAt: $knownAt) { nodes { source fields } } }', {
          knownAt,
        })
      ).allowLists.nodes
        .filter(({ source }: any) => source === 'hris-1')
        .flatMap(({ fields }: any) => fields);
    expect(await read()).toEqual(['attributes', 'email']);
    expect(await read(before)).toEqual(['attributes.level', 'department', 'givenName']);
    await api.upsert([{ externalId: 'P', attributes: { team: 'b' }, jobTitle: 'Nurse' }], { source: 'hris-1' });
    expect(await api.person('P', 'jobTitle attributes')).toEqual({ jobTitle: null, attributes: { level: 3, team: 'b' } });
    await define({ ...list, fields: null, reason: 'the contract was changed' });
    expect((await lists()).map(({ source }) => source)).toEqual(['lms']);
    await api.upsert([{ externalId: 'P', jobTitle: 'Nurse' }], { source: 'hris-1' });
    expect(await api.person('P', 'jobTitle')).toEqual({ jobTitle: 'Nurse' });
    const { found } = await api.changes('... on DefinitionChange { kind code }', { kind: ['ALLOW_LIST_DEFINED'] });
    expect(found.map(({ code }) => code)).toEqual(['hris-1', 'lms', 'lms', 'hris-1', 'hris-1']);
  });

  it('is refused when it names what there is not', async () => {
    const codes = (
      await define(
        { source: 'x', operation: 'upsertEmployees', fields: ['e-mail'] },
        { source: 'x', operation: 'recordCompletions', fields: ['attributes.level'] },
        { source: ' ', operation: 'upsertEmployees', fields: [] },
        { source: 'x', operation: 'upsertEmployees', fields: Array.from({ length: 501 }, (_, i) => `attributes.a${i}`) },
      )
    ).results.map(({ refusal }: any) => refusal.code);
    expect(codes).toEqual(['UNKNOWN_FIELD', 'UNKNOWN_FIELD', 'INVALID_SOURCE', 'TOO_MANY_FIELDS']);
  });

  it('lets a writer and whoever changes its list take turns: nothing slips through after the answer', async () => {
    let isListed = false;
    const late: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, n) => {
      for (let i = 0; i < 15; i++) {
        const began = isListed;
        await api.upsert([{ externalId: `R${n}-${i}`, department: 'secret' }], { source: 'racing' });
        if (began) late.push(`R${n}-${i}`);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await define({ source: 'racing', operation: 'upsertEmployees', fields: [] });
    const [{ count: then }] = (await server.execute(`SELECT count(*) FROM employee_fact WHERE value = '"secret"'`)) as [
      { count: number },
    ];
    isListed = true;
    await Promise.all(writers);
    const [{ count: now }] = (await server.execute(`SELECT count(*) FROM employee_fact WHERE value = '"secret"'`)) as [
      { count: number },
    ];
    expect([now, late.length > 0]).toEqual([then, true]);
  });
});
