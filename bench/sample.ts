// The organisation the jobs work on: people under managers, types, courses that award them, roles with rules.
import type { Client } from './kit/client';

const UPSERT = 'mutation ($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) { results { outcome } } }';
const COMPLETIONS = 'mutation ($input: RecordCompletionsInput!) { recordCompletions(input: $input) { results { outcome } } }';
const ISSUE = 'mutation ($input: IssueCredentialsInput!) { issueCredentials(input: $input) { results { outcome } } }';
const DAY = 86_400_000;

/** Departments have 50 people each. */
export const departmentOf = (person: number): string => `D${Math.floor(person / 50)}`;

/** Loads people under managers: 8 to each, all in one tree. */
export async function loadPeople(client: Client, people: number): Promise<void> {
  for (let from = 0; from < people; from += 1_000) {
    const employees = range(Math.min(1_000, people - from), (i) => from + i).map((i) => ({
      externalId: `P${i}`,
      givenName: `Given${i % 97}`,
      familyName: `Family${i}`,
      email: `p${i}@example.org`,
      department: departmentOf(i),
      location: `L${i % 10}`,
      jobTitle: `T${i % 20}`,
      managerExternalId: i === 0 ? null : `P${Math.floor((i - 1) / 8)}`,
      hiredOn: '2020-01-01',
      effectiveAt: '2020-01-01T00:00:00Z',
    }));
    await applied(client, UPSERT, { source: 'hris', employees });
  }
}

/** Defines ten of each: course Kn awards type Tn for two years; role Rn asks for Tn and for Tn+1 or a department. */
export async function loadDefinitions(client: Client): Promise<void> {
  const ten = range(10, (i) => i);
  const courses = ten.map((i) => ({ code: `K${i}`, title: `Course ${i}` }));
  const types = ten.map((i) => ({
    code: `T${i}`,
    name: `Type ${i}`,
    kind: 'CERTIFICATION',
    issuer: 'Issuer',
    renewal: { life: 'P2Y' },
  }));
  const roles = ten.map((i) => ({ code: `R${i}`, title: `Role ${i}` }));
  await client.query('mutation ($input: DefineCoursesInput!) { defineCourses(input: $input) { cursor } }', {
    input: { courses },
  });
  await client.query('mutation ($input: DefineCredentialTypesInput!) { defineCredentialTypes(input: $input) { cursor } }', {
    input: { credentialTypes: types },
  });
  await client.query('mutation ($input: DefineRolesInput!) { defineRoles(input: $input) { cursor } }', { input: { roles } });
  for (const i of ten) {
    const award = { typeCode: `T${i}`, when: { passed: { courseCode: `K${i}` } } };
    await client.query('mutation ($input: PublishAwardRuleInput!) { publishAwardRule(input: $input) { refusal { message } } }', {
      input: award,
    });
    const either = { any: [{ holds: { typeCode: `T${(i + 1) % 10}` } }, { attribute: { name: 'department', equals: 'D1' } }] };
    const rule = { roleCode: `R${i}`, rule: { all: [{ holds: { typeCode: `T${i}` } }, either] } };
    await client.query('mutation ($input: RuleDraftInput!) { publishRule(input: $input) { refusal { message } } }', {
      input: rule,
    });
  }
}

/** The body of a mutation that brings `count` completions, each of which earns a credential; `run` makes them new ones. */
export function completions(run: number, count: number, people: number): string {
  const items = range(count, (i) => run * count + i).map((n) => ({
    eventId: `e${n}`,
    employeeExternalId: `P${(n * 7) % people}`,
    courseCode: `K${Math.floor(n / people) % 10}`,
    status: 'PASSED',
    score: 90,
    completedAt: new Date(Date.now() - (n % people) * 1_000).toISOString(),
  }));
  return JSON.stringify({ query: COMPLETIONS, variables: { input: { source: 'lms', completions: items } } });
}

/** Gives everybody six credentials; their ends are spread over the next two years. */
export async function loadCredentials(client: Client, people: number, onProgress: (part: number) => void): Promise<void> {
  const now = Date.now();
  const all = range(people * 6, (i) => ({
    employeeExternalId: `P${Math.floor(i / 6)}`,
    typeCode: `T${(Math.floor(i / 6) + (i % 6)) % 10}`,
    issuedAt: new Date(now - 30 * DAY).toISOString(),
    expiresAt: new Date(now + DAY + ((i * 7_919) % 730) * DAY).toISOString(),
  }));
  for (let from = 0; from < all.length; from += 1_000) {
    await applied(client, ISSUE, { source: 'lms', credentials: all.slice(from, from + 1_000) });
    onProgress(from / all.length);
  }
}

async function applied(client: Client, mutation: string, input: object): Promise<void> {
  const [answer] = Object.values(await client.query<Record<string, { results: { outcome: string }[] }>>(mutation, { input }));
  const others = answer!.results.filter(({ outcome }) => outcome !== 'APPLIED');
  if (others.length > 0) throw new Error(`${others.length} items were not applied: the first is ${others[0]!.outcome}`);
}

/** The values of a function at 0 to count - 1. */
export function range<T>(count: number, at: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => at(i));
}
