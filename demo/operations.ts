// Every operation the demo sends, in one place.

const RESULTS = `{ cursor results { index outcome refusal { code message path } } }`;

/** The mutations that load the sample. */
export const mutations = {
  defineCourses: `mutation DefineCourses($input: DefineCoursesInput!) { defineCourses(input: $input) ${RESULTS} }`,
  defineCredentialTypes: `mutation DefineCredentialTypes($input: DefineCredentialTypesInput!) { defineCredentialTypes(input: $input) ${RESULTS} }`,
  defineRoles: `mutation DefineRoles($input: DefineRolesInput!) { defineRoles(input: $input) ${RESULTS} }`,
  defineCareerPath: `mutation DefineCareerPath($input: DefineCareerPathInput!) { defineCareerPath(input: $input) ${RESULTS} }`,
  upsertEmployees: `mutation UpsertEmployees($input: UpsertEmployeesInput!) { upsertEmployees(input: $input) ${RESULTS} }`,
  issueCredentials: `mutation IssueCredentials($input: IssueCredentialsInput!) { issueCredentials(input: $input) ${RESULTS} }`,
  recordCompletions: `mutation RecordCompletions($input: RecordCompletionsInput!) { recordCompletions(input: $input) ${RESULTS} }`,
  publishAwardRule: `mutation PublishAwardRule($input: PublishAwardRuleInput!) {
    publishAwardRule(input: $input) { cursor refusal { code message path } }
  }`,
  publishRule: `mutation PublishRule($input: RuleDraftInput!) { publishRule(input: $input) { cursor refusal { code message path } } }`,
  suspendCredential: `mutation SuspendCredential($input: CredentialActionInput!) {
    suspendCredential(input: $input) { cursor refusal { code message path } }
  }`,
  reinstateCredential: `mutation ReinstateCredential($input: CredentialActionInput!) {
    reinstateCredential(input: $input) { cursor refusal { code message path } }
  }`,
  revokeCredential: `mutation RevokeCredential($input: CredentialActionInput!) {
    revokeCredential(input: $input) { cursor refusal { code message path } }
  }`,
} as const;

/** A mutation of the product by its name. */
export type MutationName = keyof typeof mutations;

/** A refusal as the product words it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** IngestPayload of the API. */
export interface IngestPayload {
  readonly cursor: string;
  readonly results: readonly { readonly index: number; readonly outcome: string; readonly refusal: Refusal | null }[];
}

/** RulePayload and CredentialPayload of the API, as far as they are read. */
export interface DecisionPayload {
  readonly cursor: string | null;
  readonly refusal: Refusal | null;
}

/** How far an earlier run got, and whether there are people it did not bring. */
export const LOADED = `query Loaded($mark: [String!], $chief: EmployeeKey!) {
  chief: employee(by: $chief) { id }
  credentials(filter: { typeCode: $mark }, first: 50) { nodes { instance issuedAt } }
  employees(first: 1) { totalCount }
}`;

/** Answer to LOADED. */
export interface LoadedAnswer {
  readonly chief: { readonly id: string } | null;
  readonly credentials: { readonly nodes: readonly { readonly instance: string | null; readonly issuedAt: string }[] };
  readonly employees: { readonly totalCount: number };
}

/** Which roles have a rule in force. */
export const ROLES = `query Roles($after: String) {
  roles(first: 200, after: $after) { nodes { code rule { version } } pageInfo { hasNextPage endCursor } }
}`;

/** Answer to ROLES. */
export interface RolesAnswer {
  readonly roles: {
    readonly nodes: readonly { readonly code: string; readonly rule: { readonly version: number } | null }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** What a person holds with a status. */
export const HOLDINGS = `query Holdings($employee: EmployeeKey!, $status: [CredentialStatus!]) {
  employee(by: $employee) { credentials(filter: { status: $status }, first: 50) { nodes { id type { code name } } } }
}`;

/** Answer to HOLDINGS. */
export interface HoldingsAnswer {
  readonly employee: {
    readonly credentials: {
      readonly nodes: readonly { readonly id: string; readonly type: { readonly code: string; readonly name: string } }[];
    };
  } | null;
}

/** Every change from a cursor on. */
export const CHANGED = `subscription Changed($after: Cursor) {
  changed(after: $after) {
    __typename
    cursor
    position
    occurredAt
    recordedAt
    employee { externalId name }
    ... on EligibilityChange {
      role { code title }
      eligibilityKind: kind
      before
      after
      until
      correctedFrom
      correctedUntil
      because
    }
    ... on CredentialChange {
      credential { instance expiresAt type { code name } }
      credentialKind: kind
      reason
    }
    ... on CompletionChange {
      completionKind: kind
      completion { courseCode score }
    }
    ... on DefinitionChange {
      definitionKind: kind
      code
      version
    }
    ... on EmployeeChange {
      employeeKind: kind
    }
  }
}`;

interface AnyChange {
  readonly cursor: string;
  readonly position: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly employee: { readonly externalId: string; readonly name: string } | null;
}

/** A change as CHANGED selects it. */
export type Change =
  | (AnyChange & {
      readonly __typename: 'EligibilityChange';
      readonly role: { readonly code: string; readonly title: string };
      readonly eligibilityKind: 'TRANSITION' | 'CORRECTION' | 'FORECAST';
      readonly before: string | null;
      readonly after: string;
      readonly until: string | null;
      readonly correctedFrom: string | null;
      readonly correctedUntil: string | null;
      readonly because: readonly string[];
    })
  | (AnyChange & {
      readonly __typename: 'CredentialChange';
      readonly credential: {
        readonly instance: string | null;
        readonly expiresAt: string | null;
        readonly type: { readonly code: string; readonly name: string };
      };
      readonly credentialKind: string;
      readonly reason: string | null;
    })
  | (AnyChange & {
      readonly __typename: 'CompletionChange';
      readonly completionKind: string;
      readonly completion: { readonly courseCode: string; readonly score: number | null } | null;
    })
  | (AnyChange & {
      readonly __typename: 'DefinitionChange';
      readonly definitionKind: string;
      readonly code: string;
      readonly version: number | null;
    })
  | (AnyChange & { readonly __typename: 'EmployeeChange'; readonly employeeKind: string });
