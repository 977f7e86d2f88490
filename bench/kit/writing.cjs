// Writers in a process of their own: argv is the URL, how many, for how many seconds, the milliseconds of other work in each transaction,
// whether it puts a fact into the inbox as well, and how many rows it updates. Says how many transactions were committed.
const path = require('node:path');
const pg = require(path.join(__dirname, '..', '..', 'node_modules', 'pg'));

const [, , url, writers, seconds, workMs, withLog, updated] = process.argv;
const updates = Number(updated);
const ROWS = 100_000;

async function write(end) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let done = 0;
  while (performance.now() < end) {
    const row = 1 + Math.floor(Math.random() * (ROWS - updates));
    await client.query('BEGIN');
    for (let i = 0; i < updates; i++)
      await client.query('UPDATE thing SET version = version + 1, status = $2 WHERE id = $1', [row + i, `s${done % 7}`]);
    if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, Number(workMs)));
    if (withLog === 'log') {
      await client.query(
        `INSERT INTO inbox (change_id, event_id, kind, entity, entity_version, actor, occurred_at, body_format, body)
         VALUES (nextval('change_id_seq'), gen_random_uuid(), 'thing.changed', $1, 1, 'key:bench', now(), 0, $2)`,
        [`00000000-0000-4000-8000-${String(row).padStart(12, '0')}`, Buffer.alloc(200, 120)],
      );
    }
    await client.query('COMMIT');
    done += 1;
  }
  await client.end();
  return done;
}

async function main() {
  const began = performance.now();
  const counts = await Promise.all(Array.from({ length: Number(writers) }, () => write(began + Number(seconds) * 1_000)));
  process.send({ perSecond: (counts.reduce((a, b) => a + b) * 1_000) / (performance.now() - began) });
  process.disconnect();
}

main();
