// Derives demo/data from the originals: node dist/demo/prepare.js <folder with onet/ and ibm/>
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';

import { rolePlans } from './catalogue/roles';
import { demoFile } from './data-files';

const WORKFORCE_COLUMNS = [
  'EmployeeNumber',
  'Department',
  'JobRole',
  'JobLevel',
  'Education',
  'EducationField',
  'Attrition',
  'YearsAtCompany',
  'YearsInCurrentRole',
];

type Row = Readonly<Record<string, string>>;

function read(file: string): Row[] {
  return parse<Row>(readFileSync(file), { columns: true, bom: true });
}

function write(name: string, columns: readonly string[], rows: readonly Row[]): void {
  const cell = (text = ''): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
  writeFileSync(demoFile('data', name), lines.map((line) => line.join(',')).join('\n') + '\n');
  console.log(`${name}: ${rows.length} rows`);
}

/** Writes occupations.csv, moves.csv and workforce.csv: only the rows and columns that the demo uses. */
export function prepare(originals: string): void {
  const occupations = read(join(originals, 'onet', 'occupations.csv')).filter((row) => rolePlans.has(row['code'] ?? ''));
  write('occupations.csv', ['code', 'title', 'job_zone', 'modal_required_education'], occupations);

  const moves = read(join(originals, 'onet', 'moves.csv')).filter(
    (row) => rolePlans.has(row['from'] ?? '') && rolePlans.has(row['to'] ?? ''),
  );
  write('moves.csv', ['from', 'to', 'tier'], moves);

  write('workforce.csv', WORKFORCE_COLUMNS, read(join(originals, 'ibm', 'emp_attrition.csv')));
}

if (require.main === module) {
  const originals = process.argv[2];
  if (!originals) throw new Error('Say where the originals are: node dist/demo/prepare.js <folder with onet/ and ibm/>');
  prepare(originals);
}
