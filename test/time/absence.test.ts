// Many boundaries at once: made up for in order, and nobody urgent waits for them.
import { createPool } from '../../src/platform/postgres/pool';
import { startTestApp } from '../kit/app';
import { createDatabase } from '../kit/postgres';
import { seeded } from '../kit/seeded';
import { define, hire, iso, issue, quantile, sleep } from './scene';

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

      const observer = await createPool(database.url, { max: 1 });
      const isCaughtUp = async (): Promise<boolean> =>
        (await observer.query('SELECT FROM employee WHERE next_change_at IS NOT NULL LIMIT 1')).rowCount === 0;
      const began = Date.now();
      server = await startTestApp({ at: iso(START + 200 * DAY), databaseUrl: database.url });
      const revoked = server.subscribe<any>(
        `subscription { credentialChanged(filter: { kind: ["REVOKED"] }) { kind employee { externalId } } }`,
      );
      await sleep(50);
      const waits: number[] = [];
      for (const employeeExternalId of urgent) {
        if (await isCaughtUp()) break;
        const sent = performance.now();
        await server.query(`mutation ($input: CredentialActionInput!) { revokeCredential(input: $input) { refusal { code } } }`, {
          input: { credential: { holding: { employeeExternalId, typeCode: 'U' } }, reason: 'fraud' },
        });
        await revoked.atLeast(waits.length + 1);
        waits.push(performance.now() - sent);
        await sleep(20);
      }
      while (!(await isCaughtUp())) await sleep(20);
      console.info(
        `20,000 boundaries after an absence: ${Date.now() - began} ms with the start; ${waits.length} urgent revocations meanwhile, ` +
          `request to push: median ${quantile(waits, 0.5).toFixed(0)} ms, at most ${Math.max(...waits).toFixed(0)} ms`,
      );
      await observer.end();
      expect(waits.length).toBeGreaterThan(5);
      expect(quantile(waits, 0.99)).toBeLessThan(10_000);
      const made: string[] = [];
      for (let after: string = extensions.position, hasMore = true; hasMore;) {
        const { changes }: any = await server.query(
          `query ($after: Cursor) { changes(after: $after, first: 200) { hasMore cursor changes { occurredAt } } }`,
          { after },
        );
        made.push(...changes.changes.map((change: any) => change.occurredAt));
        ({ cursor: after, hasMore } = changes);
      }
      const missed = made.filter((occurredAt) => occurredAt !== iso(START + 200 * DAY));
      expect(missed.length).toBe(20_000);
      expect(missed).toEqual([...missed].sort());
    } finally {
      await server.stop();
      await database.drop();
    }
  }, 60_000);
});
