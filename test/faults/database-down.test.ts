// PostgreSQL goes away for a while: refusals are quick, sockets stay, and everything goes on by itself when it is back.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../../src/platform/postgres/launcher';
import { Follower, send, sleep } from '../chaos/client';
import { NodeProcess } from '../chaos/process';
import { ingestDocument } from '../kit/seed';

const UPSERT = ingestDocument('upsertEmployees');
const DOWN_MS = 4_000;

describe('while PostgreSQL is down', () => {
  it('writes and reads fail fast as UNAVAILABLE, sockets stay open, and all goes on within 10 s of its return (A6)', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'cg-down-'));
    const database = path.join(dir, 'database');
    let postgres = await startEmbedded({ dir: database, fsync: false });
    const node = new NodeProcess({ env: { DATABASE_URL: postgres.url, DATA_DIR: path.join(dir, 'node') } });
    try {
      await node.start();
      const upsert = (name: string) =>
        send(node, UPSERT, { input: { source: 'hris', idempotencyKey: name, employees: [{ externalId: name }] } });
      const follower = new Follower(node, {
        query: 'subscription ($after: Cursor) { changed(after: $after) { cursor position employee { externalId } } }',
      });
      expect((await upsert('before')).errors).toBeUndefined();
      for (const end = Date.now() + 5_000; follower.positions.length < 1 && Date.now() < end;) await sleep(10);

      await postgres.stop();
      const refusals: { code: string; ms: number }[] = [];
      for (const end = Date.now() + DOWN_MS; Date.now() < end; await sleep(300)) {
        for (const ask of [() => upsert('during'), () => send(node, '{ employees(first: 1) { totalCount } }')]) {
          const began = performance.now();
          const { errors } = await ask();
          refusals.push({ code: errors[0].extensions.code, ms: performance.now() - began });
        }
        expect((await fetch(`${node.url}/health/live`)).status).toBe(200);
      }
      const slowest = Math.max(...refusals.map(({ ms }) => ms));
      expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
      // 2 s are promised; a busy machine adds to them
      expect(slowest).toBeLessThan(4_000);

      postgres = await startEmbedded({ dir: database, fsync: false });
      const back = performance.now();
      while ((await upsert('during')).errors !== undefined) await sleep(50);
      const answeredAfter = performance.now() - back;
      await follower.end(2, 10_000, 100);
      console.info(
        `${refusals.length} refusals, the slowest after ${Math.round(slowest)} ms; answered again ${Math.round(answeredAfter)} ms after the return`,
      );
      expect(answeredAfter).toBeLessThan(10_000);
      expect([follower.positions, follower.connections, follower.spoiled]).toEqual([[1, 2], 1, 0]);
      expect(node.complaints).toEqual([]);
      expect(await node.stop()).toBe(0);
    } finally {
      await node.abandon();
      await postgres.stop();
      fs.rmSync(dir, { recursive: true, force: true });
    }
  }, 60_000);
});
