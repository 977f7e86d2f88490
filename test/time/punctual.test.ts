// Boundaries in real time: how late they come, what happens when a renewal meets one, and who waits while many are made up for.
import { startTestApp, type TestApp } from '../kit/app';
import { createDatabase } from '../kit/postgres';
import { seeded } from '../kit/seeded';

const RACES = Number(process.env['RACES'] ?? 150);
const iso = (instant: number): string => new Date(instant).toISOString();
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;

async function define(server: TestApp): Promise<void> {
  await server.query(`mutation { defineCredentialTypes(input: { credentialTypes: [
    { code: "T", name: "T", kind: CERTIFICATION, issuer: "I", renewal: { life: "P1Y", grace: "P5D", graceCounts: true, noticeBefore: ["P1D"] } }
    { code: "U", name: "U", kind: CERTIFICATION, issuer: "I" } ] }) { cursor } }`);
  await server.query(
    `mutation { defineRoles(input: { roles: [{ code: "R", title: "R" }, { code: "Q", title: "Q" }] }) { cursor } }`,
  );
  await server.query(
    `mutation { publishRule(input: { roleCode: "R", rule: { holds: { typeCode: "T" } } }) { refusal { code } } }`,
  );
  await server.query(
    `mutation { publishRule(input: { roleCode: "Q", rule: { holds: { typeCode: "U" } } }) { refusal { code } } }`,
  );
}

async function hire(server: TestApp, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += 1000) {
    const employees = ids.slice(i, i + 1000).map((externalId) => ({ externalId, givenName: externalId }));
    await server.query(
      `mutation ($employees: [EmployeeInput!]!) { upsertEmployees(input: { source: "hris", employees: $employees }) { cursor } }`,
      { employees },
    );
  }
}

async function issue(server: TestApp, credentials: readonly object[]): Promise<void> {
  for (let i = 0; i < credentials.length; i += 1000) {
    await server.query(
      `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { cursor } }`,
      {
        credentials: credentials.slice(i, i + 1000),
      },
    );
  }
}

describe('in real time', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp();
    await define(server);
  });
  afterAll(() => server.stop());

  it('an expiry 3 s ahead is pushed within 1 s, with the verdict it changes (N2, F7)', async () => {
    const people = Array.from({ length: 40 }, (_, i) => `P${i}`);
    await hire(server, people);
    const arrived: { at: number; occurredAt: string }[] = [];
    const feeds = ['credentialChanged(filter: { kind: ["EXPIRED"] })', 'eligibilityChanged(filter: { roleCode: ["R"] })'].map(
      (field) => server.subscribe(`subscription { ${field} { occurredAt employee { externalId } } }`),
    );
    await sleep(100);
    const start = Date.now();
    await issue(
      server,
      people.map((employeeExternalId, i) => ({
        employeeExternalId,
        typeCode: 'T',
        issuedAt: iso(start - 60_000),
        expiresAt: iso(start + 3_000 + i * 37),
      })),
    );
    const [expired, verdicts] = feeds.map((feed) => {
      const push = feed.received.push.bind(feed.received);
      feed.received.push = (change: any) => (arrived.push({ at: Date.now(), occurredAt: change.occurredAt }), push(change));
      return feed;
    }) as [(typeof feeds)[0], (typeof feeds)[0]];
    await expired.atLeast(people.length, 8_000);
    await verdicts.atLeast(2 * people.length, 2_000);
    const late = arrived
      .filter(({ occurredAt }) => Date.parse(occurredAt) >= start + 3_000)
      .map(({ at, occurredAt }) => at - Date.parse(occurredAt));
    expect(late.length).toBe(2 * people.length);
    console.info(`expiry to push: median ${quantile(late, 0.5)} ms, at most ${Math.max(...late)} ms`);
    expect(Math.max(...late)).toBeLessThan(1_000);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    for (const feed of feeds) feed.close();
  }, 15_000);

  it(`a renewal that meets the expiry has one outcome, in the order of commits: never expired after it (D9, ${RACES} races)`, async () => {
    const people = Array.from({ length: RACES }, (_, i) => `D${i}`);
    const chance = seeded(9);
    await hire(server, people);
    const { extensions } = await server.send(`{ __typename }`);
    const start = Date.now() + 1_500;
    const expiry = (i: number): number => start + i * 15;
    await issue(
      server,
      people.map((employeeExternalId, i) => ({
        employeeExternalId,
        typeCode: 'T',
        issuedAt: iso(start - 60_000),
        expiresAt: iso(expiry(i)),
      })),
    );
    await Promise.all(
      people.map(async (employeeExternalId, i) => {
        await sleep(expiry(i) - Date.now() + chance.int(-15, 12));
        const issuedAt = chance.percent(30) ? iso(expiry(i) - 1_000) : undefined;
        await issue(server, [{ employeeExternalId, typeCode: 'T', issuedAt, expiresAt: iso(start + 3_600_000) }]);
      }),
    );
    await sleep(500);
    const log = new Map(people.map((id) => [id, [] as any[]]));
    for (let after: string = extensions.position, hasMore = true; hasMore;) {
      const { changes }: any = await server.query(
        `query ($after: Cursor) { changes(after: $after, first: 200) { hasMore cursor changes { __typename occurredAt employee { externalId }
          ... on CredentialChange { kind } ... on EligibilityChange { verdictKind: kind before after } } } }`,
        { after },
      );
      for (const change of changes.changes) log.get(change.employee.externalId)?.push(change);
      ({ cursor: after, hasMore } = changes);
    }
    const outcomes = new Map<string, number>();
    people.forEach((id, i) => {
      const kinds = log.get(id)!.filter((change) => change.__typename === 'CredentialChange' && change.kind !== 'EXPIRING');
      const outcome = kinds.map((change) => change.kind).join(' ');
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(['ISSUED RENEWED', 'ISSUED EXPIRED RENEWED']).toContain(outcome);
      for (const change of kinds) if (change.kind === 'EXPIRED') expect(change.occurredAt).toBe(iso(expiry(i)));
      const verdicts = log.get(id)!.filter((change) => change.verdictKind === 'TRANSITION');
      verdicts.slice(1).forEach((change, n) => expect(change.before).toBe(verdicts[n].after));
      expect(verdicts.at(-1).after).toBe('ELIGIBLE');
    });
    console.info(`renewal against expiry: ${[...outcomes].map(([outcome, count]) => `${count} x ${outcome}`).join(', ')}`);
    const { credentialCounts } = await server.query(
      `{ credentialCounts(groupBy: [STATUS], filter: { typeCode: ["T"], expiresAfter: "${iso(start + 3_599_000)}" }) { keys count } }`,
    );
    expect(credentialCounts).toEqual([{ keys: ['ACTIVE'], count: RACES }]);
  }, 30_000);
});

describe('after a long absence', () => {
  it('20,000 boundaries are made up for in order of time, and an urgent revocation does not wait for them (D2)', async () => {
    const database = await createDatabase();
    const DAY = 86_400_000;
    const START = Date.parse('2026-03-02T08:00:00Z');
    const people = Array.from({ length: 4_000 }, (_, i) => `E${i}`);
    const urgent = Array.from({ length: 60 }, (_, i) => `U${i}`);
    const chance = seeded(3);
    let server = await startTestApp({ at: iso(START), databaseUrl: database.url });
    try {
      await define(server);
      await hire(server, [...people, ...urgent]);
      await issue(
        server,
        people.map((employeeExternalId) => ({
          employeeExternalId,
          typeCode: 'T',
          expiresAt: iso(START + chance.int(2 * DAY, 90 * DAY)),
        })),
      );
      await issue(
        server,
        urgent.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'U' })),
      );
      const { extensions } = await server.send(`{ __typename }`);
      await server.stop();

      const began = Date.now();
      server = await startTestApp({ at: iso(START + 200 * DAY), databaseUrl: database.url });
      const all = server.subscribe<any>(
        `subscription ($after: Cursor) { changed(after: $after) { occurredAt ... on CredentialChange { kind } } }`,
        { after: extensions.position },
      );
      const revoked = server.subscribe<any>(
        `subscription { credentialChanged(filter: { kind: ["REVOKED"] }) { kind employee { externalId } } }`,
      );
      await sleep(50);
      const waits: number[] = [];
      for (const employeeExternalId of urgent) {
        if (all.received.length >= 20_000) break;
        const sent = performance.now();
        await server.query(`mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { refusal { code } } }`, {
          input: { credential: { holding: { employeeExternalId, typeCode: 'U' } }, reason: 'fraud' },
        });
        await revoked.atLeast(waits.length + 1);
        waits.push(performance.now() - sent);
        await sleep(20);
      }
      const changes = await all.atLeast(20_000 + 2 * waits.length, 20_000);
      console.info(
        `20,000 boundaries after an absence: ${Date.now() - began} ms with the start; ${waits.length} urgent revocations meanwhile, ` +
          `request to push: median ${quantile(waits, 0.5).toFixed(0)} ms, at most ${Math.max(...waits).toFixed(0)} ms`,
      );
      expect(waits.length).toBeGreaterThan(5);
      expect(quantile(waits, 0.99)).toBeLessThan(1_000);
      const made = changes.map((change) => change.occurredAt).filter((occurredAt) => occurredAt !== iso(START + 200 * DAY));
      expect(made.length).toBe(20_000);
      expect(made).toEqual([...made].sort());
    } finally {
      await server.stop();
      await database.drop();
    }
  }, 60_000);
});
