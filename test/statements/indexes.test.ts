// What is asked or told of one person finds its rows through indexes, however many others there are, now and as it was known.
import pg from 'pg';
import { startTestApp, type TestApp } from '../kit/app';
import { keyOf, talkTo, type Talk } from '../kit/seed';

/** The tables that grow with people, and with time. */
const LARGE = new Set([
  ...['employee', 'employee_fact', 'employee_identity', 'employee_state', 'person_key', 'completion', 'award_decision'],
  ...['credential', 'credential_fact', 'credential_segment', 'credential_verification', 'eligibility_segment'],
  ...['approval_fact', 'incident', 'outcome', 'log', 'change', 'quarantine', 'idempotency'],
]);

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'One-Time Filter'?: string;
  readonly Plans?: readonly Plan[];
}

/** The large tables that a plan reads from end to end. */
function wholeTables(plan: Plan, relation = plan['Relation Name']): string[] {
  // what is done for more than a thousand managers at once is not done for these few
  if (plan['One-Time Filter'] !== undefined) return [];
  // partitions of the log are the log
  const table = (plan['Relation Name'] ?? relation ?? '').replace(/^log_\d+$/, 'log');
  const isScan = /^(Seq Scan|Index Scan|Index Only Scan|Bitmap Index Scan)$/.test(plan['Node Type']);
  const own = isScan && LARGE.has(table) && plan['Index Cond'] === undefined ? [table] : [];
  return [...own, ...(plan.Plans ?? []).flatMap((below) => wholeTables(below, table))];
}

jest.setTimeout(60_000);

describe('statements about one person', () => {
  let server: TestApp;
  let api: Talk;
  const { query } = pg.Client.prototype;
  const sent = new Map<string, { readonly text: string; readonly params: readonly unknown[] }>();

  const ingest = async (operation: string, type: string, input: object) => {
    const { results } = (
      await server.query(`mutation ($input: ${type}!) { ${operation}(input: $input) { results { id outcome } } }`, { input })
    )[operation];
    expect(results).toContainEqual(expect.objectContaining({ outcome: 'APPLIED' }));
    return results as { readonly id: string }[];
  };

  // whatever can be told of people, several times
  const tellAllOf = async (people: readonly string[]): Promise<void> => {
    const each = <T>(item: (externalId: string, n: number) => T): T[] => people.flatMap((id) => [1, 2].map((n) => item(id, n)));
    await api.upsert(
      each((externalId, n) => ({ externalId, managerExternalId: `M${externalId}${n}`, effectiveAt: `2026-0${n}-01T00:00:00Z` })),
    );
    await api.complete(
      each((employeeExternalId, n) => ({
        employeeExternalId,
        courseCode: 'C',
        eventId: `${employeeExternalId}${n}`,
        status: 'PASSED',
        completedAt: `2026-05-0${n}T00:00:00Z`,
      })),
    );
    await api.issue(
      each((employeeExternalId, n) => ({
        employeeExternalId,
        typeCode: 'B',
        eventId: `${employeeExternalId}${n}`,
        issuedOn: `2026-0${n}-01`,
      })),
    );
    for (const n of [0, 1]) {
      const operation = ['requestApproval', 'grantApproval'][n]!;
      for (const employeeExternalId of people.slice(0, 20))
        await ingest(operation, 'ApprovalInput', { employeeExternalId, kind: 'k' });
    }
    const incidents = each((employeeExternalId, n) => ({
      employeeExternalId,
      kind: 'spill',
      eventId: `${employeeExternalId}${n}`,
      occurredAt: `2026-03-0${n}T00:00:00Z`,
    }));
    await ingest('recordIncidents', 'RecordIncidentsInput', { source: 's', incidents });
    const verifications = each((employeeExternalId, n) => ({
      employeeExternalId,
      typeCode: 'A',
      eventId: `${employeeExternalId}${n}`,
      verifiedAt: `2026-05-1${n}T00:00:00Z`,
    }));
    await ingest('verifyCredentials', 'VerifyCredentialsInput', { source: 's', verifications });
    await api.complete(
      people.map((id) => ({
        employeeExternalId: `unknown ${id}`,
        courseCode: 'C',
        status: 'PASSED',
        completedAt: '2026-05-01T00:00:00Z',
      })),
    );
  };

  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineCourses({ code: 'C', creditHours: 3 });
    await api.defineTypes({ code: 'A', renewal: { life: 'P1Y' } }, { code: 'B' });
    await api.publishAward('A', { passed: { courseCode: 'C' } });
    await api.defineRoles('R', 'S');
    await api.publishRule('R', { any: [{ holds: { typeCode: 'A', verifiedWithin: 'P90D' } }, { approval: { kind: 'k' } }] });
    await api.publishRule('S', {
      all: [{ noOpen: { trigger: 'spill', resolver: 'C' } }, { credits: { courseCodes: ['C'], min: 2, window: 'P1Y' } }],
    });
    const outcome = { title: 'talk', kind: 'HRBP_TASK', owner: { manager: true }, fallbackOwner: 'HR', dueIn: 'P7D' };
    await api.upsert([{ externalId: 'HR' }]);
    await ingest('defineOutcomes', 'DefineOutcomesInput', {
      outcomes: [
        { ...outcome, code: 'GAINED', when: ['ELIGIBLE'] },
        { ...outcome, code: 'LOST', when: ['NOT_ELIGIBLE', 'PENDING'] },
      ],
    });
    const people = Array.from({ length: 60 }, (_, i) => `O${i}`);
    await api.upsert(people.flatMap((id) => [{ externalId: `M${id}1` }, { externalId: `M${id}2` }]));
    await tellAllOf(people);
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [text, params] = args;
      const name = typeof text === 'string' ? /^\/\* (\w+) \*\//.exec(text)?.[1] : undefined;
      if (name !== undefined) sent.set(name, { text: text as string, params: (params ?? []) as unknown[] });
      return (query as (...all: unknown[]) => unknown).apply(this, args);
    } as typeof query;
  });
  afterAll(async () => {
    pg.Client.prototype.query = query;
    await server.stop();
  });

  const EVERYTHING = `name manager { name } credentials { nodes { status lastVerifiedAt history { kind } type { code } } }
    completions { nodes { courseCode decisions { outcome } } } eligibilities { nodes { verdict segments { from } explanation { text } role { code } } }
    outcomes(filter: { state: [OPEN, DONE, WITHDRAWN] }) { totalCount nodes { state rule { code } owner { name } eligibility { verdict } } }
    approvals { nodes { act } } incidents { nodes { kind } } reports(transitive: true) { nodes { name } }`;

  const planOf = async ({ text, params }: { readonly text: string; readonly params: readonly unknown[] }): Promise<Plan> => {
    const client = new pg.Client({ connectionString: server.databaseUrl, options: '-c TimeZone=UTC' });
    await client.connect();
    try {
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (FORMAT JSON) ${text}`,
        params as unknown[],
      );
      return rows[0]!['QUERY PLAN'][0].Plan;
    } finally {
      await client.end();
    }
  };

  // the rows of a test are so few that any plan would do: PostgreSQL is made to believe in a million, of which hardly any are alike
  const pretendMany = async (): Promise<void> => {
    await server.execute(`DO $$ BEGIN SET LOCAL default_statistics_target = 1; ANALYZE; END $$`);
    await server.execute(
      `UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE relname = ANY($1) OR relname ~ '^log_[0-9]+$'`,
      [[...LARGE]],
    );
  };

  const violations = async (): Promise<string[]> => {
    await pretendMany();
    const found: string[] = [];
    for (const [name, statement] of sent) {
      // the timers', through an index in the order of what is due; and the watch's, which reads a week, here all there is
      if (name === 'nextBoundaries' || name === 'volumes') continue;
      for (const table of wholeTables(await planOf(statement))) found.push(`${name} reads all of ${table}`);
    }
    return found;
  };

  it('read no table whole when something is told', async () => {
    sent.clear();
    await api.upsert([{ externalId: 'P', managerExternalId: 'M', department: 'D', effectiveAt: '2026-01-01T00:00:00Z' }]);
    await api.upsert([{ externalId: 'M' }]);
    await api.complete([
      { employeeExternalId: 'P', courseCode: 'C', status: 'PASSED', completedAt: '2026-05-01T00:00:00Z' },
      {
        employeeExternalId: 'P',
        courseCode: 'C',
        attemptId: '2',
        eventId: 'e',
        status: 'PASSED',
        completedAt: '2026-05-02T00:00:00Z',
      },
    ]);
    await api.issue([{ employeeExternalId: 'P', typeCode: 'B', issuedOn: '2026-02-01', eventId: 'i' }]);
    await api.suspend(['P', 'B'], 'under review');
    await api.reinstate(['P', 'B'], 'cleared');
    await api.revoke(['P', 'B'], 'withdrawn');
    const approval = { employeeExternalId: 'P', kind: 'k' };
    for (const operation of ['requestApproval', 'grantApproval', 'withdrawApproval'])
      await ingest(operation, 'ApprovalInput', approval);
    const incidents = [{ employeeExternalId: 'P', kind: 'spill', eventId: 'n', occurredAt: '2026-03-01T00:00:00Z' }];
    const told = await ingest('recordIncidents', 'RecordIncidentsInput', { source: 's', incidents });
    await ingest('retractIncident', 'RetractIncidentInput', { incident: told[0]!.id, reason: 'another' });
    const verifications = [{ employeeExternalId: 'P', typeCode: 'A', eventId: 'v' }];
    await ingest('verifyCredentials', 'VerifyCredentialsInput', { source: 's', verifications });
    const [open] = (await api.person('P', 'outcomes(filter: { state: [OPEN] }) { nodes { id } }')).outcomes.nodes;
    const closing = { outcome: open.id, reason: 'talked about it' };
    const close = 'mutation ($input: CloseOutcomeInput!) { closeOutcome(input: $input) { refusal { code } } }';
    expect((await server.query(close, { input: closing })).closeOutcome.refusal).toBeNull();
    expect([...sent.keys()]).toEqual(
      expect.arrayContaining(['outcomesAround', 'retireOutcomes', 'recordOutcomes', 'standingOutcome']),
    );
    expect(sent.size).toBeGreaterThan(30);
    expect(await violations()).toEqual([]);
  });

  it.each(['{}', '{ "at": "2026-05-20T00:00:00Z" }', '{ "at": "2026-05-20T00:00:00Z", "knownAt": "2026-06-01T12:00:00Z" }'])(
    'read no table whole when everything is asked with %s',
    async (when) => {
      server.clock.set('2026-06-01T13:00:00Z');
      sent.clear();
      expect(await api.person('O1', `id ${EVERYTHING}`, JSON.parse(when) as object)).not.toBeNull();
      expect(sent.size).toBeGreaterThan(10);
      expect(await violations()).toEqual([]);
    },
  );

  it('read no table whole when it is asked what somebody has to do', async () => {
    for (const view of ['', ', knownAt: "2026-06-01T12:00:00Z"']) {
      for (const filter of ['owner: { externalId: { value: "MO12" } }', 'employeeExternalId: "O1", state: [OPEN]']) {
        sent.clear();
        await api.ask(`outcomes(filter: { ${filter} }${view}) { totalCount nodes { state } }`);
        expect(await violations()).toEqual([]);
      }
    }
  });

  it('read no table whole when ways, differences, suppositions and changes are asked for', async () => {
    sent.clear();
    const by = keyOf('O1');
    await api.ask(
      `eligibility(employee: $by, roleCode: "S") { nearestWays { steps { text } } }
       eligibilityDiff(of: { employee: $by }, from: { at: "2026-05-20T00:00:00Z", knownAt: "2026-06-01T11:00:00Z" }, to: {}) { nodes { because } }
       whatIf(input: { of: { employee: $by }, suppose: [{ grant: { typeCode: "B" } }] }) { affected { nodes { after } } }`,
      { by },
      '($by: EmployeeKey!) ',
    );
    await api.changes('position', { employeeExternalId: ['O1'] });
    expect(await violations()).toEqual([]);
  });
});
