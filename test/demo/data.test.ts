import { readdirSync, readFileSync, statSync } from 'node:fs';

import { rolePlans } from '../../demo/catalogue/roles';
import { demoFile, readMoves, readOccupations, readWorkforce } from '../../demo/data-files';

describe('the data that ship with the demo', () => {
  it('weigh less than 300 KB', () => {
    const sizes = readdirSync(demoFile('data')).map((name) => statSync(demoFile('data', name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
  });

  it('credit O*NET in the words its licence asks for', () => {
    expect(readFileSync(demoFile('data', 'SOURCES.md'), 'utf8')).toContain(
      'This product includes information from the O*NET 27.0 Database by the U.S. Department of Labor, Employment and Training ' +
        'Administration (USDOL/ETA), used under the CC BY 4.0 license; modified.',
    );
  });

  it('hold the 1,470 rows of the HR table, each with its own number', () => {
    const rows = readWorkforce();
    expect(rows).toHaveLength(1470);
    expect(new Set(rows.map((row) => row.number)).size).toBe(1470);
    expect(rows.filter((row) => row.hasLeft)).toHaveLength(237);
    expect(rows.every((row) => row.jobLevel >= 1 && row.jobLevel <= 5)).toBe(true);
  });

  it('hold an occupation for every role, 80 to 150 of them, and none besides', () => {
    const codes = readOccupations().map((occupation) => occupation.code);
    expect(codes.length).toBeGreaterThanOrEqual(80);
    expect(codes.length).toBeLessThanOrEqual(150);
    expect([...codes].sort()).toEqual([...rolePlans.keys()].sort());
  });

  it('hold only moves between these occupations, in both directions for some, so that paths have cycles (D3)', () => {
    const moves = readMoves();
    const keys = new Set(moves.map(({ from, to }) => `${from} ${to}`));
    expect(moves.filter(({ from, to }) => !rolePlans.has(from) || !rolePlans.has(to) || from === to)).toEqual([]);
    expect(keys.size).toBe(moves.length);
    expect(moves.filter(({ from, to }) => keys.has(`${to} ${from}`)).length).toBeGreaterThan(100);
  });
});
