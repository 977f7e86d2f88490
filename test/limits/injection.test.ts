// Five hundred texts that would be SQL if they were put into it, wherever the schema takes a text (F10): none ever stands in a statement.
import pg from 'pg';
import { buildGraphSchema } from '../../src/schema';
import { startTestApp, type TestApp } from '../kit/app';
import { seeded } from '../kit/seeded';
import { talkTo } from '../kit/seed';
import { OddValues } from './odd-values';
import { Operations, rootFields } from './operations';
import { overHttp } from './ways';

/** In every text, and in no statement of ours. */
const MARK = 'zq7';
const QUOTES = ["'", '"', "''", '`', '\\', "\\'", '$$', '$1', ')', "')", "'))", '";', "E'", "%'", '*/', '/*', '--', "U&'\\0027"];
const CLAUSES = [
  `OR 1=1 --${MARK}`,
  `OR '${MARK}'='${MARK}`,
  `; DROP TABLE employee; --${MARK}`,
  `; SELECT pg_sleep(30)--${MARK}`,
  `UNION SELECT NULL,'${MARK}',version()--`,
  `UNION ALL SELECT hash FROM api_key WHERE '${MARK}'<>'--`,
  `AND (SELECT 1/0 FROM pg_class WHERE '${MARK}'='${MARK}')`,
  `AND 1=CAST((SELECT '${MARK}'||current_user) AS integer)`,
  `||(SELECT string_agg(key::text, '${MARK}') FROM person_key)||`,
  `; COPY log TO PROGRAM 'touch /tmp/${MARK}'; --`,
  `; UPDATE log SET pos = 0 --${MARK}`,
  `::regclass--${MARK}`,
  `ORDER BY (CASE WHEN ('${MARK}'='x') THEN 1 ELSE 1/0 END)`,
  `, (SELECT '${MARK}') DESC`,
  `LIMIT 0 OFFSET ${MARK}`,
  `; SET ROLE postgres; --${MARK}`,
  `\n/**/${MARK}/**/OR/**/1=1`,
  `%27%20OR%201=1--${MARK}`,
  `' AND lo_import('/etc/passwd') IS NOT NULL --${MARK}`,
  `; NOTIFY log, '${MARK}'; --`,
  `<> ALL(ARRAY['${MARK}'])`,
  `IS NULL OR pg_advisory_lock(7002) IS NULL --${MARK}`,
  `{"$ne": "${MARK}"}`,
  `*)(uid=*))(|(uid=${MARK}`,
  `${'('.repeat(60)}${MARK}`,
  `; BEGIN; LOCK TABLE log_head; --${MARK}`,
  `]::text[]--${MARK}`,
  `}, "${MARK}": {`,
];
const TEXTS = QUOTES.flatMap((quote) => CLAUSES.map((clause) => `${MARK}${quote} ${clause}`)).slice(0, 500);

/** Says one after the other wherever a text is wanted. */
class Injected extends OddValues {
  said = 0;

  override text(): string {
    return TEXTS[this.said++ % TEXTS.length]!;
  }
}

const schema = buildGraphSchema();
const LISTS = [
  'employees',
  'credentials',
  'eligibilities',
  'outcomes',
  'roles',
  'credentialTypes',
  'capabilities',
  'webhooks',
  'quarantine',
];

describe('texts that would be SQL', () => {
  let server: TestApp;
  const query = pg.Client.prototype.query;
  const statements = new Set<string>();

  beforeAll(async () => {
    server = await startTestApp({ resolve: () => Promise.reject(new Error('no names here')) });
    const api = talkTo(server);
    await api.defineCourses({ code: 'C1' });
    await api.defineTypes({ code: 'T1' }, { code: 'T2' });
    await api.defineRoles('R1', 'R2');
    await api.publishRule('R1', { holds: { typeCode: 'T1' } });
    await api.upsert(['E1', 'E2', 'E3'].map((externalId) => ({ externalId, department: 'D' })));
    await api.issue(['E1', 'E2'].map((employeeExternalId) => ({ employeeExternalId, typeCode: 'T1' })));
    await api.complete([
      { employeeExternalId: 'nobody', courseCode: 'C1', status: 'PASSED', completedAt: '2026-05-01T08:00:00Z' },
    ]);
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [asked] = args;
      statements.add(typeof asked === 'string' ? asked : String((asked as { text?: string } | undefined)?.text));
      return (query as (...all: unknown[]) => unknown).apply(this, args);
    } as typeof query;
  });

  afterAll(async () => {
    pg.Client.prototype.query = query;
    await server.stop();
  });

  const tables = (): Promise<object[]> =>
    server.execute(`SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`);
  const faults = (replies: readonly { text: string; status: number }[]): string[] =>
    replies.filter(({ text, status }) => status >= 500 || /"(INTERNAL|UNAVAILABLE)"/.test(text)).map(({ text }) => text);

  it('are values in every argument that takes a text', async () => {
    const before = await tables();
    const chance = seeded(20_261_129);
    const values = new Injected(chance);
    const operations = new Operations(schema, chance, values);
    const fields = rootFields(schema).filter(([kind]) => kind !== 'subscription');
    const http = overHttp(server.url);
    const replies: { text: string; status: number }[] = [];
    for (let round = 0; round < 4; round++) {
      for (const [kind, field] of fields) replies.push(await http(operations.of(kind, field).body));
    }
    expect(values.said).toBeGreaterThan(TEXTS.length);
    expect(faults(replies)).toEqual([]);
    expect([...statements].filter((text) => text.includes(MARK))).toEqual([]);
    expect(statements.size).toBeGreaterThan(50);
    expect(await tables()).toEqual(before);
  });

  it('are refused as keys of a cursor, and values all the same', async () => {
    const before = await tables();
    const http = overHttp(server.url);
    const cursors: { list: string; keys: string[] }[] = [];
    for (const list of LISTS) {
      const page = (await server.query(`{ ${list}(first: 1) { pageInfo { endCursor } } }`))[list].pageInfo.endCursor as
        string | null;
      if (page !== null) cursors.push({ list, keys: JSON.parse(Buffer.from(page, 'base64url').toString()) as string[] });
    }
    expect(cursors.length).toBeGreaterThan(5);
    const replies: { text: string; status: number }[] = [];
    for (const [i, text] of TEXTS.entries()) {
      const { list, keys } = cursors[i % cursors.length]!;
      const place = 1 + (Math.floor(i / cursors.length) % (keys.length - 1));
      const forged = Buffer.from(JSON.stringify(keys.map((key, at) => (at === place ? text : key)))).toString('base64url');
      const way = i % 2 ? 'first: 5, after' : 'last: 5, before';
      replies.push(
        await http({ query: `query ($c: String) { ${list}(${way}: $c) { nodes { __typename } } }`, variables: { c: forged } }),
      );
    }
    expect(faults(replies)).toEqual([]);
    expect(replies.filter(({ text }) => text.includes('INVALID_CURSOR')).length).toBeGreaterThan(50);
    expect([...statements].filter((text) => text.includes(MARK))).toEqual([]);
    expect(await tables()).toEqual(before);
  });
});
