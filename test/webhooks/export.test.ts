// The changes of the log as a file.
import { parse } from 'csv-parse/sync';
import { startTestApp, type TestApp } from '../kit/app';
import { nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

describe('the export', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert(Array.from({ length: 700 }, (_, i) => ({ externalId: `E${i}`, department: 'ER, "west"' })));
    await api.upsert([{ externalId: '=cmd|calc', department: '@SUM(1)' }]);
    await api.complete([
      { employeeExternalId: 'E1', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    await api.revoke(['E1', 'CPR'], '-1+2');
  });
  afterAll(() => server.stop());

  const fetchFile = async (query: string, key = 'test-key') => {
    const response = await fetch(`${server.url}/exports/changes.csv${query}`, { headers: { authorization: `Bearer ${key}` } });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const read = (text: string) => {
    const lines: string[][] = parse(text, { relax_column_count: true, record_delimiter: '\r\n' });
    const [header, rows, [mark, count, cursor]] = [lines[0]!, lines.slice(1, -1), lines.at(-1)!];
    return {
      rows: rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]!]))),
      mark,
      count: Number(count),
      cursor,
    };
  };

  it('has the same changes as the feed, numbered, with a trailer that counts them (F10)', async () => {
    const { status, type, text } = await fetchFile('');
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
    const { rows, mark, count, cursor } = read(text);
    const changes = await api.changes('position occurredAt recordedAt employee { externalId }');
    expect([mark, count, cursor]).toEqual(['#rows', changes.found.length, changes.cursor]);
    expect(rows.map(({ position, recordedAt }) => [Number(position), recordedAt])).toEqual(
      changes.found.map(({ position, recordedAt }) => [position, recordedAt]),
    );
    const revoked = rows.find((row) => row['type'] === 'credential.revoked')!;
    expect(revoked).toMatchObject({ employee: 'E1', typeCode: 'CPR', department: 'ER, "west"', reason: "'-1+2" });
  });

  it('goes on from its trailer, file by file, and ends with an empty one', async () => {
    const all = read((await fetchFile('')).text);
    const found: string[] = [];
    let cursor = '';
    for (let files = 0; ; files++) {
      const file = read((await fetchFile(`?limit=300${cursor && `&after=${cursor}`}`)).text);
      expect(file.count).toBe(file.rows.length);
      cursor = file.cursor!;
      if (file.count === 0) {
        expect(files).toBe(Math.ceil(all.count / 300));
        break;
      }
      found.push(...file.rows.map(({ position }) => position!));
    }
    expect(found).toEqual(all.rows.map(({ position }) => position));
    expect(cursor).toBe(all.cursor);
  });

  it('has no cell that a spreadsheet would run', async () => {
    const { rows } = read((await fetchFile('')).text);
    for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(rows.some((row) => row['employee'] === "'=cmd|calc" && row['department'] === "'@SUM(1)")).toBe(true);
  });

  it('needs the key, a cursor of this log and a sensible limit', async () => {
    expect((await fetchFile('', 'wrong')).status).toBe(401);
    expect((await fetch(`${server.url}/exports/changes.csv`)).status).toBe(401);
    for (const [query, code] of [
      ['?after=nonsense', 'INVALID_CURSOR'],
      ['?after=a&after=b', 'INVALID_CURSOR'],
      ['?limit=0', 'BAD_USER_INPUT'],
      ['?limit=100001', 'BAD_USER_INPUT'],
      ['?limit=-5', 'BAD_USER_INPUT'],
    ] as const) {
      const { status, text } = await fetchFile(query);
      expect([query, status, JSON.parse(text).errors[0].extensions.code]).toEqual([query, 400, code]);
    }
  });
});
