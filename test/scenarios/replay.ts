// Lives through the histories of several scenarios on one server, as the calendar has them, and notes what was answered.
import type { TestApp } from '../kit/app';
import { dayAfter, instant, inZone, type Entry, type Scenario } from './scenario';

type Fields = Readonly<Record<string, unknown>>;

/** What a scenario expected and what the product said. */
export interface Outcome {
  /** "2026-03-01 ada" */
  readonly about: string;
  readonly expected: Fields;
  readonly answered: Fields;
}

interface Moment {
  readonly at: number;
  readonly scenario: Scenario;
  readonly entry: Entry;
  readonly isFact: boolean;
}

const INGEST = 'results { outcome refusal { code message } }';
const ACT = 'refusal { code message }';
/** The type of each mutation's input, where its items stand in it, and what to ask. */
const MUTATIONS: Readonly<Record<string, readonly [input: string, items: string | null, selection: string]>> = {
  upsertEmployees: ['UpsertEmployeesInput', 'employees', INGEST],
  defineCourses: ['DefineCoursesInput', 'courses', INGEST],
  defineCredentialTypes: ['DefineCredentialTypesInput', 'credentialTypes', INGEST],
  defineRoles: ['DefineRolesInput', 'roles', INGEST],
  recordCompletions: ['RecordCompletionsInput', 'completions', INGEST],
  issueCredentials: ['IssueCredentialsInput', 'credentials', INGEST],
  publishAwardRule: ['PublishAwardRuleInput', null, ACT],
  publishRule: ['RuleDraftInput', null, ACT],
  suspendCredential: ['CredentialActionInput', null, ACT],
  reinstateCredential: ['CredentialActionInput', null, ACT],
  revokeCredential: ['CredentialActionInput', null, ACT],
  requestApproval: ['ApprovalInput', null, INGEST],
  grantApproval: ['ApprovalInput', null, INGEST],
  withdrawApproval: ['ApprovalInput', null, INGEST],
  verifyCredentials: ['VerifyCredentialsInput', 'verifications', INGEST],
  recordIncidents: ['RecordIncidentsInput', 'incidents', INGEST],
};
const DEFINES = new Set(['publishRule', 'publishAwardRule', 'defineCourses', 'defineCredentialTypes', 'defineRoles']);
const HAS_SOURCE = new Set(['upsertEmployees', 'recordCompletions', 'issueCredentials', 'recordIncidents', 'verifyCredentials']);
const ELIGIBILITY = 'verdict until untilVerdict untilBecause nextEligibleAt explanation { binding op text }';
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const idOf = (scenario: Scenario, who?: string): string => `${scenario.file}/${who ?? Object.keys(scenario.people)[0]!}`;

/** The first instant that any history speaks of. */
export function beginning(scenarios: readonly Scenario[]): number {
  return Math.min(...scenarios.flatMap((scenario) => momentsOf(scenario).map(({ at }) => at))) - 86_400_000;
}

function momentsOf(scenario: Scenario): Moment[] {
  const { zone } = scenario;
  return scenario.history.flatMap((entry) => {
    const isFact = entry.verdict === undefined && entry.status === undefined;
    const moment = (at: number): Moment => ({ at, scenario, entry, isFact });
    if (entry.at !== undefined) return [moment(instant(entry.at, zone))];
    if (isFact) return [moment(instant(`${entry.on!}T12:00`, zone))];
    return [moment(instant(entry.on!, zone)), moment(dayAfter(entry.on!, zone) - 1)];
  });
}

async function mutate(server: TestApp, name: string, input: Fields | readonly Fields[], refused: string | null): Promise<void> {
  const [type, items, selection] = MUTATIONS[name] ?? raise(`No scenario can say "${name}".`);
  const list = Array.isArray(input) ? input : [input];
  const inputs = items === null ? list : [{ ...(HAS_SOURCE.has(name) && { source: 'scenario' }), [items]: list }];
  for (const one of inputs) {
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
    const payload = (await server.query<any>(document, { input: one }))[name];
    const refusals = (payload.results ?? [payload]).map((result: any) => result.refusal);
    for (const refusal of refusals)
      if ((refusal?.code ?? null) !== refused) throw new Error(`${name}: ${JSON.stringify(refusal)} for ${JSON.stringify(one)}`);
  }
}

function raise(message: string): never {
  throw new Error(message);
}

/** Defines what a scenario speaks of and hires its people. */
export async function prepare(server: TestApp, scenario: Scenario): Promise<void> {
  const { courses = [], types = [], awardRules = [], roles, rules, people, zone } = scenario;
  const steps: [string, readonly Fields[]][] = [
    ['defineCourses', courses],
    ['defineCredentialTypes', types],
    ['defineRoles', roles],
    ['publishAwardRule', awardRules],
    ['publishRule', rules],
    ['upsertEmployees', Object.entries(people).map(([who, fields]) => ({ externalId: idOf(scenario, who), ...fields }))],
  ];
  for (const [name, items] of steps) if (items.length > 0) await mutate(server, name, inZone(items, zone) as Fields[], null);
}

/** What is said of a person by default: who it is, and that it happens now. */
function complete(name: string, item: Fields, { scenario, at, entry }: Moment): Fields {
  const person = idOf(scenario, entry.who);
  if (DEFINES.has(name)) return item;
  if (name === 'upsertEmployees') return { externalId: person, ...item };
  if (name === 'recordCompletions') return { employeeExternalId: person, status: 'PASSED', completedAt: iso(at), ...item };
  if (name === 'recordIncidents') return { employeeExternalId: person, occurredAt: iso(at), ...item };
  if (name.endsWith('eCredential') || name === 'suspendCredential') {
    const { typeCode, ...rest } = item;
    return { credential: { holding: { employeeExternalId: person, typeCode } }, reason: scenario.title, ...rest };
  }
  return { employeeExternalId: person, ...item };
}

async function happen(server: TestApp, moment: Moment): Promise<void> {
  const { entry, scenario } = moment;
  const [name, value] =
    Object.entries(entry).find(([key]) => key in MUTATIONS) ?? raise(`Nothing happens: ${JSON.stringify(entry)}`);
  const items = (Array.isArray(value) ? value : [value]).map((item) =>
    complete(name, inZone(item, scenario.zone) as Fields, moment),
  );
  await mutate(server, name, items, entry.refused ?? null);
}

/** What the product answers, in the words of the expectation. */
async function answer(server: TestApp, { entry, scenario }: Moment, at?: number): Promise<Fields> {
  const by = { externalId: { value: idOf(scenario, entry.who) } };
  const view = { at: at === undefined ? undefined : iso(at), knownAt: at === undefined ? undefined : iso(at) };
  if (entry.credential !== undefined) {
    const { employee } = await server.query<any>(
      `query ($by: EmployeeKey!, $type: String!, $at: DateTime, $knownAt: DateTime) { employee(by: $by, at: $at, knownAt: $knownAt) {
        credentials(filter: { typeCode: [$type] }) { nodes { status statusText expiresAt } } } }`,
      { by, type: entry.credential, ...view },
    );
    const [credential] = employee.credentials.nodes;
    return { status: credential?.status ?? 'NONE', text: credential?.statusText, until: credential?.expiresAt };
  }
  const roleCode = entry.role ?? (scenario.roles[0] as { code: string }).code;
  const { eligibility } = await server.query<any>(
    `query ($by: EmployeeKey!, $roleCode: String!, $at: DateTime, $knownAt: DateTime) {
      eligibility(employee: $by, roleCode: $roleCode, at: $at, knownAt: $knownAt) { ${ELIGIBILITY} } }`,
    { by, roleCode, ...view },
  );
  return { ...eligibility, binding: eligibility.explanation.filter((node: any) => node.binding).map((node: any) => node.text) };
}

/** Only what the expectation speaks of: both sides with the same keys. */
function outcomeOf({ entry, scenario, at }: Moment, answered: Fields): Outcome {
  const { zone } = scenario;
  const expected: Record<string, unknown> = {};
  const said: Record<string, unknown> = {};
  const note = (key: string, want: unknown, got: unknown): void => {
    expected[key] = want;
    said[key] = got;
  };
  const part = (key: string, want: string | undefined, texts: readonly string[]): void => {
    if (want !== undefined) note(key, want, texts.some((text) => text.includes(want)) ? want : texts);
  };
  if (entry.verdict !== undefined) note('verdict', entry.verdict, answered['verdict']);
  if (entry.status !== undefined) note('status', entry.status, answered['status']);
  if (entry.through !== undefined) note('until', iso(dayAfter(entry.through, zone)), answered['until']);
  if (entry.until !== undefined) note('until', entry.until === null ? null : iso(instant(entry.until, zone)), answered['until']);
  if (entry.untilVerdict !== undefined) note('untilVerdict', entry.untilVerdict, answered['untilVerdict']);
  if (entry.nextEligibleOn !== undefined) {
    const { nextEligibleOn: day } = entry;
    note('nextEligibleAt', day === null ? null : iso(instant(day, zone)), answered['nextEligibleAt']);
  }
  part('because', entry.because, (answered['untilBecause'] ?? []) as string[]);
  part('text', entry.text, [String(answered['text'])]);
  entry.binding?.forEach((text, i) => part(`binding ${i}`, text, answered['binding'] as string[]));
  return {
    about: `${entry.at ?? entry.on!} ${entry.who ?? ''}${entry.role ?? entry.credential ?? ''} at ${iso(at)}`,
    expected,
    answered: said,
  };
}

/** The outcomes of every scenario, asked when it was so and again, looking back, at the end; what went wrong instead of them, if something did. */
export async function replay(server: TestApp, scenarios: readonly Scenario[]): Promise<Map<string, Outcome[] | Error>> {
  const outcomes = new Map<string, Outcome[] | Error>();
  const attempt = async (scenario: Scenario, work: () => Promise<Outcome | void>): Promise<void> => {
    const before = outcomes.get(scenario.file) ?? [];
    if (before instanceof Error) return;
    try {
      const outcome = await work();
      outcomes.set(scenario.file, outcome ? [...before, outcome] : before);
    } catch (error) {
      outcomes.set(scenario.file, error as Error);
    }
  };
  for (const scenario of scenarios) await attempt(scenario, () => prepare(server, scenario));
  const moments = scenarios.flatMap(momentsOf).sort((a, b) => a.at - b.at || Number(b.isFact) - Number(a.isFact));
  for (const moment of moments) {
    if (moment.at > server.clock.now()) server.clock.set(moment.at);
    await attempt(moment.scenario, async () =>
      moment.isFact ? happen(server, moment) : outcomeOf(moment, await answer(server, moment)),
    );
  }
  for (const moment of moments.filter(({ isFact }) => !isFact)) {
    await attempt(moment.scenario, async () => {
      const outcome = outcomeOf(moment, await answer(server, moment, moment.at));
      return { ...outcome, about: `${outcome.about}, looking back` };
    });
  }
  return outcomes;
}

/** What the log says of a person's verdicts within the scenario's own history, which on the same server others may outlive. */
export async function eventsOf(server: TestApp, scenario: Scenario, who: string): Promise<Fields[]> {
  const filter = { employeeExternalId: [idOf(scenario, who)], roleCode: scenario.roles.map((role) => role['code']) };
  const end = Math.max(...momentsOf(scenario).map(({ at }) => at));
  const found: Fields[] = [];
  for (let after: string | null = null, hasMore = true; hasMore;) {
    const { changes }: any = await server.query(
      `query ($filter: ChangeFilter, $after: Cursor) { changes(filter: $filter, after: $after, first: 200) { hasMore cursor changes {
        occurredAt ... on EligibilityChange { kind before after correctedFrom correctedUntil } } } }`,
      { filter, after },
    );
    found.push(...changes.changes.filter((change: any) => change.after !== undefined && Date.parse(change.occurredAt) <= end));
    ({ hasMore, cursor: after } = changes);
  }
  return found;
}

/** What the log should say, in the words of `eventsOf`. */
export function expectedEvents(scenario: Scenario, who: string): Fields[] {
  return scenario.events![who]!.map(({ on, at, kind, before, after, corrected }) => ({
    occurredAt: iso(instant(at ?? on!, scenario.zone)),
    kind,
    ...(before !== undefined && { before }),
    after,
    correctedFrom: corrected ? iso(instant(corrected[0], scenario.zone)) : null,
    correctedUntil: corrected ? iso(instant(corrected[1], scenario.zone)) : null,
  }));
}
