// Time as an event: what becomes true by itself is published once, at its true instant, in order, however long nobody was there to see it.
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { seeded } from '../kit/seeded';

const DAY = 86_400_000;
const START = Date.parse('2026-03-02T08:00:00Z');
const iso = (instant: number): string => new Date(instant).toISOString();

interface Happening {
  readonly position: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly kind: string;
  readonly employee: { externalId: string };
  readonly after?: string;
  readonly because?: string[];
}

/** Everything in the log behind a cursor, credential and eligibility changes alike. */
async function changesAfter(server: TestApp, cursor: string): Promise<Happening[]> {
  const found: Happening[] = [];
  for (let after = cursor, hasMore = true; hasMore;) {
    const { changes }: any = await server.query(
      `query ($after: Cursor) { changes(after: $after, first: 200) { hasMore cursor changes { __typename position occurredAt recordedAt employee { externalId }
        ... on CredentialChange { kind } ... on EligibilityChange { verdictKind: kind after because }
        ... on EmployeeChange { personKind: kind } } } }`,
      { after },
    );
    found.push(
      ...changes.changes.map(({ verdictKind, personKind, ...change }: any) => ({
        ...change,
        kind: change.kind ?? verdictKind ?? personKind,
      })),
    );
    ({ cursor: after, hasMore } = changes);
  }
  return found;
}

async function until<T>(look: () => Promise<T>, isDone: (found: T) => boolean, withinMs = 15_000): Promise<T> {
  for (const end = Date.now() + withinMs; ;) {
    const found = await look();
    if (isDone(found) || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function define(server: TestApp): Promise<void> {
  await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
    { code: "T", name: "T", kind: CERTIFICATION, issuer: "I", renewal: { life: "P30D", grace: "P5D", graceCounts: true, noticeBefore: ["P7D", "P3D"] } }
    { code: "LADDER", name: "L", kind: CERTIFICATION, issuer: "I", renewal: { life: "P1Y", noticeBefore: ["P90D", "P60D", "P30D", "P7D"] } }
    { code: "FUN", name: "F", kind: BADGE, issuer: "I", operational: false, renewal: { life: "P30D", noticeBefore: ["P7D"] } }
  ] }) { cursor } }`);
  await server.query(`mutation { defineRoles(input: { roles: [{ code: "R", title: "R" }] }) { cursor } }`);
  await server.query(
    `mutation { publishRule(input: { roleCode: "R", rule: { holds: { typeCode: "T" } } }) { refusal { code } } }`,
  );
}

async function issue(server: TestApp, credentials: object[]): Promise<string> {
  const { issueCredentials } = await server.query(
    `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { cursor results { outcome refusal { code } } } }`,
    { credentials },
  );
  for (const result of issueCredentials.results) expect(result).toEqual({ outcome: 'APPLIED', refusal: null });
  return issueCredentials.cursor;
}

const hire = (server: TestApp, ids: readonly string[]) =>
  server.query(
    `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`,
    {
      employees: ids.map((externalId) => ({ externalId, givenName: externalId })),
    },
  );

const short = ({ employee, kind, occurredAt, after }: Happening): string =>
  [occurredAt, employee.externalId, kind, ...(after === undefined ? [] : [after])].join(' ');

describe('what happened while every node was down', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  it('is published once each, with its true instant and when it was learned, in order of time, whatever interrupts it (N2, D1)', async () => {
    const people = Array.from({ length: 700 }, (_, i) => `E${String(i).padStart(3, '0')}`);
    const chance = seeded(7);
    const expected: string[] = [];
    let server = await startTestApp({ at: iso(START), databaseUrl: database.url });
    await define(server);
    await hire(server, people);
    const credentials = people.map((employeeExternalId) => {
      const isDated = chance.percent(50);
      const expiresOn = START + chance.int(10, 60) * DAY;
      const expiresAt = isDated ? Math.floor(expiresOn / DAY) * DAY + DAY : START + chance.int(10 * DAY, 60 * DAY);
      // a day is reckoned from the last valid one, an instant from itself
      const noticed = (days: number) => iso(isDated ? expiresAt - DAY - days * DAY : expiresAt - days * DAY);
      const say = (at: string, what: string) => expected.push(`${at} ${employeeExternalId} ${what}`);
      say(noticed(7), 'EXPIRING');
      say(noticed(3), 'EXPIRING');
      say(iso(expiresAt), 'EXPIRED');
      say(iso(expiresAt), 'TRANSITION GRACE');
      say(iso(expiresAt + 5 * DAY), 'GRACE_ENDED');
      say(iso(expiresAt + 5 * DAY), 'TRANSITION NOT_ELIGIBLE');
      return {
        employeeExternalId,
        typeCode: 'T',
        ...(isDated ? { expiresOn: iso(expiresOn).slice(0, 10) } : { expiresAt: iso(expiresAt) }),
      };
    });
    const cursor = await issue(server, credentials);
    await server.stop();

    const back = START + 100 * DAY;
    for (const patience of [0, 60, 120]) {
      server = await startTestApp({ at: iso(back), databaseUrl: database.url });
      await new Promise((resolve) => setTimeout(resolve, patience));
      await server.stop();
    }
    server = await startTestApp({ at: iso(back), databaseUrl: database.url });
    const changes = await until(
      () => changesAfter(server, cursor),
      (found) => found.length >= expected.length,
    );
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await changesAfter(server, cursor)).length).toBe(expected.length);
    await server.stop();

    expect(changes.map(short).sort()).toEqual(expected.sort());
    expect(changes.map((change) => change.recordedAt)).toEqual(changes.map(() => iso(back)));
    const instants = changes.map((change) => change.occurredAt);
    expect(instants).toEqual([...instants].sort());
    expect(changes.map((change) => change.position)).toEqual(changes.map((_, i) => changes[0]!.position + i));
  }, 40_000);
});

describe('what time brings while the server runs', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ at: iso(START) });
    await define(server);
  });
  afterAll(() => server.stop());

  const happened = async (cursor: string, count: number) =>
    (
      await until(
        () => changesAfter(server, cursor),
        (found) => found.length >= count,
        3_000,
      )
    ).map(short);

  it('comes in the order notice, expiry, end of grace, each with the verdict it changes', async () => {
    await hire(server, ['G']);
    const cursor = await issue(server, [{ employeeExternalId: 'G', typeCode: 'T', issuedOn: '2026-03-01' }]);
    server.clock.set('2026-04-04T23:59:59.999Z');
    const first = [
      '2026-03-23T00:00:00.000Z G EXPIRING',
      '2026-03-27T00:00:00.000Z G EXPIRING',
      '2026-03-31T00:00:00.000Z G EXPIRED',
      '2026-03-31T00:00:00.000Z G TRANSITION GRACE',
    ];
    expect(await happened(cursor, 4)).toEqual(first);
    server.clock.set('2026-04-05T00:00:00Z');
    expect(await happened(cursor, 6)).toEqual([
      ...first,
      '2026-04-05T00:00:00.000Z G GRACE_ENDED',
      '2026-04-05T00:00:00.000Z G TRANSITION NOT_ELIGIBLE',
    ]);
  });

  it('gives no notice of an expiry that a renewal has put off (C13)', async () => {
    const now = Math.ceil(server.clock.now() / DAY) * DAY;
    server.clock.set(now);
    await hire(server, ['L']);
    const cursor = await issue(server, [{ employeeExternalId: 'L', typeCode: 'LADDER', issuedAt: iso(now - 270 * DAY) }]);
    server.clock.advance(50 * DAY);
    const noticed = (days: number) => `${iso(now + 95 * DAY - DAY - days * DAY)} L EXPIRING`;
    expect(await happened(cursor, 2)).toEqual([noticed(90), noticed(60)]);
    await issue(server, [{ employeeExternalId: 'L', typeCode: 'LADDER' }]);
    server.clock.advance(60 * DAY);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await happened(cursor, 3)).toEqual([noticed(90), noticed(60), `${iso(now + 50 * DAY)} L RENEWED`]);
  });

  it('raises no alert for a purely developmental credential, but lets it expire (A23)', async () => {
    await hire(server, ['F']);
    const now = server.clock.now();
    const cursor = await issue(server, [{ employeeExternalId: 'F', typeCode: 'FUN', expiresAt: iso(now + 10 * DAY) }]);
    server.clock.advance(10 * DAY);
    expect(await happened(cursor, 1)).toEqual([`${iso(now + 10 * DAY)} F EXPIRED`]);
  });

  it('is told before what a later write says, also by a write that comes before the clock has published it (D9)', async () => {
    const people = Array.from({ length: 20 }, (_, i) => `W${i}`);
    await hire(server, people);
    for (const [i, person] of people.entries()) {
      const now = server.clock.now();
      const expiry = now + DAY;
      await issue(server, [{ employeeExternalId: person, typeCode: 'T', issuedAt: iso(now - 40 * DAY), expiresAt: iso(expiry) }]);
      const { extensions } = await server.send(`{ __typename }`);
      // the notices of this expiry are long past; the clock now jumps over the expiry, and the write is there first
      server.clock.advance(2 * DAY);
      const renewal = i % 2 === 0 ? expiry - 3_600_000 : server.clock.now();
      await issue(server, [
        { employeeExternalId: person, typeCode: 'T', issuedAt: iso(renewal), expiresAt: iso(now + 300 * DAY) },
      ]);
      const told = (await changesAfter(server, extensions.position))
        .filter((change) => change.employee.externalId === person)
        .map(short);
      expect(told).toEqual([
        `${iso(expiry)} ${person} EXPIRED`,
        `${iso(expiry)} ${person} TRANSITION GRACE`,
        `${iso(renewal)} ${person} RENEWED`,
        `${iso(Math.max(expiry, renewal))} ${person} TRANSITION ELIGIBLE`,
      ]);
    }
    const { credentials } = await server.query(
      `{ credentials(filter: { typeCode: ["T"] }, first: 200) { nodes { status employee { externalId } } } }`,
    );
    expect(
      credentials.nodes.filter((node: any) => people.includes(node.employee.externalId)).map((node: any) => node.status),
    ).toEqual(people.map(() => 'ACTIVE'));
  }, 20_000);

  it('is told before anything else a write records about the person', async () => {
    await hire(server, ['X']);
    const now = server.clock.now();
    await issue(server, [{ employeeExternalId: 'X', typeCode: 'T', issuedAt: iso(now - 40 * DAY), expiresAt: iso(now + DAY) }]);
    const { extensions } = await server.send(`{ __typename }`);
    server.clock.advance(2 * DAY);
    await server.query(
      `mutation { upsertEmployees(input: { source: "hris", employees: [{ externalId: "X", jobTitle: "new" }] }) { cursor } }`,
    );
    expect((await changesAfter(server, extensions.position)).map((change) => change.kind)).toEqual([
      'EXPIRED',
      'TRANSITION',
      'JOB_CHANGED',
    ]);
  });

  it('dates a verdict that a write changes to when it differs from what was known, not to when it began', async () => {
    await server.query(`mutation { defineRoles(input: { roles: [{ code: "WARNED", title: "W" }] }) { cursor } }`);
    await server.query(
      `mutation { publishRule(input: { roleCode: "WARNED", warnBefore: "P30D", rule: { holds: { typeCode: "LADDER" } } }) { refusal { code } } }`,
    );
    await hire(server, ['R']);
    const now = server.clock.now();
    await issue(server, [
      { employeeExternalId: 'R', typeCode: 'LADDER', issuedAt: iso(now - 100 * DAY), expiresAt: iso(now + 40 * DAY) },
    ]);
    const { extensions } = await server.send(`{ __typename }`);
    server.clock.advance(20 * DAY);
    await issue(server, [{ employeeExternalId: 'R', typeCode: 'LADDER' }]);
    const told = (await changesAfter(server, extensions.position))
      .filter(({ kind, employee }) => kind === 'TRANSITION' && employee.externalId === 'R')
      .map(short);
    expect(told).toEqual([`${iso(now + 10 * DAY)} R TRANSITION AT_RISK`, `${iso(now + 20 * DAY)} R TRANSITION ELIGIBLE`]);
  });
});
