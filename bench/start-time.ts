// From `node dist/src/main.js` to the line that says it is ready, with the embedded PostgreSQL: on an empty folder, then again.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { figure, median, say, type Section } from './kit/report';
import { startServer } from './kit/server';

const ROUNDS = 3;

/** Starts the product on fresh folders, twice each. */
export async function measureStart(): Promise<Section> {
  const first: number[] = [];
  const later: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'credential-graph-start-'));
    for (const times of [first, later]) {
      const server = await startServer({ DATA_DIR: dir });
      times.push(server.startedIn / 1_000);
      await server.stop();
    }
    fs.rmSync(dir, { recursive: true, force: true });
    say(`  round ${round} of ${ROUNDS}: first ${figure(first.at(-1)!)} s, later ${figure(later.at(-1)!)} s`);
  }
  return {
    title: 'Start',
    text: `Seconds from the start of the process to "is ready", medians of ${ROUNDS}: the first start makes the database and migrates it, later ones find it.`,
    columns: ['start', 'seconds', 'promised'],
    rows: [
      ['first', figure(median(first)), 'under 10'],
      ['later', figure(median(later)), 'under 3'],
    ],
  };
}
