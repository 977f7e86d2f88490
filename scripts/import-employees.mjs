// Loads people from a CSV file through upsertEmployees: npm run -s import:employees -- people.csv hris
// Headers are matched without regard to case, spaces and punctuation: "external id", "HR status", "role_codes[]" or the names of EmployeeInput.
// Reads the key from KEY, and the address from URL or HOST and PORT.
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

const BATCH = 500;
const FIELDS = {
  externalid: 'externalId',
  employeeid: 'externalId',
  email: 'email',
  status: 'status',
  hrstatus: 'status',
  department: 'department',
  managerid: 'managerExternalId',
  managerexternalid: 'managerExternalId',
  manageremail: 'managerEmail',
  location: 'location',
  jobfamily: 'jobFamily',
  jobtitle: 'jobTitle',
  title: 'jobTitle',
  name: 'name',
  givenname: 'givenName',
  firstname: 'givenName',
  familyname: 'familyName',
  lastname: 'familyName',
  costcenter: 'costCenter',
  employmenttype: 'employmentType',
  hiredate: 'hiredOn',
  hiredon: 'hiredOn',
  terminatedon: 'terminatedOn',
  rolecodes: 'roleCodes',
};
const STATUSES = {
  active: 'ACTIVE',
  prehire: 'PRE_HIRE',
  pending: 'PRE_HIRE',
  onleave: 'ON_LEAVE',
  leave: 'ON_LEAVE',
  terminated: 'TERMINATED',
};

const plain = (text) => text.toLowerCase().replace(/[^a-z]/g, '');

/** A row as an item of upsertEmployees; empty cells are left alone. */
function toItem(row) {
  const item = {};
  for (const [header, cell] of Object.entries(row)) {
    const field = FIELDS[plain(header)];
    const value = cell.trim();
    if (field && value !== '') item[field] = value;
  }
  if (item.status) item.status = STATUSES[plain(item.status)] ?? item.status;
  if (item.roleCodes) item.roleCodes = item.roleCodes.split(/[;|]/).map((code) => code.trim());
  if (item.name) {
    const words = item.name.split(/\s+/);
    item.familyName ??= words.length > 1 ? words.pop() : undefined;
    item.givenName ??= words.join(' ');
  }
  delete item.name;
  return item;
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [file, source = 'csv'] = process.argv.slice(2);
if (!file) stop('Name a file and a source: npm run -s import:employees -- people.csv hris');
const url = process.env.URL ?? `http://${process.env.HOST ?? '127.0.0.1'}:${process.env.PORT ?? 4000}/graphql`;
const rows = [];
const records = createReadStream(file).pipe(parse({ columns: true, bom: true, skip_empty_lines: true }));
try {
  for await (const row of records) rows.push(row);
} catch (error) {
  stop(`${file} cannot be read: ${error.message}`);
}
const unknown = Object.keys(rows[0] ?? {}).filter((header) => !FIELDS[plain(header)]);
if (unknown.length > 0)
  process.stderr.write(`These columns are left out, they are no field of a person: ${unknown.join(', ')}\n`);

const items = rows.map(toItem);
const byEmail = new Map(items.map((item) => [item.email?.toLowerCase(), item.externalId]));
for (const item of items) {
  if (item.managerEmail) item.managerExternalId ??= byEmail.get(item.managerEmail.toLowerCase());
  delete item.managerEmail;
}
const counts = {};
let failed = 0;
for (let at = 0; at < items.length; at += BATCH) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env.KEY ?? ''}` },
    body: JSON.stringify({
      query:
        'mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { results { index outcome refusal { message } } } }',
      variables: { input: { source, employees: items.slice(at, at + BATCH) } },
    }),
  })
    .then((response) => response.json())
    .catch((error) => stop(`${url} does not answer: ${error.cause?.code ?? error.message}`));
  if (answer.errors) stop(answer.errors.map((error) => error.message).join('\n'));
  for (const { index, outcome, refusal } of answer.data.upsertEmployees.results) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (!refusal) continue;
    failed += 1;
    process.stdout.write(`row ${at + index + 2}: ${outcome}: ${refusal.message}\n`);
  }
  process.stderr.write(`${Math.min(at + BATCH, items.length)} of ${items.length} rows\n`);
}
process.stdout.write(
  `${Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ')}\n`,
);
process.exit(failed > 0 ? 1 : 0);
