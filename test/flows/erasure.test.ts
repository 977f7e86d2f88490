// Forgetting a person: nothing readable is left anywhere, and everything that was proved stays proved.
import { readVerifier } from '../../src/core/checkpoint';
import { provesInclusion } from '../../src/core/merkle';
import { ABOUT_PEOPLE } from '../../src/graph/erasure/store';
import { verifyLog } from '../../src/journal/audit/verify';
import { createPool } from '../../src/platform/postgres/pool';
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

jest.setTimeout(60_000);

const CANARY = 'canary';
const ID = `${CANARY}-id`;

describe('the erasure of a person (F18, N20)', () => {
  let server: TestApp;
  let api: Talk;
  let before: { id: string; proof: any };
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await nursesNeedCpr(api);
    const say = (operation: string, type: string, input: object) =>
      server.query(`mutation ($input: ${type}!) { ${operation}(input: $input) { cursor } }`, { input });
    await api.upsert(
      [
        {
          ...{ externalId: ID, givenName: `${CANARY} given`, familyName: `${CANARY} family`, email: `${CANARY}@example.org` },
          ...{
            department: 'ER',
            managerExternalId: 'BOSS',
            effectiveAt: '2026-01-01T00:00:00Z',
            attributes: { badge: `${CANARY} badge` },
          },
        },
        { externalId: 'BOSS' },
        { externalId: 'REPORT', managerExternalId: ID, otherManagerExternalIds: ['BOSS'], effectiveAt: '2026-02-01T00:00:00Z' },
        { externalId: 'BOSS2', otherManagerExternalIds: ['BOSS', ID] },
      ],
      { idempotencyKey: 'k1' },
    );
    const evidenceUrl = `https://evidence.example/${CANARY}`;
    await api.complete([
      {
        employeeExternalId: ID,
        courseCode: 'CPR-1',
        status: 'PASSED',
        completedAt: '2026-05-01T00:00:00Z',
        evidenceUrl,
        eventId: `${CANARY} event`,
      },
      { employeeExternalId: ID, courseCode: `unknown for ${CANARY}`, status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
    ]);
    await api.issue([{ employeeExternalId: ID, typeCode: 'CPR', issuedOn: '2026-05-02', evidenceUrl }], { idempotencyKey: 'k2' });
    await api.suspend([ID, 'CPR'], `${CANARY} is under review`);
    await say('grantApproval', 'ApprovalInput', { employeeExternalId: ID, kind: 'nights', reason: `${CANARY} asked` });
    await say('recordIncidents', 'RecordIncidentsInput', {
      source: 's',
      incidents: [{ employeeExternalId: ID, kind: 'spill', occurredAt: '2026-03-01T00:00:00Z', reason: `${CANARY} slipped` }],
    });
    // a refusal that quotes the person is remembered with its key
    const refused = await api.upsert(
      [
        { externalId: 'OTHER', managerExternalId: ID },
        { externalId: ID, managerExternalId: 'OTHER' },
      ],
      {
        idempotencyKey: 'k3',
      },
    );
    expect(JSON.stringify(refused)).toContain(ID);
    await api.upsert([{ externalId: 'OTHER', managerExternalId: null }]);
    const { id } = await api.person(ID, 'id');
    // a receiver that answered by repeating what it was told
    await server.execute(
      `WITH told AS (INSERT INTO webhook_delivery VALUES (gen_random_uuid(), gen_random_uuid(), 1, $1, 't', NULL, now(), 'DELIVERED', 1, now(), now(), NULL)
         RETURNING id, endpoint_id)
       INSERT INTO webhook_attempt (delivery_id, endpoint_id, at, outcome, status, latency_ms, body_hash, response)
       SELECT id, endpoint_id, now(), 'DELIVERED', 200, 1, '', $2 FROM told`,
      [id.slice('emp_'.length), `thank you for ${CANARY}`],
    );
    const trail = (await api.ask(`auditTrail(node: "${id}") { nodes { position leaf } }`)).auditTrail.nodes;
    const proof = await eventually(
      async () =>
        (await api.ask(`inclusionProof(position: ${trail[1].position}) { position leaf hashes checkpoint { size root note } }`))
          .inclusionProof,
      (found) => found !== null,
    );
    before = { id, proof };
  });
  afterAll(() => server.stop());

  const erase = async (employee: object, reason = 'asked for it') =>
    (
      await server.query(
        'mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { employeeId refusal { code path } cursor } }',
        { input: { employee, reason } },
      )
    ).eraseEmployee;

  /** Every row of every table that holds the text, readable as it is or as bytes. */
  const rowsWith = async (text: string): Promise<string[]> => {
    const tables = await server.execute<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const columns = await server.execute<{ name: string; type: string }>(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'`,
        [name],
      );
      const bytes = columns
        .filter(({ type }) => type === 'bytea')
        .map((column) => `position(convert_to($1, 'UTF8') IN ${column.name}) > 0`);
      const where = [`position($1 IN t::text) > 0`, ...bytes].join(' OR ');
      const [{ count }] = (await server.execute(`SELECT count(*) AS count FROM ${name} t WHERE ${where}`, [text])) as [
        { count: number },
      ];
      if (count > 0) found.push(`${name}: ${count}`);
    }
    return found;
  };

  it('covers every table that says something about people', async () => {
    const columns = await server.execute<{ name: string; column: string }>(
      `SELECT table_name AS name, column_name AS column FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name IN ('employee_id', 'manager_id', 'delegate_id')`,
    );
    const known = new Set(Object.keys(ABOUT_PEOPLE));
    expect(columns.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  it('is refused without a reason, and for nobody', async () => {
    expect(await erase(keyOf(ID), ' ')).toMatchObject({
      employeeId: null,
      refusal: { code: 'REASON_REQUIRED', path: ['reason'] },
    });
    expect(await erase(keyOf('nobody'))).toMatchObject({ refusal: { code: 'UNKNOWN_EMPLOYEE', path: ['employee'] } });
    expect(await rowsWith(CANARY)).not.toEqual([]);
  });

  it('leaves nothing readable in any table, nor in what is kept in memory', async () => {
    const live = server.subscribe<any>(
      `subscription { changed { __typename position ... on ErasedChange { kind employeeId employee { name } } } }`,
    );
    const early = server.subscribe<any>(`subscription { changed { __typename position } }`);
    await api.upsert([{ externalId: 'SOMEBODY' }]);
    await live.atLeast(1);
    expect(await erase(keyOf(ID))).toMatchObject({ employeeId: before.id, refusal: null });
    expect(await rowsWith(CANARY)).toEqual([]);
    expect((await live.atLeast(2)).at(-1)).toMatchObject({
      __typename: 'ErasedChange',
      kind: 'ERASURE',
      employeeId: before.id,
      employee: null,
    });
    const { found } = await api.changes(
      'position ... on ErasedChange { kind employeeId } ... on EligibilityChange { role { code } }',
    );
    expect(JSON.stringify(found)).not.toContain(CANARY);
    expect(found.map((change) => change.position)).toEqual(found.map((_, i) => i + 1));
    expect(found.filter((change) => change.kind === 'ERASED' && change.employeeId === before.id).length).toBeGreaterThan(6);
    live.close();
    early.close();
  });

  it('leaves whoever was known by the id unknown, and others as they were', async () => {
    expect(await api.person(ID, 'id')).toBeNull();
    expect((await api.ask(`node(id: "${before.id}") { id ... on Employee { name externalId email } }`)).node).toEqual({
      id: before.id,
      name: expect.stringMatching(/^erased-/),
      externalId: expect.stringMatching(/^erased-/),
      email: null,
    });
    expect(await api.person(ID, 'id', { knownAt: '2026-06-01T11:00:00Z' })).toBeNull();
    expect(await api.person('REPORT', 'name manager { name }')).toMatchObject({ name: 'REPORT' });
    expect(
      (await api.ask('employees { nodes { externalId } }')).employees.nodes.map((one: any) => one.externalId).sort(),
    ).toEqual(['BOSS', 'BOSS2', 'OTHER', 'REPORT', 'SOMEBODY'].sort());
    expect((await erase({ id: before.id })).refusal).toMatchObject({ code: 'UNKNOWN_EMPLOYEE' });
  });

  it('breaks no proof: the whole log verifies, and what was proved before still is', async () => {
    const { auditKeys } = await api.ask('auditKeys');
    const pool = await createPool(server.databaseUrl, { max: 1 });
    expect(
      await verifyLog(pool, {
        verifiers: auditKeys.map((key: string) => readVerifier(key)),
        witnesses: [before.proof.checkpoint.note],
      }),
    ).toMatchObject({
      finding: null,
    });
    await pool.end();
    const { position, leaf, hashes, checkpoint } = before.proof;
    const bytes = (text: string) => Buffer.from(text, 'base64');
    expect(provesInclusion(position - 1, checkpoint.size, bytes(leaf), hashes.map(bytes), bytes(checkpoint.root))).toBe(true);
    const { nodes } = (await api.ask(`auditTrail(node: "${before.id}") { nodes { position kind leaf isErased body why } }`))
      .auditTrail;
    expect(nodes.length).toBeGreaterThan(6);
    expect(nodes.every((entry: any) => entry.isErased && entry.body === null)).toBe(true);
    expect(nodes.find((entry: any) => entry.position === position).leaf).toBe(leaf);
  });

  it('keeps what others are waited for, though it holds the same text elsewhere', async () => {
    await api.upsert([{ externalId: '7' }]);
    const attempt = { courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' };
    await api.complete([
      { ...attempt, employeeExternalId: 'late', attemptId: '7' },
      { ...attempt, employeeExternalId: '7', courseCode: 'not defined' },
    ]);
    await erase(keyOf('7'));
    expect((await api.quarantine()).nodes.map(({ item }) => JSON.parse(item).employeeExternalId)).toEqual(['late']);
    await api.upsert([{ externalId: 'late' }]);
    expect((await api.person('late', 'completions { totalCount }')).completions.totalCount).toBe(1);
  });

  it('judges anew whose manager was erased, by rules that ask for the manager', async () => {
    await api.defineRoles('REPORTS');
    await api.upsert([
      { externalId: 'QB' },
      { externalId: 'QREP', managerExternalId: 'QB', effectiveAt: '2024-01-01T00:00:00Z' },
    ]);
    await api.publishRule('REPORTS', { attribute: { name: 'managerExternalId', equals: 'QB' } });
    expect((await api.eligibility('QREP', 'REPORTS')).verdict).toBe('ELIGIBLE');
    await erase(keyOf('QB'));
    const { verdict, explanation } = await api.eligibility('QREP', 'REPORTS', 'verdict explanation { verdict }');
    expect([verdict, explanation[0].verdict]).toEqual(['NOT_ELIGIBLE', 'NOT_ELIGIBLE']);
  });

  it('is refused while the person is given what outcomes open', async () => {
    await api.upsert([{ externalId: 'OWNER' }]);
    const define = (more: object) =>
      server.query(
        'mutation ($input: DefineOutcomesInput!) { defineOutcomes(input: $input) { results { outcome refusal { code } } } }',
        {
          input: {
            outcomes: [
              { code: 'O', title: 'O', kind: 'HRBP_TASK', when: ['ELIGIBLE'], owner: { employeeExternalId: 'OWNER' }, ...more },
            ],
          },
        },
      );
    expect((await define({})).defineOutcomes.results).toEqual([{ outcome: 'APPLIED', refusal: null }]);
    expect(await erase(keyOf('OWNER'))).toMatchObject({ employeeId: null, refusal: { code: 'EMPLOYEE_OWNS_OUTCOMES' } });
    await define({ active: false });
    expect((await erase(keyOf('OWNER'))).refusal).toBeNull();
  });

  it('gives what is open for the person to whom the definition names, or withdraws it where nobody is left', async () => {
    const define = (...outcomes: object[]) =>
      server.query('mutation ($input: DefineOutcomesInput!) { defineOutcomes(input: $input) { results { outcome } } }', {
        input: { outcomes: outcomes.map((one) => ({ title: 'T', kind: 'HRBP_TASK', when: ['ELIGIBLE'], ...one })) },
      });
    await api.defineRoles('HELD');
    await api.defineTypes({ code: 'H' });
    await api.publishRule('HELD', { holds: { typeCode: 'H' } });
    await api.upsert(['CHIEF', 'DESK'].map((externalId) => ({ externalId, effectiveAt: '2026-01-01T00:00:00Z' })));
    await api.upsert([{ externalId: 'WORKER', managerExternalId: 'CHIEF', effectiveAt: '2026-01-02T00:00:00Z' }]);
    const alone = { code: 'ALONE', roleCode: ['HELD'], owner: { employeeExternalId: 'CHIEF' } };
    await define({ code: 'DESKED', roleCode: ['HELD'], owner: { manager: true }, fallbackOwner: 'DESK' }, alone);
    await api.issue([{ employeeExternalId: 'WORKER', typeCode: 'H', issuedOn: '2026-05-01' }]);
    const outcomes = async () =>
      (await api.ask('outcomes(first: 200) { nodes { rule { code } owner { externalId } state reason } }')).outcomes.nodes;
    const owned = { owner: { externalId: 'CHIEF' }, state: 'OPEN', reason: null };
    expect(await outcomes()).toEqual(expect.arrayContaining([expect.objectContaining(owned), expect.objectContaining(owned)]));
    await define({ ...alone, active: false });
    expect((await erase(keyOf('CHIEF'))).refusal).toBeNull();
    const after = await outcomes();
    expect(after.find(({ rule }: any) => rule.code === 'DESKED')).toMatchObject({ owner: { externalId: 'DESK' }, state: 'OPEN' });
    expect(after.find(({ rule }: any) => rule.code === 'ALONE')).toMatchObject({
      state: 'WITHDRAWN',
      reason: 'its owner was erased, and its definition names nobody else',
    });
    const { found } = await api.changes('... on OutcomeChange { kind employee { externalId } outcome { owner { externalId } } }');
    expect(found.filter(({ kind }) => kind === 'OUTCOME_REASSIGNED')).toMatchObject([
      { employee: { externalId: 'WORKER' }, outcome: { owner: { externalId: 'DESK' } } },
    ]);
    expect(found.filter(({ kind }) => kind === 'OUTCOME_WITHDRAWN')).toHaveLength(1);
  });

  it('spoils nothing that is told at the same moment, of the person or of others', async () => {
    for (let round = 0; round < 12; round++) {
      const externalId = `RACE${round}`;
      await api.upsert([{ externalId }, { externalId: `OTHER${round}` }]);
      const say = (operation: string, type: string, input: object) =>
        server.send(`mutation ($input: ${type}!) { ${operation}(input: $input) { results { outcome } } }`, { input });
      const attempt = { courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' };
      const answers = await Promise.all([
        server.send('mutation ($input: EraseEmployeeInput!) { eraseEmployee(input: $input) { refusal { code } } }', {
          input: { employee: keyOf(externalId), reason: 'asked for it' },
        }),
        say('grantApproval', 'ApprovalInput', { employeeExternalId: externalId, kind: 'nights' }),
        say('recordCompletions', 'RecordCompletionsInput', {
          source: 'lms',
          completions: [
            { ...attempt, employeeExternalId: externalId },
            { ...attempt, employeeExternalId: `OTHER${round}` },
          ],
        }),
        say('upsertEmployees', 'UpsertEmployeesInput', { source: 'hris', employees: [{ externalId, jobTitle: 'Nurse' }] }),
        say('verifyCredentials', 'VerifyCredentialsInput', {
          source: 's',
          verifications: [{ employeeExternalId: externalId, typeCode: 'CPR' }],
        }),
      ]);
      expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
      expect((await api.person(`OTHER${round}`, 'completions { totalCount }')).completions.totalCount).toBe(1);
    }
  });

  it('lets the same id be given to somebody new', async () => {
    await api.upsert([{ externalId: ID, givenName: 'Another' }]);
    const person = await api.person(ID, 'id name credentials { totalCount }');
    expect(person).toMatchObject({ name: 'Another', credentials: { totalCount: 0 } });
    expect(person.id).not.toBe(before.id);
  });
});
