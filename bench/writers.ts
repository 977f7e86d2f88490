// What the log costs those who write: the same transaction with a fact for the log, sealed as it comes, and without any log.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { migrations } from '../migrations';
import { newSigningKey, readSigner } from '../src/core/checkpoint';
import { Sequencer } from '../src/journal/sequencer';
import { migrate } from '../src/platform/postgres/migrate';
import { createPool, type Pool } from '../src/platform/postgres/pool';
import type { Databases } from './kit/databases';
import { figure, median, say, type Section } from './kit/report';

const WRITERS = 16;
const ROUNDS = 5;
const SECONDS = 4;
/** What each transaction does beside the fact: rows it updates, one statement each, and milliseconds of other work. A mutation of the product has twenty statements. */
const CASES = [
  { updates: 1, workMs: 0 },
  { updates: 1, workMs: 2 },
  { updates: 10, workMs: 0 },
];

/** Interleaves rounds with and without the log. */
export async function measureWriters(databases: Databases): Promise<Section> {
  const url = await databases.create('bench_writers');
  await migrate(url, migrations);
  const pool = await createPool(url, { max: 2, statementTimeoutMs: 600_000 });
  await pool.query('CREATE TABLE thing (id integer PRIMARY KEY, version integer NOT NULL, status text NOT NULL)');
  await pool.query(`INSERT INTO thing SELECT n, 1, 'new' FROM generate_series(1, 100000) AS n`);
  const signer = readSigner(newSigningKey('bench'));
  const rows: (string | number)[][] = [];
  for (const { updates, workMs } of CASES) {
    const what = `${updates} updates, ${workMs} ms of other work`;
    const [without, withLog, ratios, behind]: number[][] = [[], [], [], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const seconds = round === 0 ? 1 : SECONDS;
      const plain = await perSecond(url, [updates, workMs], seconds, 'plain');
      const sequencer = new Sequencer({
        databaseUrl: url,
        clock: { now: () => Date.now() },
        signer: { origin: signer.name, signer },
      });
      sequencer.start();
      const logged = await perSecond(url, [updates, workMs], seconds, 'log');
      const left = await waiting(pool);
      while ((await waiting(pool)) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await sequencer.stop();
      if (round === 0) continue;
      without!.push(plain);
      withLog!.push(logged);
      ratios!.push(logged / plain);
      behind!.push(left);
      say(
        `  ${what}, round ${round}: ${figure(plain)}/s without, ${figure(logged)}/s with, ${left} not yet in the log at the end`,
      );
    }
    const last = Math.max(...behind!);
    rows.push([
      updates,
      workMs,
      figure(median(without!)),
      figure(median(withLog!)),
      figure(median(ratios!)),
      `${figure(Math.min(...ratios!))} to ${figure(Math.max(...ratios!))}`,
      last,
    ]);
  }
  await pool.end();
  return {
    title: 'What the log costs writers',
    text:
      `Transactions per second of ${WRITERS} writers in a process of their own, ${ROUNDS} interleaved rounds of ${SECONDS} s: rows of 100,000 updated, in the order of their ids, and with the log a ` +
      'fact of 200 bytes put into the inbox in the same transaction while the sequencer of a node moves, seals and signs. Every statement is a round trip: the ' +
      'fact is the fourth of a transaction that updates one row. The target is a ratio of at least 0.75.',
    columns: [
      'updates',
      'ms of other work',
      'without a log',
      'with the log',
      'ratio (median of rounds)',
      'least and most',
      'facts still waiting at the end, at most',
    ],
    rows,
  };
}

async function perSecond(
  url: string,
  [updates, workMs]: readonly [number, number],
  seconds: number,
  mode: 'plain' | 'log',
): Promise<number> {
  const child = fork(path.join(__dirname, 'kit', 'writing.cjs'), [
    url,
    String(WRITERS),
    String(seconds),
    String(workMs),
    mode,
    String(updates),
  ]);
  const [message] = (await once(child, 'message')) as [{ perSecond: number }];
  await once(child, 'exit');
  return message.perSecond;
}

async function waiting(pool: Pool): Promise<number> {
  return (await pool.query<{ n: number }>('SELECT count(*) AS n FROM inbox')).rows[0]!.n;
}
