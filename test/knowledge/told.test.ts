// Knowledge is counted in positions of the log: a row whose change is not in the log would be known never.
import { createPool } from '../../src/platform/postgres/pool';
import { startTestApp } from '../kit/app';
import { seeded } from '../kit/seeded';
import { History } from './history';

const DAY = 86_400_000;
const iso = (instant: number): string => new Date(instant).toISOString();
/** Not part of what is known: requests and items by themselves. */
const ASIDE = ['idempotency', 'quarantine'];

describe('every row that is known or no longer known', () => {
  it('was recorded and retired by changes of the log, whatever was written: early, late, twice, in vain (C9)', async () => {
    const server = await startTestApp({ at: iso(History.start) });
    const pool = await createPool(server.databaseUrl, { max: 1 });
    try {
      const history = new History(server, 21);
      const chance = seeded(22);
      await history.define();
      const mutate = async (fields: string): Promise<any> => server.query(`mutation { ${fields} }`);
      await mutate(
        `defineCourses(input: { courses: [{ code: "C", title: "C", retakePolicy: HIGHEST_SCORE }, { code: "D", title: "D" }] }) { cursor }`,
      );
      await mutate(`defineCredentialTypes(input: { credentialTypes: [
        { code: "STRICT", name: "S", kind: BADGE, issuer: "I", renewal: { life: "P30D", reinstateWithin: "P10D" } }
        { code: "NEEDS", name: "N", kind: BADGE, issuer: "I", prerequisites: ["STRICT"] } ] }) { cursor }`);
      await mutate(
        `publishAwardRule(input: { typeCode: "STRICT", when: { passed: { courseCode: "C", minScore: 50 } } }) { refusal { code } }`,
      );
      await mutate(`publishAwardRule(input: { typeCode: "NEEDS", when: { passed: { courseCode: "D" } } }) { refusal { code } }`);
      const strays = async (): Promise<unknown[]> => {
        const { rows: columns } = await pool.query<{ name: string; column: string }>(
          `SELECT table_name AS name, column_name AS column FROM information_schema.columns
           WHERE table_schema = 'public' AND column_name IN ('recorded_in', 'retired_in') AND table_name <> ALL ($1)`,
          [ASIDE],
        );
        expect(columns.length).toBeGreaterThan(15);
        const found: unknown[] = [];
        for (const { name, column } of columns) {
          const { rows } = await pool.query(
            `SELECT * FROM ${name} t WHERE t.${column} IS NOT NULL AND NOT EXISTS (SELECT FROM change c WHERE c.id = t.${column})`,
          );
          found.push(...rows.map((row) => ({ name, column, row })));
        }
        return found;
      };
      for (let round = 0; round < 25; round++) {
        for (let i = 0; i < 2; i++) await history.next();
        const people = [...history.model.people.keys(), 'nobody yet'];
        const completions = Array.from({ length: chance.int(1, 3) }, () => ({
          employeeExternalId: chance.pick(people),
          courseCode: chance.pick(['C', 'D', 'unknown']),
          attemptId: chance.percent(50) ? String(chance.int(1, 3)) : null,
          status: chance.pick(['PASSED', 'PASSED', 'FAILED', 'IN_PROGRESS']),
          score: chance.int(0, 100),
          completedAt: iso(server.clock.now() + chance.int(-90, 30) * DAY),
        }));
        await server.query(
          `mutation ($completions: [CompletionInput!]!) { recordCompletions(input: { source: "lms", completions: $completions }) { cursor } }`,
          {
            completions,
          },
        );
        const credential = {
          employeeExternalId: chance.pick(people),
          typeCode: chance.pick(['STRICT', 'NEEDS', 'LIFE', 'unknown']),
          issuedAt: iso(server.clock.now() + chance.int(-90, 90) * DAY),
          initial: chance.pick([true, false, null]),
        };
        await server.query(
          `mutation ($credentials: [CredentialInput!]!) { issueCredentials(input: { source: "api", credentials: $credentials }) { cursor } }`,
          {
            credentials: [credential, credential],
          },
        );
        // an act upon something that need not exist yet
        await server.query(`mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { refusal { code } } }`, {
          input: {
            credential: {
              holding: {
                employeeExternalId: chance.pick(people),
                typeCode: chance.pick(['STRICT', 'NEEDS', 'GRACE']),
                instance: chance.pick([null, 'X']),
              },
            },
            reason: 'x',
            effectiveAt: iso(server.clock.now() + chance.int(-60, 60) * DAY),
          },
        });
        if (round === 8)
          await mutate(`upsertEmployees(input: { source: "hris", employees: [{ externalId: "nobody yet" }] }) { cursor }`);
        if (round === 12)
          await mutate(
            `publishAwardRule(input: { typeCode: "STRICT", when: { passed: { courseCode: "C", minScore: 80 } } }) { refusal { code } }`,
          );
        if (round === 16)
          await mutate(
            `defineCredentialTypes(input: { credentialTypes: [{ code: "STRICT", name: "S", kind: BADGE, issuer: "I", renewal: { life: "P60D" } }] }) { cursor }`,
          );
        if (round === 18)
          await mutate(`defineCourses(input: { courses: [{ code: "C", title: "C", retakePolicy: LATEST }] }) { cursor }`);
        if (round === 20)
          await mutate(
            `publishAwardRule(input: { typeCode: "STRICT", when: { passed: { courseCode: "C", minScore: 10 } }, effectiveFrom: "2020-01-01T00:00:00Z" }) { refusal { code } }`,
          );
        expect({ round, strays: await strays() }).toEqual({ round, strays: [] });
      }
    } finally {
      await pool.end();
      await server.stop();
    }
  }, 30_000);
});
