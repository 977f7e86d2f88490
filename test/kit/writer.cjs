// A server of a test's own: starts the embedded database in argv[2] and commits row after row until it is killed.
require('./register.cjs');
const { startEmbedded } = require('../../src/platform/postgres/launcher.ts');
const { createPool } = require('../../src/platform/postgres/pool.ts');

async function main() {
  const { url, pid } = await startEmbedded({ dir: process.argv[2] });
  const pool = await createPool(url, { max: 1 });
  await pool.query('CREATE TABLE acked (n integer PRIMARY KEY)');
  process.send({ pid });
  for (let n = 1; ; n += 1) {
    await pool.query('INSERT INTO acked VALUES ($1)', [n]);
    process.send({ acked: n });
  }
}

main();
