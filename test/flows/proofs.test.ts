// Answers that prove themselves: exported by the server, verified with nothing but the file.
import fs from 'node:fs';
import path from 'node:path';
import { readVerifier } from '../../src/core/checkpoint';
import type { ProofFile } from '../../src/graph/proofs/file';
import { verifyProof, type HeldProof } from '../../src/graph/proofs/verify';
import { openEntry } from '../../src/journal/cipher';
import { startTestApp, type TestApp } from '../kit/app';
import { runCli } from '../kit/command-line';
import { forged, type Forgery } from '../kit/forge';
import { keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { seeded } from '../kit/seeded';

jest.setTimeout(120_000);

const PAYLOAD = 'file statement position refusal { code message path } cursor';

/** What a proof that holds says; fails when it does not hold. */
function held(file: string, ...keys: string[]): HeldProof {
  const found = verifyProof(file, keys.map(readVerifier));
  if (typeof found === 'string') throw new Error(found);
  return found;
}

describe('a proof', () => {
  let server: TestApp;
  let api: Talk;
  const exported = async (externalId: string, asked: object): Promise<any> =>
    (
      await server.query(`mutation ($input: ExportProofInput!) { exportProof(input: $input) { ${PAYLOAD} } }`, {
        input: { employee: keyOf(externalId), reason: 'for the audit of 2026', ...asked },
      })
    ).exportProof;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.defineTypes({ code: 'ACLS' });
    await api.upsert([
      { externalId: 'P', givenName: 'Ada', familyName: 'Lovelace', department: 'ER', effectiveAt: '2026-01-01T00:00:00Z' },
      { externalId: 'Q', department: 'ER' },
    ]);
    await api.complete([
      { employeeExternalId: 'P', courseCode: 'CPR-1', status: 'PASSED', eventId: 'e1', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    server.clock.advance(60_000);
    await api.suspend(['P', 'CPR'], 'under review', '2026-05-20T00:00:00Z');
    await api.issue([{ employeeExternalId: 'P', typeCode: 'ACLS', issuedOn: '2026-02-01', expiresOn: '2026-03-31' }]);
  });
  afterAll(() => server.stop());

  it('says that somebody was eligible, under which version of the rule, why, until when, and on which facts', async () => {
    const [credential] = await api.credentials('P', 'CPR', 'id');
    const { file, statement, refusal } = await exported('P', { roleCode: 'NURSE', at: '2026-05-03T00:00:00Z' });
    expect(refusal).toBeNull();
    expect(statement).toMatch(
      /^At 2026-05-03T00:00:00\.000Z, as known after \d+ entries of the log, "Ada Lovelace" \("P"\) was eligible for NURSE under rule version 1, which asks: holds CPR certification\. Decisive: holds CPR certification \(met\)\.$/,
    );
    const proof = held(file);
    expect(proof.document.answer).toMatchObject({
      statement,
      verdict: 'ELIGIBLE',
      ruleVersion: 1,
      since: '2026-05-01T00:00:00.000Z',
      until: '2026-05-20T00:00:00.000Z',
      untilBecause: ['CPR certification is suspended'],
      trace: [{ id: '0', op: 'holds', verdict: 'ELIGIBLE', factIds: [credential.id] }],
    });
    expect(proof).toMatchObject({ exportedBy: 'key:admin', reason: 'for the audit of 2026' });
  });

  it('opens only the entries that the answer needs; of the others it shows that they are there', async () => {
    const { file } = await exported('P', { roleCode: 'NURSE', at: '2026-05-03T00:00:00Z' });
    const { entries } = JSON.parse(file) as ProofFile;
    const about = entries.filter(({ subject }) => subject !== null);
    expect(about.map(({ entityVersion }) => entityVersion)).toEqual(about.map((_, i) => i + 1));
    const open = new Set(about.filter(({ key }) => key !== null).map(({ kind }) => kind));
    expect([...open].sort()).toEqual(['answer.exported', 'credential.expired', 'credential.issued', 'credential.suspended']);
    expect(about.filter(({ key }) => key === null).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['employee.changed', 'completion.recorded', 'eligibility.changed']),
    );
  });

  it('says of every condition how it stands, also of one that must not be met', async () => {
    await api.defineTypes({ code: 'BAN', name: 'Ban' });
    await api.defineRoles('CLEAN', 'LEAD');
    await api.publishRule('CLEAN', { all: [{ holds: { typeCode: 'CPR' } }, { not: { holds: { typeCode: 'BAN' } } }] });
    await api.publishRule('LEAD', { not: { rule: { roleCode: 'NURSE' } } });
    const at = '2026-05-03T00:00:00Z';
    const statements = await Promise.all(
      [
        ['P', 'CLEAN'],
        ['Q', 'CLEAN'],
        ['Q', 'LEAD'],
      ].map(async ([who, roleCode]) => (await exported(who!, { roleCode, at })).statement.replace(/^.*? was/, 'was')),
    );
    expect(statements).toEqual([
      'was eligible for CLEAN under rule version 1, which asks: holds CPR certification and does not hold Ban certification. Decisive: holds CPR certification (met); holds Ban certification (not met).',
      'was not eligible (NOT_ELIGIBLE) for CLEAN under rule version 1, which asks: holds CPR certification and does not hold Ban certification. Decisive: holds CPR certification (not met).',
      'was eligible for LEAD under rule version 1, which asks: does not meet the rule of NURSE. Decisive: meets the rule of NURSE (not met).',
    ]);
  });

  it('says that somebody held no active credential: none at all, one that is suspended, one that has expired', async () => {
    const none = await exported('Q', { typeCode: 'CPR' });
    expect(held(none.file).document.answer).toMatchObject({ isActive: false, holdings: [] });
    expect(none.statement).toMatch(/ "Q" held no active credential of type CPR\.$/);
    const suspended = await exported('P', { typeCode: 'CPR', at: '2026-05-25T00:00:00Z' });
    expect(held(suspended.file).document.answer).toMatchObject({ isActive: false, holdings: [{ status: 'SUSPENDED' }] });
    const expired = await exported('P', { typeCode: 'ACLS' });
    expect(held(expired.file).document.answer).toMatchObject({ isActive: false, holdings: [{ status: 'EXPIRED' }] });
    const active = await exported('P', { typeCode: 'CPR', at: '2026-05-03T00:00:00Z' });
    expect(active.statement).toMatch(/ held an active credential of type CPR, until 2026-05-20T00:00:00\.000Z\.$/);
  });

  it('answers as was known then', async () => {
    const asked = { typeCode: 'CPR', at: '2026-05-25T00:00:00Z', knownAt: '2026-06-01T12:00:30Z' };
    expect(held((await exported('P', asked)).file).document.answer).toMatchObject({ isActive: true });
  });

  it('follows what a type that is defined anew brings in the future', async () => {
    const define = (renewal: object) => api.defineTypes({ code: 'FIRST-AID', renewal });
    await define({ life: 'P1Y' });
    await api.issue([{ employeeExternalId: 'Q', typeCode: 'FIRST-AID', issuedOn: '2026-05-01' }]);
    await define({ life: 'P1Y', grace: 'P30D', graceCounts: true });
    const { file } = await exported('Q', { typeCode: 'FIRST-AID', at: '2027-05-10T00:00:00Z' });
    expect(held(file).document.answer).toMatchObject({ isActive: false, holdings: [{ status: 'GRACE' }] });
  });

  it('fails when any byte of it is another (N6)', async () => {
    const { file } = await exported('P', { roleCode: 'NURSE', at: '2026-05-03T00:00:00Z' });
    const trusted = (JSON.parse(file) as ProofFile).signedBy;
    expect(held(file, trusted).signedBy).toBe(trusted);
    const chance = seeded(6);
    const original = Buffer.from(file, 'utf8');
    for (let i = 0; i < 1_000; i++) {
      const bytes = Buffer.from(original);
      const place = chance.int(0, bytes.length - 1);
      bytes[place] = chance.percent(50) ? bytes[place]! ^ (1 << chance.int(0, 6)) : chance.int(32, 126);
      if (bytes[place] === original[place]) continue;
      const found = verifyProof(bytes.toString('utf8'));
      if (typeof found !== 'string') throw new Error(`byte ${place} may be ${bytes[place]} instead of ${original[place]}`);
      expect(found).not.toMatch(/cannot be followed.*(undefined|is not a function)/);
    }
  });

  it('fails when it is signed by another key than the one that is trusted', async () => {
    const { file } = await exported('Q', { typeCode: 'CPR' });
    const own = forged(file, () => undefined);
    expect(held(own).signedBy).toMatch(/forger/);
    const trusted = readVerifier((JSON.parse(file) as ProofFile).signedBy);
    expect(verifyProof(own, [trusted])).toBe('The head is not signed by a key that is trusted.');
  });

  // with the signing key anything can be signed, but not made to follow
  const tampered: [string, (forgery: Forgery) => void, RegExp][] = [
    ['another verdict', (f) => f.answer(({ answer }) => (answer.verdict = 'NOT_ELIGIBLE')), /do not lead/],
    ['another end', (f) => f.answer(({ answer }) => (answer.until = null)), /do not lead/],
    ['another statement', (f) => f.answer(({ answer }) => (answer.statement = 'All is well.')), /do not lead/],
    ['another instant', (f) => f.answer(({ question }) => (question.at += 30 * 86_400_000)), /do not lead/],
    ['another person', (f) => f.answer(({ question }) => (question.employee = 'emp_nobody')), /somebody else/],
    ['another name for its role', (f) => f.answer(({ question }) => (question.roleCode = 'SURGEON')), /do not lead/],
    ['another rule', (f) => f.answer(({ definitions }) => (definitions.rules[0].ast = { all: [] })), /not as published/],
    ['a rule of later', (f) => f.answer(({ question }) => (question.knownAt = 1)), /not as published/],
    [
      'another name for its person',
      (f) =>
        f.answer(({ question, answer }) => {
          Object.assign(question, { name: 'Eve', externalId: 'EVE' });
          answer.statement = answer.statement.replace('"Ada Lovelace" ("P")', '"Eve" ("EVE")');
        }),
      /another name/,
    ],
    [
      'a first entry that is no arrival',
      (f) => {
        f.file.entries.splice(
          0,
          f.file.entries.findIndex((entry) => entry.subject !== null),
        );
        const about = f.file.entries.filter(({ subject }) => subject !== null);
        about[0]!.kind = 'eligibility.changed';
      },
      /begin with their arrival|not those that were published/,
    ],
    [
      'a rule larger than any',
      (f) => {
        const nested = (depth: number): object =>
          depth === 0 ? { holds: { typeCode: 'CPR' } } : { all: [nested(depth - 1), nested(depth - 1)] };
        const entry = f.file.entries.find(({ kind }) => kind === 'rule.published')!;
        const ast = nested(14);
        f.answer(({ definitions }) => (definitions.rules[0].ast = ast));
        const body = JSON.parse(Buffer.from(entry.body, 'base64').toString());
        entry.body = Buffer.from(JSON.stringify({ ...body, ast })).toString('base64');
      },
      /cannot be followed|not as published/,
    ],
    ['no rule', (f) => f.answer(({ definitions }) => definitions.rules.splice(0)), /not those that were published/],
    [
      'one entry left out',
      ({ file }) =>
        file.entries.splice(
          file.entries.findIndex(({ kind }) => kind === 'credential.suspended'),
          1,
        ),
      /not complete/,
    ],
    [
      'one entry kept sealed',
      ({ file }) => (file.entries.find(({ kind }) => kind === 'credential.suspended')!.key = null),
      /is sealed/,
    ],
    [
      'one entry saying otherwise',
      (f) => {
        const entry = f.file.entries.find(({ kind }) => kind === 'credential.suspended')!;
        f.write(entry, { ...f.read(entry), timeline: [[null, 'EXPIRED']] });
      },
      /do not lead/,
    ],
    [
      'one entry of an older format',
      (f) => {
        const entry = f.file.entries.find(({ kind }) => kind === 'credential.issued')!;
        f.write(entry, { ...f.read(entry), timeline: undefined });
      },
      /do not tell enough/,
    ],
    [
      'one entry open without need',
      (f) =>
        f.write(
          f.file.entries.find(({ kind }) => kind === 'employee.changed')!,
          { set: {} },
        ),
      /open without need/,
    ],
    [
      'one entry of somebody else',
      ({ file }) => (file.entries.find(({ kind }) => kind === 'completion.recorded')!.entity = file.entries[0]!.entity),
      /somebody else/,
    ],
    ['its end cut off', ({ file }) => file.entries.splice(-1), /does not end with the export|is sealed/],
    ['entries in disorder', ({ file }) => file.entries.reverse(), /order of the log/],
  ];
  let genuine: string;
  it.each(tampered)('fails with %s, even if it is signed', async (_, tamper, flaw) => {
    genuine ??= (await exported('P', { roleCode: 'NURSE', at: '2026-05-03T00:00:00Z' })).file;
    held(genuine);
    const file = genuine;
    expect(verifyProof(forged(file, tamper))).toMatch(flaw);
  });

  it('fails with anything put around the key it names, half characters, and bytes that are no character', async () => {
    await api.upsert([{ externalId: 'RC', givenName: 'a\ufffdb' }]);
    const { file } = await exported('RC', { roleCode: 'NURSE' });
    for (const more of [' ', '=', '\\n', '\u00a0', 'A'])
      expect(typeof verifyProof(file.replace(/("signedBy":"[^"]*)"/, `$1${more}"`))).toBe('string');
    const bytes = Buffer.from(file, 'utf8');
    expect(typeof verifyProof(bytes)).toBe('object');
    bytes[bytes.indexOf(0xef)] = 0xf1;
    expect(verifyProof(bytes)).toMatch(/not text in UTF-8/);
    expect(verifyProof(file.replaceAll('\ufffd', '\\ud800'))).toMatch(/not spelled/);
  });

  it('is refused at once when it is far too large, or speaks to the terminal', async () => {
    const { file } = await exported('Q', { typeCode: 'CPR' });
    const many = JSON.stringify({ ...JSON.parse(file), entries: Array.from({ length: 40_000 }, () => ({})) });
    expect(verifyProof(many)).toMatch(/too many/);
    const hostile = verifyProof(JSON.stringify({ ...JSON.parse(file), '\u001b[2J': 1 }));
    expect(hostile).not.toContain('\u001b');
  });

  it('keeps what people wrote beside a fact to itself', async () => {
    const { file } = await exported('P', { typeCode: 'CPR' });
    const open = (JSON.parse(file) as ProofFile).entries.filter(({ key, subject }) => key !== null && subject !== null);
    const bodies = open.map((entry) =>
      openEntry(
        { format: entry.bodyFormat, bytes: Buffer.from(entry.body, 'base64') },
        Buffer.from(entry.key!, 'base64'),
        entry.eventId,
      ),
    );
    expect(bodies).toHaveLength(open.length);
    expect(JSON.stringify(bodies)).toContain('SUSPENDED');
    expect(JSON.stringify(bodies)).not.toContain('under review');
  });

  it('fails when it is spelled otherwise, cut short, or something else', async () => {
    const { file } = await exported('Q', { typeCode: 'CPR' });
    expect(held(`${file}\n`)).toBeDefined();
    for (const text of [`${file} `, JSON.stringify(JSON.parse(file), null, 1), file.slice(0, -1), '{}', 'null', '', '[]']) {
      expect(verifyProof(text)).toMatch(/^(This is no proof|The file was changed)/);
    }
  });

  it.each([
    [{}, 'AMBIGUOUS_QUESTION'],
    [{ roleCode: 'NURSE', typeCode: 'CPR' }, 'AMBIGUOUS_QUESTION'],
    [{ roleCode: 'NURSE', reason: ' ' }, 'REASON_REQUIRED'],
    [{ roleCode: 'NURSE', reason: 'because\u0000' }, 'UNSTORABLE_VALUE'],
    [{ roleCode: 'NONE' }, 'UNKNOWN_ROLE'],
    [{ typeCode: 'NONE' }, 'UNKNOWN_CREDENTIAL_TYPE'],
    [{ typeCode: 'CPR', knownAt: '2026-01-01T00:00:00Z' }, 'UNKNOWN_EMPLOYEE'],
  ])('is refused when asked for with %j: %s', async (asked, code) => {
    expect(await exported('P', asked)).toMatchObject({ file: null, statement: null, position: null, refusal: { code } });
  });

  it('is on record: for whom and why, in the trail, and without what it says in the feed of changes', async () => {
    const { position, cursor } = await exported('Q', { typeCode: 'CPR', reason: 'a lawsuit' });
    const { id } = await api.person('Q', 'id');
    const { auditTrail } = await api.ask(`auditTrail(node: "${id}", last: 1) { nodes { position kind actor why } }`);
    expect(auditTrail.nodes).toEqual([{ position, kind: 'answer.exported', actor: 'key:admin', why: 'a lawsuit' }]);
    const { found } = await api.changes('position ... on EmployeeChange { kind attributes }');
    expect(found.at(-1)).toEqual({ __typename: 'EmployeeChange', kind: 'ANSWER_EXPORTED', position, attributes: [] });
    const csv = await fetch(`${server.url}/exports/changes.csv`, { headers: { authorization: 'Bearer test-key' } });
    const text = await csv.text();
    expect(text).toContain('answer.exported');
    expect(text).not.toContain('held no active');
    expect(text).not.toContain('a lawsuit');
    expect(cursor).toBeTruthy();
  });

  it('can be had again later, and still holds when more has happened', async () => {
    const first = await exported('Q', { typeCode: 'CPR' });
    await api.issue([{ employeeExternalId: 'Q', typeCode: 'CPR', issuedOn: '2026-05-01' }]);
    const { answerProof } = await api.ask(`answerProof(position: ${first.position})`);
    expect(held(answerProof).document).toEqual(held(first.file).document);
    expect(await api.ask('answerProof(position: 1)')).toEqual({ answerProof: null });
    expect((await server.send('{ answerProof(position: 0.5) }')).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('cannot be had of somebody who was erased; a file that left the house before still holds', async () => {
    await api.upsert([{ externalId: 'R' }]);
    const { file, position } = await exported('R', { typeCode: 'CPR' });
    await server.query(
      `mutation ($by: EmployeeKey!) { eraseEmployee(input: { employee: $by, reason: "asked for it" }) { employeeId } }`,
      { by: keyOf('R') },
    );
    expect(await exported('R', { typeCode: 'CPR' })).toMatchObject({ refusal: { code: 'UNKNOWN_EMPLOYEE' } });
    expect(await api.ask(`answerProof(position: ${position})`)).toEqual({ answerProof: null });
    expect(held(file).document.answer).toMatchObject({ isActive: false });
  });

  it('gives away nobody who was erased, neither in a new file nor in one asked for again', async () => {
    await api.defineRoles('TEAM', 'EMERGENCY');
    await api.publishRule('TEAM', { attribute: { name: 'managerExternalId', equals: 'BOSS' } });
    await api.publishRule('EMERGENCY', { attribute: { name: 'department', equals: 'ER' } });
    await api.upsert([{ externalId: 'BOSS' }, { externalId: 'S', managerExternalId: 'BOSS', department: 'ER' }]);
    const { statement, position } = await exported('S', { roleCode: 'TEAM' });
    expect(statement).toMatch(/was eligible/);
    await server.query(
      `mutation ($by: EmployeeKey!) { eraseEmployee(input: { employee: $by, reason: "asked for it" }) { employeeId } }`,
      { by: keyOf('BOSS') },
    );
    for (const roleCode of ['TEAM', 'EMERGENCY']) {
      expect(await exported('S', { roleCode })).toMatchObject({ file: null, refusal: { code: 'NOT_PROVABLE' } });
    }
    expect(await api.ask(`answerProof(position: ${position})`)).toEqual({ answerProof: null });
    expect(held((await exported('S', { typeCode: 'CPR' })).file).document.answer).toMatchObject({ isActive: false });
  });

  it('says so when entries it needs cannot be shown one by one', async () => {
    await api.upsert([{ externalId: 'OLD' }]);
    await api.issue([{ employeeExternalId: 'OLD', typeCode: 'CPR', issuedOn: '2026-05-01' }]);
    await server.execute(
      `UPDATE log SET body_format = 1 WHERE kind = 'credential.issued' AND subject = (SELECT id FROM employee WHERE external_id = 'OLD')`,
    );
    expect(await exported('OLD', { typeCode: 'CPR' })).toMatchObject({ file: null, refusal: { code: 'NOT_PROVABLE' } });
  });

  it('is verified from the command line, with neither server nor database', async () => {
    const { file, statement } = await exported('P', { roleCode: 'NURSE', at: '2026-05-03T00:00:00Z' });
    const folder = fs.mkdtempSync(path.join(server.dataDir, 'proofs-'));
    const place = path.join(folder, 'proof.json');
    const nowhere = { DATA_DIR: '/nowhere', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const run = (...args: string[]) => runCli(nowhere, ...args);
    fs.writeFileSync(place, file);
    const { code, said } = await run('verify', place);
    expect([code, said.split('\n')[0]]).toEqual([0, statement]);
    expect(said).toMatch(/ {2}ELIGIBLE: .*CPR.* \[crd_.*\n\nRight\. It follows from .*\nWhose key that is, only you can tell/s);
    const trusted = (JSON.parse(file) as ProofFile).signedBy;
    expect((await run('verify', place, '--key', trusted)).said).not.toContain('Whose key');
    fs.writeFileSync(place, file.replace('was eligible', 'was NOT eligible'));
    expect(await run('verify', place)).toMatchObject({ code: 1, said: expect.stringMatching(/^WRONG: /) });
    expect(await run('verify', path.join(folder, 'none'))).toMatchObject({ code: 2 });
    expect(await run('verify')).toMatchObject({ code: 2, said: expect.stringContaining('Usage') });
    expect(await run('verify', place, '--key', 'nonsense')).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^--key: this is no verifier/),
    });
    expect(await run('verify', folder)).toMatchObject({ code: 2, said: expect.stringMatching(/cannot be read/) });
    expect(await runCli({ ...nowhere, npm_config_key: trusted }, 'verify', place)).toMatchObject({
      code: 2,
      said: expect.stringMatching(/write -- before/),
    });
  });
});
