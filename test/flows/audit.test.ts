// The audit as auditors and witnesses meet it: over GraphQL, and from the command line.
import fs from 'node:fs';
import path from 'node:path';
import { openCheckpoint, readVerifier } from '../../src/core/checkpoint';
import { provesConsistency, provesInclusion } from '../../src/core/merkle';
import { startTestApp, type TestApp } from '../kit/app';
import { runCli } from '../kit/command-line';
import { eventually, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

jest.setTimeout(60_000);

const HEAD = 'size root note signedAt';
const ENTRY = 'position kind actor source cause why occurredAt recordedAt entityVersion body isErased leaf';
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

describe('the audit', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert([{ externalId: 'P', department: 'ER', effectiveAt: '2026-01-01T00:00:00Z' }, { externalId: 'Q' }]);
    await api.complete([
      { employeeExternalId: 'P', courseCode: 'CPR-1', status: 'PASSED', eventId: 'e1', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    await api.issue([{ employeeExternalId: 'Q', typeCode: 'CPR', issuedOn: '2026-05-01' }]);
    await api.suspend(['P', 'CPR'], 'under review');
  });
  afterAll(() => server.stop());

  const trail = async (node: string, page = '') =>
    (await api.ask(`auditTrail(node: "${node}"${page}) { totalCount pageInfo { hasNextPage endCursor } nodes { ${ENTRY} } }`))
      .auditTrail;
  const head = async (position: number) =>
    eventually(
      async () => (await api.ask(`auditCheckpoint(position: ${position}) { ${HEAD} }`)).auditCheckpoint,
      (found) => found !== null,
    );

  it('tells of a person, oldest first, who did what when, on whose word, from what cause and why (H1, H3, H6)', async () => {
    const { id } = await api.person('P', 'id');
    const { nodes, totalCount } = await trail(id);
    expect(totalCount).toBe(nodes.length);
    expect(nodes.map(({ kind, actor, source, cause, why }: any) => [kind, actor, source, cause, why])).toEqual([
      ['employee.changed', 'key:admin', 'hris', 'told by hris', null],
      ['completion.recorded', 'key:admin', 'lms', 'event e1 of lms', null],
      ['credential.issued', 'key:admin', 'lms', expect.stringMatching(/^award rule version 1 from cmp_/), null],
      ['eligibility.changed', 'key:admin', 'lms', 'CPR certification obtained', null],
      ['credential.suspended', 'key:admin', 'api', 'request of key:admin', 'under review'],
      ['eligibility.changed', 'key:admin', 'api', 'CPR certification suspended', null],
    ]);
    expect(nodes.map((entry: any) => entry.entityVersion)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(nodes[1]).toMatchObject({
      occurredAt: '2026-05-01T00:00:00.000Z',
      recordedAt: '2026-06-01T12:00:00.000Z',
      isErased: false,
    });
    expect(nodes[4].body).toMatchObject({ typeCode: 'CPR', reason: 'under review' });
  });

  it('keeps why a rule was published, when somebody says so (H6)', async () => {
    await api.publishRule('NURSE', { holds: { typeCode: 'CPR', strict: true } }, { reason: ' board decision 7 ' });
    await api.publishAward('CPR', { passed: { courseCode: 'CPR-1', minScore: 50 } }, { reason: 'board decision 8' });
    const { role, credentialTypes } = await api.ask('role(code: "NURSE") { id } credentialTypes { nodes { id } }');
    for (const [id, why] of [
      [role.id, 'board decision 7'],
      [credentialTypes.nodes[0].id, 'board decision 8'],
    ]) {
      expect((await trail(id)).nodes.at(-1)).toMatchObject({ why, actor: 'key:admin' });
    }
    const no = await api.publishRule('NURSE', { holds: { typeCode: 'CPR' } }, { reason: 'x'.repeat(9_000) });
    expect(no.refusal).toMatchObject({ code: 'VALUE_TOO_LONG', path: ['reason'] });
  });

  it('tells of a credential what names it, of a role what was published for it, page by page', async () => {
    const [credential] = await api.credentials('P', 'CPR', 'id');
    expect((await trail(credential.id)).nodes.map((entry: any) => entry.kind)).toEqual([
      'credential.issued',
      'credential.suspended',
    ]);
    const first = await trail(credential.id, ', first: 1');
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await trail(credential.id, `, first: 1, after: "${first.pageInfo.endCursor}"`);
    expect([...first.nodes, ...rest.nodes].map((entry: any) => entry.kind)).toEqual([
      'credential.issued',
      'credential.suspended',
    ]);
    const { role } = await api.ask('role(code: "NURSE") { id }');
    expect((await trail(role.id)).nodes.map((entry: any) => entry.kind)).toEqual([
      'role.defined',
      'rule.published',
      'rule.published',
    ]);
    const { errors } = await server.send('{ auditTrail(node: "nothing") { totalCount } }');
    expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('tells of a credential all that names it, however much else the log says about its holder', async () => {
    const attempt = { employeeExternalId: 'LONG', courseCode: 'CPR-2', status: 'FAILED' };
    await api.defineCourses({ code: 'CPR-2', title: 'CPR' });
    await api.upsert([{ externalId: 'LONG' }]);
    await api.issue([{ employeeExternalId: 'LONG', typeCode: 'CPR', issuedOn: '2026-05-01' }]);
    for (const begin of [0, 600]) {
      const times = Array.from({ length: 600 }, (_, i) => new Date(1_700_000_000_000 + (begin + i) * 60_000).toISOString());
      await api.complete(times.map((completedAt) => ({ ...attempt, completedAt })));
    }
    await api.suspend(['LONG', 'CPR'], 'under review');
    const [credential] = await api.credentials('LONG', 'CPR', 'id');
    const { totalCount, nodes } = await trail(credential.id);
    expect([totalCount, nodes.map((entry: any) => entry.kind)]).toEqual([2, ['credential.issued', 'credential.suspended']]);
    expect((await trail(credential.id, ', last: 1')).nodes.map((entry: any) => entry.kind)).toEqual(['credential.suspended']);
  });

  it('proves an entry under a signed head, and one head under a later one, to whoever has only the key', async () => {
    const { id } = await api.person('P', 'id');
    const entry = (await trail(id)).nodes[2];
    const early = await head(entry.position);
    const { auditKeys } = await api.ask('auditKeys');
    const keys = auditKeys.map((key: string) => readVerifier(key));
    expect(openCheckpoint(early.note, keys)).toMatchObject({ size: early.size, root: bytes(early.root) });
    const { inclusionProof } = await api.ask(
      `inclusionProof(position: ${entry.position}, size: ${early.size}) { leaf hashes checkpoint { ${HEAD} } }`,
    );
    expect(inclusionProof.leaf).toBe(entry.leaf);
    expect(
      provesInclusion(entry.position - 1, early.size, bytes(entry.leaf), inclusionProof.hashes.map(bytes), bytes(early.root)),
    ).toBe(true);

    await api.reinstate(['P', 'CPR'], 'cleared');
    const { nodes } = await trail(id);
    const late = await head(nodes.at(-1).position);
    expect(late.size).toBeGreaterThan(early.size);
    const { consistencyProof } = await api.ask(`consistencyProof(from: ${early.size}, to: ${late.size}) { hashes }`);
    expect(
      provesConsistency(early.size, late.size, consistencyProof.hashes.map(bytes), bytes(early.root), bytes(late.root)),
    ).toBe(true);
    for (const wrong of [
      'inclusionProof(position: 9999) { leaf }',
      'inclusionProof(position: 0.5) { leaf }',
      'inclusionProof(position: 1, size: 1.5) { leaf }',
      'auditCheckpoint(position: 1.5) { size }',
      'auditCheckpoint(position: 1e30) { size }',
      'consistencyProof(from: 3, to: 9999) { from }',
    ])
      expect((await server.send(`{ ${wrong} }`)).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('sends witnesses every head as it is signed', async () => {
    const witness = server.subscribe<any>(`subscription { auditCheckpoints(after: 0) { ${HEAD} } }`);
    const before = await witness.atLeast(1);
    const count = before.length;
    await api.upsert([{ externalId: 'R' }]);
    const heads = await witness.atLeast(count + 1);
    heads.slice(1).forEach(({ size }, i) => expect(size).toBeGreaterThan(heads[i].size));
    witness.close();
  });

  it('keeps the signing key in a file of its own, and no private key in the database', async () => {
    const key = fs.readFileSync(path.join(server.dataDir, 'audit-key'), 'utf8').trim();
    expect(fs.statSync(path.join(server.dataDir, 'audit-key')).mode & 0o077).toBe(0);
    expect(await server.execute('SELECT verifier FROM audit_key')).toHaveLength(1);
    const secret = key.split('+').slice(3).join('+');
    expect(JSON.stringify(await server.execute('SELECT * FROM audit_key'))).not.toContain(secret);
  });

  describe('from the command line', () => {
    const verify = (...args: string[]) => runCli({ DATABASE_URL: server.databaseUrl, DATA_DIR: server.dataDir }, ...args);

    it('verifies the whole log with the key of this installation, and against a witness', async () => {
      const { code, said } = await verify('audit', 'verify');
      expect([code, said]).toEqual([
        0,
        expect.stringMatching(/entries and \d+ signed heads in .*\nRight\. Root .*\nWithout a witness/s),
      ]);
      const witness = path.join(server.dataDir, 'witness');
      fs.writeFileSync(witness, said.slice(said.indexOf('\n\n') + 2));
      const again = await verify('audit', 'verify', '--witness', witness);
      expect([again.code, again.said]).toEqual([0, expect.not.stringContaining('Without a witness')]);
    });

    it('says what is wrong, and what it was asked wrongly', async () => {
      const kept = await server.execute<{ body: Buffer }>('SELECT body FROM log WHERE pos = 4');
      await server.execute('UPDATE log SET body = set_byte(body, 0, get_byte(body, 0) # 1) WHERE pos = 4');
      expect(await verify('audit', 'verify')).toEqual({ code: 1, said: expect.stringContaining('WRONG: The entry at 4 ') });
      await server.execute('UPDATE log SET body = $1 WHERE pos = 4', [kept[0]!.body]);
      expect(await verify('audit', 'prove')).toEqual({ code: 2, said: expect.stringContaining('Usage:') });
      expect(await verify('audit', 'verify', '--key', 'k')).toEqual({ code: 2, said: expect.stringContaining('verifier') });
    });
  });
});
