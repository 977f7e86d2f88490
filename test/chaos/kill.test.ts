// The server is killed again and again while clients write and a subscriber follows: nothing acknowledged is lost, nothing happens twice.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPool } from '../../src/platform/postgres/pool';
import { identify, waitForEnd } from '../../src/platform/postgres/processes';
import { seeded } from '../kit/seeded';
import { Follower, send, sendUntilAnswered, type Acknowledged } from './client';
import { processesOn, ServerProcess } from './server';

const KILLS = 5;
const WRITERS = 5;
const PEOPLE = 5;

const UPSERT = `mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { cursor results { outcome } } }`;
const RECORD = `mutation ($input: RecordCompletionsInput!) { recordCompletions(input: $input) { cursor results { outcome } } }`;

describe('a server that is killed', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-chaos-'));
  const server = new ServerProcess(dir);
  afterAll(async () => {
    await server.abandon();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  it(
    `${KILLS} times loses nothing it acknowledged and does nothing twice; its subscriber misses nothing; no PostgreSQL is left (A1, A2, B1, B5, N3)`,
    async () => {
      const chance = seeded(Date.now());
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      await server.start();
      for (const definition of [
        `defineCourses(input: { courses: [{ code: "C", title: "C" }] }) { cursor }`,
        `defineCredentialTypes(input: { credentialTypes: [{ code: "T", name: "T", kind: CERTIFICATION, issuer: "I", renewal: { life: "P1Y" } }] }) { cursor }`,
        `defineRoles(input: { roles: [{ code: "R", title: "R" }] }) { cursor }`,
        `publishAwardRule(input: { typeCode: "T", when: { passed: { courseCode: "C" } } }) { refusal { code } }`,
        `publishRule(input: { roleCode: "R", rule: { holds: { typeCode: "T" } } }) { refusal { code } }`,
      ]) {
        expect((await send(server, `mutation { ${definition} }`)).errors).toBeUndefined();
      }
      const follower = new Follower(server);

      const acknowledged: Acknowledged[] = [];
      const sentCompletions: string[] = [];
      const upserts = new Map<string, number>();
      let isOver = false;
      const write = async (writer: number): Promise<void> => {
        const people = Array.from({ length: PEOPLE }, (_, i) => `W${writer}-${i}`);
        for (let n = 0; !isOver; n++) {
          const input = { source: `s${writer}`, idempotencyKey: `w${writer}-${n}` };
          if (n % 3 === 0) {
            acknowledged.push(
              await sendUntilAnswered(server, 'upsertEmployees', UPSERT, {
                ...input,
                employees: people.map((externalId) => ({ externalId, attributes: { n } })),
              } as typeof input),
            );
            for (const person of people) upserts.set(person, (upserts.get(person) ?? 0) + 1);
          } else {
            const completions = people.map((employeeExternalId) => ({
              employeeExternalId,
              courseCode: 'C',
              status: 'PASSED',
              attemptId: `${employeeExternalId} ${n}`,
              completedAt: new Date(Date.UTC(2025, 0, 1) + n * 3_600_000).toISOString(),
            }));
            acknowledged.push(
              await sendUntilAnswered(server, 'recordCompletions', RECORD, { ...input, completions } as typeof input),
            );
            sentCompletions.push(...completions.map((completion) => completion.attemptId));
          }
        }
      };
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));

      let longestEnd = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(chance.int(50, 1_500));
        const postgres = await server.kill();
        const killedAt = Date.now();
        if (kill % 2 === 0) {
          // the watchdog ends it without help
          expect(await waitForEnd(postgres, 3_000)).toBe(true);
          longestEnd = Math.max(longestEnd, Date.now() - killedAt);
        }
        await server.start();
        expect(identify(postgres)).toBeNull();
      }
      await sleep(300);
      isOver = true;
      await Promise.all(writers);

      const log: any[] = [];
      for (let after: string | null = null, hasMore = true; hasMore;) {
        const { data } = await send(
          server,
          `query ($after: Cursor) { changes(after: $after, first: 200) { hasMore cursor changes { __typename position cursor recordedAt
            employee { externalId } ... on CompletionChange { completion { attemptId } } ... on CredentialChange { kind } } } }`,
          { after },
        );
        log.push(...data.changes.changes);
        ({ hasMore, cursor: after } = data.changes);
      }
      await follower.end(log.length, 10_000);

      // every acknowledged change is in the log, at the place it was told, and once
      expect(log.map((change) => change.position)).toEqual(log.map((_, i) => i + 1));
      const recorded = log
        .filter((change) => change.__typename === 'CompletionChange')
        .map((change) => change.completion.attemptId);
      expect(recorded.sort()).toEqual(sentCompletions.sort());
      const changed = new Map<string, number>();
      for (const change of log)
        if (change.__typename === 'EmployeeChange')
          changed.set(change.employee.externalId, (changed.get(change.employee.externalId) ?? 0) + 1);
      expect(changed).toEqual(upserts);
      expect(new Set(acknowledged.map(({ key }) => key)).size).toBe(acknowledged.length);
      expect(acknowledged.flatMap(({ outcomes }) => outcomes).filter((outcome) => outcome !== 'APPLIED')).toEqual([]);
      const places = new Map(log.map((change) => [change.cursor, change]));
      expect(acknowledged.filter(({ cursor }) => !places.has(cursor))).toEqual([]);
      // one award and its renewals for each person: as many as completions, whatever was repeated
      expect(log.filter((change) => ['ISSUED', 'RENEWED'].includes(change.kind)).length).toBe(sentCompletions.length);

      // the subscriber has exactly the log from where it began
      expect(follower.positions).toEqual(log.map((change) => change.position));

      const pool = await createPool(server.databaseUrl, { max: 1 });
      const { rows: disorder } = await pool.query(
        `SELECT * FROM (SELECT pos, entity, entity_version, lag(entity_version) OVER (PARTITION BY entity ORDER BY pos) AS before FROM log WHERE subject IS NOT NULL) v
         WHERE entity_version <> coalesce(before, 0) + 1`,
      );
      expect(disorder).toEqual([]);
      const { rows: counts } = await pool.query(
        `SELECT (SELECT count(*) FROM inbox) AS inbox, (SELECT count(*) FROM completion WHERE retired_in IS NULL) AS completions,
           (SELECT count(*) FROM log WHERE change_id NOT IN (SELECT id FROM change)) AS strays`,
      );
      expect(counts).toEqual([{ inbox: 0, completions: sentCompletions.length, strays: 0 }]);
      await pool.end();

      const unknown = acknowledged.filter((request) => request.unknown > 0);
      const wereSaved = unknown.filter(({ cursor, sentAt }) => Date.parse(places.get(cursor).recordedAt) < sentAt);
      console.info(
        `${KILLS} kills: ${acknowledged.length} requests acknowledged, ${unknown.length} of unknown outcome (${wereSaved.length} had been saved), ` +
          `${log.length} changes, ${follower.connections} connections of the subscriber, PostgreSQL gone ${longestEnd} ms after a kill at most`,
      );
      expect(unknown.length).toBeGreaterThan(0);

      expect(await server.stop()).toBe(0);
      expect(processesOn(dir)).toEqual([]);
      expect([server.complaints, [...server.logged]]).toEqual([[], []]);
    },
    40_000 + KILLS * 6_000,
  );
});
