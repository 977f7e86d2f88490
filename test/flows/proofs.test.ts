// Answers that prove themselves: exported by the server, verified with nothing but the file.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { readVerifier } from '../../src/core/checkpoint';
import type { ProofFile } from '../../src/graph/proofs/file';
import { verifyProof, type HeldProof } from '../../src/graph/proofs/verify';
import { startTestApp, type TestApp } from '../kit/app';
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
      /^At 2026-05-03T00:00:00\.000Z, as known after \d+ entries of the log, Ada Lovelace \(P\) was eligible for NURSE, under rule version 1: .*CPR/,
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

  it('says that somebody held no active credential: none at all, one that is suspended, one that has expired', async () => {
    const none = await exported('Q', { typeCode: 'CPR' });
    expect(held(none.file).document.answer).toMatchObject({ isActive: false, holdings: [] });
    expect(none.statement).toMatch(/ Q held no active credential of type CPR\.$/);
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
  it.each(tampered)('fails with %s, even if it is signed', async (_, tamper, flaw) => {
    const { file } = await exported('P', { roleCode: 'NURSE', at: '2026-05-03T00:00:00Z' });
    expect(verifyProof(forged(file, tamper))).toMatch(flaw);
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

  it('turns on nobody who was erased: what the log still calls them is not given away', async () => {
    await api.defineRoles('TEAM');
    await api.publishRule('TEAM', { attribute: { name: 'managerExternalId', equals: 'BOSS' } });
    await api.upsert([{ externalId: 'BOSS' }, { externalId: 'S', managerExternalId: 'BOSS' }]);
    expect((await exported('S', { roleCode: 'TEAM' })).statement).toMatch(/was eligible/);
    await server.query(
      `mutation ($by: EmployeeKey!) { eraseEmployee(input: { employee: $by, reason: "asked for it" }) { employeeId } }`,
      { by: keyOf('BOSS') },
    );
    expect(await exported('S', { roleCode: 'TEAM' })).toMatchObject({ file: null, refusal: { code: 'NOT_PROVABLE' } });
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
    const run = async (...args: string[]) => {
      const script = path.join(__dirname, '../kit/cli.cjs');
      const env = { PATH: process.env['PATH'], DATA_DIR: '/nowhere', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
      return promisify(execFile)(process.execPath, [script, ...args], { env }).then(
        ({ stdout }) => ({ code: 0, said: stdout }),
        (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, said: error.stdout + error.stderr }),
      );
    };
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
  });
});
