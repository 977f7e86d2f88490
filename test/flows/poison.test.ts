// Values that parse and cannot be kept, or that mean nothing: each spoils its own item and no other.
import { startTestApp, type TestApp } from '../kit/app';
import { ingestDocument, talkTo, type IngestAnswer, type Talk } from '../kit/seed';

type Fields = Record<string, unknown>;
/** Numbers that JSON can write and JavaScript cannot: put in as text, sent without the quotes. */
const RAW = /"raw:([^"]*)"/g;
const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { a: value };
  return value;
};

/** Text that no index can compress. */
const ideographs = (length: number): string =>
  Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join('');

/** What is wrong, the fields of the person that have it, and what becomes of the item; '' is APPLIED. */
const PEOPLE: readonly (readonly [string, Fields, string])[] = [
  ['NUL in a name', { givenName: 'a\u0000b' }, 'UNSTORABLE_VALUE'],
  ['NUL alone', { department: '\u0000' }, 'UNSTORABLE_VALUE'],
  ['NUL in the id', { externalId: 'x\u0000' }, 'UNSTORABLE_VALUE'],
  ['NUL in a role code', { roleCodes: ['A', 'B\u0000'] }, 'UNSTORABLE_VALUE'],
  ['NUL in the manager', { managerExternalId: '\u0000' }, 'UNSTORABLE_VALUE'],
  ['NUL in an attribute', { attributes: { a: ['\u0000'] } }, 'UNSTORABLE_VALUE'],
  ['NUL in the name of an attribute', { attributes: { 'a\u0000': 1 } }, 'UNSTORABLE_VALUE'],
  ['first half of a pair', { familyName: 'x\ud83d' }, 'UNSTORABLE_VALUE'],
  ['second half of a pair', { email: '\ude00@x.org' }, 'UNSTORABLE_VALUE'],
  ['halves the wrong way round', { jobTitle: '\ude00\ud83d' }, 'UNSTORABLE_VALUE'],
  ['half in an attribute', { attributes: { a: { b: '\ud800' } } }, 'UNSTORABLE_VALUE'],
  ['half in the name of an attribute', { attributes: { '\udfff': 1 } }, 'UNSTORABLE_VALUE'],
  ['1e400', { attributes: { a: 'raw:1e400' } }, 'UNSTORABLE_VALUE'],
  ['-1e400', { attributes: { a: ['raw:-1e400'] } }, 'UNSTORABLE_VALUE'],
  ['a whole number of 64 bits', { attributes: { a: 'raw:12345678901234567890' } }, 'UNSTORABLE_VALUE'],
  ['33 levels', { attributes: { a: deep(33) } }, 'UNSTORABLE_VALUE'],
  ['20,000 brackets', { attributes: { a: `raw:${'['.repeat(20_000)}${']'.repeat(20_000)}` } }, 'UNSTORABLE_VALUE'],
  ['attributes that are a list', { attributes: [1] }, 'INVALID_ATTRIBUTES'],
  ['attributes that are text', { attributes: 'a' }, 'INVALID_ATTRIBUTES'],
  [
    'an attribute named __proto__',
    { attributes: JSON.parse('{"__proto__": {"status": "ACTIVE"}}') as Fields },
    'INVALID_ATTRIBUTE_NAME',
  ],
  ['an attribute named like a built-in one', { attributes: { department: 'Sales' } }, 'INVALID_ATTRIBUTE_NAME'],
  ['an attribute without a name', { attributes: { '': 1 } }, 'INVALID_ATTRIBUTE_NAME'],
  ['no id', { externalId: '' }, 'INVALID_EXTERNAL_ID'],
  ['an id of blanks', { externalId: ' \t\n' }, 'INVALID_EXTERNAL_ID'],
  ['an id of 201 characters', { externalId: 'x'.repeat(201) }, 'INVALID_EXTERNAL_ID'],
  ['a name of 401 characters', { givenName: 'x'.repeat(401) }, 'VALUE_TOO_LONG'],
  ['a role code of 401 characters', { roleCodes: ['x'.repeat(401)] }, 'VALUE_TOO_LONG'],
  [
    'the longest names, of three bytes each',
    { givenName: ideographs(400), familyName: ideographs(400), department: ideographs(400), email: ideographs(400) },
    '',
  ],
  ['SQL', { department: "'; DROP TABLE employee; --" }, ''],
  ['a template', { givenName: '${process.exit(1)} {{7*7}} %s %n' }, ''],
  ['whole pairs', { givenName: '😀 עברית ﷽ e\u0301' }, ''],
  ['control characters but NUL', { givenName: '\u0001\u001f\u007f\u202e\ufeff\r\n\t' }, ''],
  ['JSON in text', { attributes: { a: '{"b":"\\u0000"}' } }, ''],
  ['names of Object', { attributes: { constructor: 1, toString: 2, hasOwnProperty: 'x' } }, ''],
  ['numbers at the edge', { attributes: { a: 9_007_199_254_740_991, b: -0.1, c: 5e-324, d: 1.7976931348623157 } }, ''],
  ['30 levels', { attributes: { a: deep(30) } }, ''],
  ['an end in the year 9999', { terminatedOn: '9999-12-31' }, 'DATE_OUT_OF_RANGE'],
  ['a beginning in the year 1', { effectiveAt: '0001-01-01T00:00:00Z' }, 'DATE_OUT_OF_RANGE'],
];

const COMPLETIONS: readonly (readonly [string, Fields, string])[] = [
  ['a score of 1e400', { score: 'raw:1e400' }, 'UNSTORABLE_VALUE'],
  ['NUL in the course', { courseCode: '\u0000' }, 'UNSTORABLE_VALUE'],
  ['NUL in the event id', { eventId: 'e\u0000' }, 'UNSTORABLE_VALUE'],
  ['half a pair in the address', { evidenceUrl: 'https://x/\ud800' }, 'UNSTORABLE_VALUE'],
  ['no course', { courseCode: ' ' }, 'INVALID_COURSE_CODE'],
  ['nobody', { employeeExternalId: '' }, 'INVALID_EXTERNAL_ID'],
  ['an attempt of 401 characters', { attemptId: ideographs(401) }, 'VALUE_TOO_LONG'],
  [
    'the longest ids',
    { attemptId: ideographs(400), eventId: ideographs(400), evidenceUrl: `https://e/${ideographs(3_990)}` },
    '',
  ],
  ['an address of 4,001 characters', { evidenceUrl: `https://e/${ideographs(3_991)}` }, 'VALUE_TOO_LONG'],
  ['an address that runs', { evidenceUrl: 'javascript:alert(1)' }, 'INVALID_EVIDENCE_URL'],
  ['an address of nowhere', { evidenceUrl: 'https://' }, 'INVALID_EVIDENCE_URL'],
  ['a course of 401 characters', { courseCode: ideographs(401) }, 'VALUE_TOO_LONG'],
  ['fewer than no hours', { creditHours: -1 }, 'INVALID_CREDIT_HOURS'],
  ['a negative score', { score: -5.5 }, ''],
  ['the year 9999', { completedAt: '9999-12-31T23:59:59.999Z' }, 'DATE_OUT_OF_RANGE'],
  ['before 1970', { completedAt: '1969-12-31T23:59:59Z' }, ''],
];

const ISSUES: readonly (readonly [string, Fields, string])[] = [
  ['an end before the beginning', { issuedOn: '2026-02-02', expiresOn: '2026-02-01' }, 'EXPIRES_BEFORE_ISSUED'],
  ['an end at the beginning', { issuedAt: '2026-02-02T00:00:00Z', expiresAt: '2026-02-02T00:00:00Z' }, 'EXPIRES_BEFORE_ISSUED'],
  ['two beginnings', { issuedOn: '2026-02-02', issuedAt: '2026-02-02T00:00:00Z' }, 'AMBIGUOUS_DATE'],
  ['two ends', { expiresOn: '2026-12-31', expiresAt: '2026-12-31T00:00:00Z' }, 'AMBIGUOUS_DATE'],
  ['nobody', { employeeExternalId: ' ' }, 'INVALID_EXTERNAL_ID'],
  ['no type', { typeCode: '' }, 'INVALID_CODE'],
  ['a type of 401 characters', { typeCode: ideographs(401) }, 'VALUE_TOO_LONG'],
  ['an address of its own data', { evidenceUrl: 'data:text/html,x' }, 'INVALID_EVIDENCE_URL'],
  ['the longest instance', { instance: ideographs(400) }, ''],
  ['NUL in the instance', { instance: '\u0000' }, 'UNSTORABLE_VALUE'],
  ['the last day of the calendar as the end', { issuedOn: '2026-02-02', expiresOn: '9999-12-31' }, 'DATE_OUT_OF_RANGE'],
  ['a beginning and an end on one day', { issuedOn: '2026-02-02', expiresOn: '2026-02-02' }, ''],
];

describe('poison (faults B4)', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineCourses({ code: 'C' });
    await api.defineTypes({ code: 'T' });
    await api.upsert([{ externalId: 'E' }]);
  });
  afterAll(() => server.stop());

  const sendRaw = async (operation: string, input: object): Promise<{ status: number; body: any }> => {
    const text = JSON.stringify({ query: ingestDocument(operation), variables: { input } }).replace(RAW, '$1');
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${server.app.adminKey}` };
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: text });
    return { status: response.status, body: await response.json() };
  };
  /** Sends each between two that are in order, all in one request. */
  const sendTable = async (
    operation: string,
    source: string,
    list: string,
    table: readonly (readonly [string, Fields, string])[],
    good: (n: number) => Fields,
  ): Promise<IngestAnswer> => {
    const before = (await api.quarantine()).totalCount;
    const items = table.flatMap(([, fields], n) => [good(2 * n), { ...good(2 * n + 1), ...fields }]);
    const { body } = await sendRaw(operation, { source, idempotencyKey: operation, [list]: [...items, good(2 * table.length)] });
    expect(body.errors).toBeUndefined();
    const answer = body.data[operation] as IngestAnswer;
    const became = table.map(([what], n) => [what, answer.results[2 * n + 1]!.refusal?.code ?? '']);
    expect(became).toEqual(table.map(([what, , code]) => [what, code]));
    const neighbours = answer.results.filter((_, index) => index % 2 === 0);
    expect(neighbours.map((result) => result.outcome)).toEqual(neighbours.map(() => 'APPLIED'));
    const poisoned = table.filter(([, , code]) => code === 'UNSTORABLE_VALUE').length;
    expect((await api.quarantine()).totalCount).toBe(before + poisoned);
    return answer;
  };

  it('among people: kept with the place of the fault, or refused; what can be kept comes back as it was', async () => {
    await sendTable('upsertEmployees', 'hris', 'employees', PEOPLE, (n) => ({ externalId: `G${n}` }));
    const { nodes } = await api.quarantine();
    expect(nodes[0]).toEqual({
      operation: 'upsertEmployees',
      source: 'hris',
      item: JSON.stringify({ externalId: 'G1', givenName: 'a\u0000b' }),
      waitsFor: null,
      refusal: { code: 'UNSTORABLE_VALUE', path: ['givenName'] },
    });
    expect(nodes.find(({ item }) => item.includes('Infinity'))!.refusal.path).toEqual(['attributes', 'a']);
    for (const [n, [, fields, code]] of PEOPLE.entries()) {
      if (code !== '') continue;
      const { effectiveAt: _, ...sent } = fields;
      expect(await api.person(`G${2 * n + 1}`, Object.keys(sent).join(' '))).toEqual(sent);
    }
    expect((await api.upsert([{ externalId: 'G1', givenName: 'a b' }])).results[0]!.outcome).toBe('APPLIED');
  });

  it('among completions and credentials', async () => {
    const completed = (n: number) => ({
      employeeExternalId: 'E',
      courseCode: 'C',
      status: 'PASSED',
      attemptId: `a${n}`,
      completedAt: '2026-05-01T08:00:00Z',
    });
    await sendTable('recordCompletions', 'lms', 'completions', COMPLETIONS, completed);
    await sendTable('issueCredentials', 'issuer', 'credentials', ISSUES, (n) => ({
      employeeExternalId: 'E',
      typeCode: 'T',
      instance: `${n}`,
    }));
  });

  it('in a literal is the item’s fault as well, and in an act or a rule a refusal', async () => {
    const { recordCompletions } = await server.query(`mutation { recordCompletions(input: { source: "lms", completions: [
      { employeeExternalId: "E", courseCode: "C", status: PASSED, score: 1e400, attemptId: "l1", completedAt: "2026-05-01T08:00:00Z" }
      { employeeExternalId: "E", courseCode: "C", status: PASSED, score: 1, attemptId: "l2", completedAt: "2026-05-01T08:00:00Z" }] }) { results { outcome } } }`);
    expect(recordCompletions.results).toEqual([{ outcome: 'QUARANTINED' }, { outcome: 'APPLIED' }]);
    expect((await api.revoke(['E', 'T', '0'], 'why\u0000')).refusal).toEqual({ code: 'UNSTORABLE_VALUE', path: ['reason'] });
    await api.defineRoles('R');
    expect((await api.publishRule('R', { attribute: { name: 'a', equals: '\ud800' } })).refusal).toEqual({
      code: 'UNSTORABLE_VALUE',
      path: ['rule', 'attribute', 'equals'],
    });
  });

  it('as a date is the request’s fault: the scalar refuses it, and names it (D10)', async () => {
    for (const effectiveAt of [
      'infinity',
      '10000-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-01-01',
      '+290000-01-01T00:00:00Z',
      '',
    ]) {
      const { body } = await sendRaw('upsertEmployees', { source: 'hris', employees: [{ externalId: 'D10', effectiveAt }] });
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(body.errors[0].message).toContain('effectiveAt');
    }
    expect(await api.person('D10', 'id')).toBeNull();
  });

  it('in a question is no fault of ours', async () => {
    const nul = JSON.stringify('\u0000');
    const half = JSON.stringify('\ud800');
    for (const text of [nul, half]) {
      const asked = await server.send(`{
        a: employee(by: { externalId: { value: ${text} } }) { id }
        b: employee(by: { email: ${text} }) { id }
        c: employees(filter: { search: ${text} }) { totalCount }
        d: credentialType(code: ${text}) { id }
        e: credentials(filter: { department: [${text}] }) { totalCount }
        f: node(id: ${text}) { id }
      }`);
      for (const { extensions } of asked.errors ?? []) expect(extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});
