// What tests say to the product and ask of it, in short sentences: every mutation of the contract, and the reads they share.
import type { TestApp } from './app';

/** What became of one item. */
export interface ItemAnswer {
  readonly index: number;
  readonly outcome: 'APPLIED' | 'UNCHANGED' | 'DUPLICATE' | 'QUARANTINED' | 'REJECTED';
  readonly id: string | null;
  readonly refusal: { readonly code: string; readonly message: string; readonly path: readonly string[] } | null;
}

export interface IngestAnswer {
  readonly results: readonly ItemAnswer[];
  readonly cursor: string;
}

export interface RuleAnswer {
  readonly version: { readonly version: number; readonly hash: string; readonly text: string; readonly ast: unknown } | null;
  readonly refusal: { readonly code: string; readonly path: readonly string[] } | null;
  readonly cursor: string;
}

export interface ActAnswer {
  readonly credential: { readonly id: string; readonly status: string; readonly statusText: string } | null;
  readonly refusal: { readonly code: string; readonly path: readonly string[] } | null;
  readonly cursor: string;
}

/** The two instants of a read. */
export interface When {
  readonly at?: string;
  readonly knownAt?: string;
}

/** How a batch is sent. */
export interface Sending {
  readonly source?: string;
  readonly idempotencyKey?: string;
  readonly atomic?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
/** A holding by person, type and instance. */
export type HoldingKey = readonly [person: string, type: string, instance?: string];

const PAYLOAD = 'results { index outcome id refusal { code message path } } cursor';
const RULE = 'version { version hash text ast } refusal { code path } cursor';
const ACT = 'credential { id status statusText } refusal { code path } cursor';

/** The mutation of an operation that takes items, and the document that sends it. */
export const ingestDocument = (operation: string): string =>
  `mutation ($input: ${operation[0]!.toUpperCase()}${operation.slice(1)}Input!) { ${operation}(input: $input) { ${PAYLOAD} } }`;

export const keyOf = (externalId: string): object => ({ externalId: { value: externalId } });

/** A person's key, and the reads and writes of the product as functions. */
export function talkTo(server: Pick<TestApp, 'query'>) {
  const mutate = async <T>(field: string, type: string, input: object, selection: string): Promise<T> =>
    (await server.query(`mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} } }`, { input }))[field] as T;
  const ingest = async (operation: string, input: object): Promise<IngestAnswer> =>
    (await server.query(ingestDocument(operation), { input }))[operation] as IngestAnswer;
  const act = (field: string) => (credential: HoldingKey | string, reason: string, effectiveAt?: string) => {
    const holding =
      typeof credential === 'string'
        ? null
        : { employeeExternalId: credential[0], typeCode: credential[1], instance: credential[2] };
    const key = holding ? { holding } : { id: credential };
    return mutate<ActAnswer>(field, 'CredentialActionInput', { credential: key, reason, effectiveAt }, ACT);
  };
  const ask = async <T = any>(selection: string, variables: Fields = {}, declared = ''): Promise<T> =>
    server.query<T>(`query ${declared}{ ${selection} }`, variables);

  return {
    upsert: (employees: readonly Fields[], sending: Sending = {}) =>
      ingest('upsertEmployees', { source: 'hris', ...sending, employees }),
    complete: (completions: readonly Fields[], sending: Sending = {}) =>
      ingest('recordCompletions', { source: 'lms', ...sending, completions }),
    issue: (credentials: readonly Fields[], sending: Sending = {}) =>
      ingest('issueCredentials', { source: 'issuer', ...sending, credentials }),
    defineTypes: (...credentialTypes: readonly Fields[]) =>
      ingest('defineCredentialTypes', {
        credentialTypes: credentialTypes.map((type) => ({ name: type['code'], kind: 'CERTIFICATION', issuer: 'Board', ...type })),
      }),
    defineCourses: (...courses: readonly Fields[]) =>
      ingest('defineCourses', { courses: courses.map((course) => ({ title: course['code'], ...course })) }),
    defineRoles: (...codes: readonly string[]) => ingest('defineRoles', { roles: codes.map((code) => ({ code, title: code })) }),
    definePath: (code: string, ...moves: readonly (readonly [from: string, to: string])[]) =>
      ingest('defineCareerPath', { code, title: code, moves: moves.map(([from, to]) => ({ from, to })) }),
    publishAward: (typeCode: string, when: Fields, more: Fields = {}) =>
      mutate<RuleAnswer>('publishAwardRule', 'PublishAwardRuleInput', { typeCode, when, ...more }, RULE),
    publishRule: (roleCode: string, rule: Fields, more: Fields = {}) =>
      mutate<RuleAnswer>('publishRule', 'RuleDraftInput', { roleCode, rule, ...more }, RULE),
    suspend: act('suspendCredential'),
    reinstate: act('reinstateCredential'),
    revoke: act('revokeCredential'),

    /** One person; `selection` of Employee. */
    person: async (externalId: string, selection: string, when: When = {}) =>
      (
        await ask(
          'employee(by: $by, at: $at, knownAt: $knownAt) { ' + selection + ' }',
          { by: keyOf(externalId), ...when },
          '($by: EmployeeKey!, $at: DateTime, $knownAt: DateTime) ',
        )
      ).employee,
    /** A person's credentials of a type; `selection` of Credential. */
    credentials: async (
      externalId: string,
      typeCode: string,
      selection = 'status statusText issuedAt expiresAt',
      when: When = {},
    ) =>
      (
        await ask(
          `employee(by: $by, at: $at, knownAt: $knownAt) { credentials(filter: { typeCode: [$typeCode] }) { nodes { ${selection} } } }`,
          { by: keyOf(externalId), typeCode, ...when },
          '($by: EmployeeKey!, $typeCode: String!, $at: DateTime, $knownAt: DateTime) ',
        )
      ).employee.credentials.nodes as any[],
    /** The answer about one person and one role; `selection` of Eligibility. */
    eligibility: async (externalId: string, roleCode: string, selection = 'verdict until', when: When = {}) =>
      (
        await ask(
          `eligibility(employee: $by, roleCode: $roleCode, at: $at, knownAt: $knownAt) { ${selection} }`,
          { by: keyOf(externalId), roleCode, ...when },
          '($by: EmployeeKey!, $roleCode: String!, $at: DateTime, $knownAt: DateTime) ',
        )
      ).eligibility,
    /** Every change a filter lets through, behind a cursor; `selection` of Change. */
    changes: async (selection: string, filter: Fields | null = null, after: string | null = null) => {
      const found: any[] = [];
      for (let cursor = after; ;) {
        const { changes } = await ask(
          `changes(filter: $filter, after: $after, first: 200) { changes { __typename ${selection} } cursor hasMore }`,
          { filter, after: cursor },
          '($filter: ChangeFilter, $after: Cursor) ',
        );
        found.push(...changes.changes);
        cursor = changes.cursor;
        if (!changes.hasMore) return { found, cursor: cursor as string };
      }
    },
    /** What is kept and not applied. */
    quarantine: async () =>
      (await ask('quarantine(first: 200) { totalCount nodes { operation source item waitsFor refusal { code path } } }'))
        .quarantine as {
        totalCount: number;
        nodes: {
          operation: string;
          source: string;
          item: string;
          waitsFor: string | null;
          refusal: { code: string; path: string[] };
        }[];
      },
    /** Anything else: a selection of Query. */
    ask,
  };
}

export type Talk = ReturnType<typeof talkTo>;

/** Awards CPR for a year to whoever passes CPR-1, and makes CPR all that a NURSE needs. */
export async function nursesNeedCpr(api: Talk, renewal: Fields = { life: 'P1Y' }): Promise<void> {
  await api.defineCourses({ code: 'CPR-1', title: 'CPR' });
  await api.defineTypes({ code: 'CPR', issuer: 'AHA', renewal });
  await api.publishAward('CPR', { passed: { courseCode: 'CPR-1' } });
  await api.defineRoles('NURSE');
  await api.publishRule('NURSE', { holds: { typeCode: 'CPR' } });
}

/** Waits until a condition holds; fails with what it last saw. */
export async function eventually<T>(look: () => Promise<T>, isThere: (seen: T) => boolean, withinMs = 5_000): Promise<T> {
  for (const end = Date.now() + withinMs; ;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > end) throw new Error(`not seen within ${withinMs} ms: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
