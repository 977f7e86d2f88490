import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestApp, type TestApp } from '../kit/app';

const HEADERS =
  'external id,email,HR status,department,manager id,location,job family,job title,name,cost center,employment type,hire date,role_codes[],manager email';

describe('people from a CSV file', () => {
  let server: TestApp;
  let folder: string;
  beforeAll(async () => {
    server = await startTestApp();
    folder = mkdtempSync(path.join(tmpdir(), 'csv-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });

  function load(text: string): Promise<{ output: string; code: number | null }> {
    const file = path.join(folder, 'people.csv');
    writeFileSync(file, text);
    const child = spawn(process.execPath, ['scripts/import-employees.mjs', file, 'hris'], {
      cwd: path.resolve(__dirname, '../..'),
      env: { ...process.env, URL: `${server.url}/graphql`, KEY: 'test-key' },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    return new Promise((resolve) => child.once('close', (code) => resolve({ output, code })));
  }

  it('loads with exactly the headers of A2 and no mapping (A2)', async () => {
    const rows = [
      'B1,bob@example.com,Active,Emergency,,Chicago,Management,Head nurse,Bob Boss,CC-1,full-time,2015-02-01,LEAD,',
      'E12345,j.smith@example.com,On leave,Emergency,,Chicago,Clinical,Nurse,Jane Anne Smith,CC-1,full-time,2020-03-01,BEN_CHOICE_2026;EMPLOYEE,bob@example.com',
    ];
    const { output, code } = await load(`\uFEFF${[HEADERS, ...rows].join('\r\n')}\r\n`);
    expect({ output, code }).toEqual({ output: '2 of 2 rows\n2 APPLIED\n', code: 0 });
    const { employee } = await server.query(`{ employee(by: { externalId: { value: "E12345" } }) {
      email status department location jobFamily jobTitle givenName familyName costCenter employmentType hiredOn roleCodes
      manager { externalId email } } }`);
    expect(employee).toEqual({
      email: 'j.smith@example.com',
      status: 'ON_LEAVE',
      department: 'Emergency',
      location: 'Chicago',
      jobFamily: 'Clinical',
      jobTitle: 'Nurse',
      givenName: 'Jane Anne',
      familyName: 'Smith',
      costCenter: 'CC-1',
      employmentType: 'full-time',
      hiredOn: '2020-03-01',
      roleCodes: ['BEN_CHOICE_2026', 'EMPLOYEE'],
      manager: { externalId: 'B1', email: 'bob@example.com' },
    });
  });

  it('names the row and the reason of what it cannot take', async () => {
    const { output, code } = await load('external id,manager id\nE1,E1\nE2,E1\n');
    expect(code).toBe(1);
    expect(output).toMatch(/row 2: REJECTED: E1 reports to E1/);
    expect(output).toMatch(/1 REJECTED, 1 APPLIED/);
  });
});
