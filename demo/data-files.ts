import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parse } from 'csv-parse/sync';

/** The path of a file under demo/, the same whether the code runs from demo/ or from dist/demo/, in any working directory. */
export function demoFile(...parts: readonly string[]): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`No package.json above ${__dirname}: the demo's data cannot be found.`);
    folder = above;
  }
  return join(folder, 'demo', ...parts);
}

/** An O*NET occupation that is a role of the sample organisation. */
export interface Occupation {
  readonly code: string;
  readonly title: string;
}

/** A move between two roles that O*NET lists as related; `tier` says how closely. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly tier: string;
}

/** A row of the HR table. */
export interface WorkforceRow {
  readonly number: number;
  readonly department: string;
  readonly jobRole: string;
  /** 1 to 5. */
  readonly jobLevel: number;
  /** 1 (below college) to 5 (doctor). */
  readonly education: number;
  readonly educationField: string;
  readonly hasLeft: boolean;
  readonly yearsAtCompany: number;
  readonly yearsInCurrentRole: number;
}

function readTable(name: string): Readonly<Record<string, string>>[] {
  return parse<Record<string, string>>(readFileSync(demoFile('data', name)), { columns: true, bom: true });
}

function text(row: Readonly<Record<string, string>>, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`The demo's data lack the column ${column}.`);
  return value;
}

/** The occupations used as roles, in O*NET's order. */
export function readOccupations(): Occupation[] {
  return readTable('occupations.csv').map((row) => ({ code: text(row, 'code'), title: text(row, 'title') }));
}

/** The moves between these occupations, closest first for each `from`. */
export function readMoves(): Move[] {
  return readTable('moves.csv').map((row) => ({ from: text(row, 'from'), to: text(row, 'to'), tier: text(row, 'tier') }));
}

/** The 1,470 rows of the HR table, in its order. */
export function readWorkforce(): WorkforceRow[] {
  return readTable('workforce.csv').map((row) => ({
    number: Number(text(row, 'EmployeeNumber')),
    department: text(row, 'Department'),
    jobRole: text(row, 'JobRole'),
    jobLevel: Number(text(row, 'JobLevel')),
    education: Number(text(row, 'Education')),
    educationField: text(row, 'EducationField'),
    hasLeft: text(row, 'Attrition') === 'Yes',
    yearsAtCompany: Number(text(row, 'YearsAtCompany')),
    yearsInCurrentRole: Number(text(row, 'YearsInCurrentRole')),
  }));
}
