// The log under its own weight: how fast the sequencer seals a backlog, and how fast all of it is verified.
import { newSigningKey, readSigner, readVerifier } from '../src/core/checkpoint';
import { migrations } from '../migrations';
import { verifyLog } from '../src/journal/audit/verify';
import { Sequencer } from '../src/journal/sequencer';
import { migrate } from '../src/platform/postgres/migrate';
import { createPool, type Pool } from '../src/platform/postgres/pool';
import type { Databases } from './kit/databases';
import { figure, say, type Section } from './kit/report';

const FACTS = 200_000;
const ROUNDS = 3;

/** Fills the inbox, lets the sequencer move it, and verifies what came of it. */
export async function measureJournal(databases: Databases): Promise<Section> {
  const url = await databases.create('bench_journal');
  await migrate(url, migrations);
  const pool = await createPool(url, { max: 2, statementTimeoutMs: 600_000 });
  const signer = readSigner(newSigningKey('bench'));
  const rows: (string | number)[][] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    await fill(pool);
    const sealed = await seconds(() => drain(url, pool, { origin: signer.name, signer }));
    const verified = await seconds(async () => {
      const { finding, entries } = await verifyLog(pool, { verifiers: [readVerifier(signer.verifier)] });
      if (finding !== null || entries !== FACTS * round) throw new Error(`The log is wrong: ${JSON.stringify(finding)}`);
    });
    say(`  round ${round}: sealed at ${figure(FACTS / sealed)}, verified at ${figure((FACTS * round) / verified)} a second`);
    rows.push([round, figure(FACTS / sealed), (FACTS * round).toLocaleString('en-US'), figure((FACTS * round) / verified)]);
  }
  await pool.end();
  return {
    title: 'The log, sealed and verified',
    text:
      `A backlog of ${FACTS.toLocaleString('en-US')} facts of some 300 bytes, moved by the sequencer of one node into the log with leaf, hash chain, Merkle tree and signed heads; ` +
      'then every entry of the log recomputed from its row.',
    columns: ['round', 'facts sealed/s', 'entries in the log', 'entries verified/s'],
    rows,
  };
}

async function fill(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO inbox (change_id, event_id, kind, entity, entity_version, actor, occurred_at, body_format, body)
     SELECT nextval('change_id_seq'), gen_random_uuid(), 'thing.happened', gen_random_uuid(), 1, 'key:bench', now(), 0, convert_to(repeat('x', 300), 'UTF8')
     FROM generate_series(1, $1::integer)`,
    [FACTS],
  );
}

async function drain(url: string, pool: Pool, signer: { origin: string; signer: ReturnType<typeof readSigner> }): Promise<void> {
  const sequencer = new Sequencer({ databaseUrl: url, clock: { now: () => Date.now() }, signer });
  sequencer.start();
  for (let waiting = 1; waiting > 0;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    waiting = (await pool.query<{ n: number }>('SELECT count(*) AS n FROM (SELECT FROM inbox LIMIT 1) i')).rows[0]!.n;
  }
  await sequencer.stop();
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}
