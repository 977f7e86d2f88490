// The short form of `npm run test:chaos`: every kind of kill, in half a minute.
import { KINDS } from './disturbances';
import { runChaos } from './run';

const KILLS = 8;
const EVENTS = 6_000;

describe('two nodes over one PostgreSQL', () => {
  it('lose, double, reorder and split nothing whatever is killed; every key has one effect and every subscriber exactly the log (A1-A5, B1, B5)', async () => {
    const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
    const report = await runChaos({ seed, kills: KILLS, events: EVENTS, writers: 8, block: 150 });
    const unknown = report.requests.filter((request) => request.unknown > 0);
    const saved = unknown.filter(({ wasSaved }) => wasSaved).length;
    const slowest = Math.max(...report.disturbances.map(({ recoveredAfterMs }) => recoveredAfterMs));
    console.info(
      `chaos with seed ${seed}: ${report.disturbances.length} kills in ${Math.round(report.seconds)} s, ${report.verdict.events} events, ` +
        `${unknown.length} requests sent again, ${saved} of which had been saved, longest recovery ${Math.round(slowest)} ms`,
    );
    expect(report.verdict).toMatchObject({ lost: 0, duplicated: 0, gaps: 0, inversions: 0, findings: [] });
    expect(report.verdict.acknowledged).toBeGreaterThanOrEqual(EVENTS - 100);
    expect(new Set(report.disturbances.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(unknown.length).toBeGreaterThan(0);
    expect(report.complaints).toEqual([]);
  }, 180_000);
});
