// Who may ask for what: the one matrix of scopes. docs/access.md shows it, and a test compares both with the schema.
import type { Actor } from '../platform/context';

/** What a key or token can be allowed, by function. */
export const SCOPES = {
  'graph:read': 'Read people, learning, credentials, rules, eligibility and outcomes, at any instant, and follow their changes.',
  'people:write': 'Tell what a source knows of people (`upsertEmployees`).',
  'people:erase': 'Forget a person for ever.',
  'completions:write': 'Report attempts at courses: a signal, which by itself decides nothing.',
  'incidents:write': 'Report incidents, and take back those reported by mistake.',
  'credentials:write': 'Issue, verify, suspend, reinstate and revoke credentials.',
  'approvals:request': 'Ask for an approval.',
  'approvals:grant': 'Grant and withdraw approvals, and say who may decide for a manager.',
  'definitions:write': 'Define courses, credential types, roles, career paths and outcomes, and what sources can and may say.',
  'rules:publish': 'Rehearse and publish rules.',
  'outcomes:close': 'Close what was opened for somebody to do.',
  'webhooks:manage': 'Register webhooks, and see and repeat what they were sent.',
  'ingestion:read': 'See what was sent and is kept apart, as it was sent, and what sources may tell.',
  'audit:read':
    'Read the log as an auditor: entries with all they say, signed heads, proofs, what led to what, and all definitions as they were sent.',
  'operations:read': 'See what calls for somebody, and who uses what is deprecated.',
  'proofs:export': 'Export answers as files that prove themselves.',
  'documents:manage': 'Register the documents that clients may send.',
  'access:manage': 'Make, rotate and revoke API keys, and give people roles.',
} as const;

/** One thing that can be allowed. */
export type Scope = keyof typeof SCOPES;

/** What the bootstrap key has. */
export const EVERYTHING = '*';

const ALL = Object.keys(SCOPES) as Scope[];

/** What people may do at most, by the role in which they ask; their tokens may allow less. The later role is the stronger one. */
export const ACCESS_ROLES: Readonly<Record<'EMPLOYEE' | 'AUDITOR' | 'HR' | 'ADMIN', readonly Scope[]>> = {
  EMPLOYEE: ['graph:read'],
  AUDITOR: ['graph:read', 'ingestion:read', 'audit:read', 'operations:read', 'proofs:export'],
  HR: ALL.filter((scope) => !['webhooks:manage', 'documents:manage', 'access:manage'].includes(scope)),
  ADMIN: ALL,
};

/** In which role a person asks. */
export type AccessRole = keyof typeof ACCESS_ROLES;

/** Of whom somebody is told. */
export type Reach = 'EVERYBODY' | 'REPORTS' | 'SOURCES';

/** EMPLOYEE sees themselves and whoever reports to them, a system that speaks for some sources the people those have told of, everybody else all. */
export function reachOf({ person, role, sources }: Pick<Actor, 'person' | 'role' | 'sources'>): Reach {
  if (person !== undefined) return role === undefined || role === 'EMPLOYEE' ? 'REPORTS' : 'EVERYBODY';
  return sources === undefined ? 'EVERYBODY' : 'SOURCES';
}

/** Somebody as they ask in a role: with no more scopes than the role has. */
export function inRole(actor: Actor, role: AccessRole): Actor {
  const within = { ...actor, role };
  return { ...within, scopes: new Set(ACCESS_ROLES[role].filter((scope) => isAllowed(within, scope))) };
}

/** Tells apart whose answers may differ: people and systems of one class are told the same. */
export function classOf(actor: Actor): string {
  const whose = { REPORTS: actor.person, SOURCES: [...(actor.sources ?? [])].sort(), EVERYBODY: null }[reachOf(actor)];
  return JSON.stringify([[...actor.scopes].sort(), whose]);
}

/** What speaks of everybody at once: nobody is allowed it who does not see everybody. */
export const OF_EVERYBODY: ReadonlySet<Scope> = new Set<Scope>([
  'audit:read',
  'operations:read',
  'webhooks:manage',
  'access:manage',
  'rules:publish',
  // a proof opens all that is told of its person, whoever told it
  'proofs:export',
]);

/** The fields of Query, Mutation and Subscription by the scope they take. */
const ROOT: Readonly<Record<Scope | 'none', string>> = {
  'graph:read': `Query: capabilities careerPath careerPlan changes course coverageForecast credentialCounts credentialType credentialTypes
    credentials eligibilities eligibility eligibilityCounts eligibilityDiff employee employees node nodes outcomeRules outcomes role roles whatIf
    Subscription: changed credentialChanged eligibilityChanged`,
  'people:write': 'Mutation: upsertEmployees',
  'people:erase': 'Mutation: eraseEmployee',
  'completions:write': 'Mutation: recordCompletions',
  'incidents:write': 'Mutation: recordIncidents retractIncident',
  'credentials:write': 'Mutation: issueCredentials verifyCredentials suspendCredential reinstateCredential revokeCredential',
  'approvals:request': 'Mutation: requestApproval',
  'approvals:grant': 'Mutation: grantApproval withdrawApproval delegateApprovals',
  'definitions:write':
    'Mutation: defineCourses defineCredentialTypes defineRoles defineCareerPath defineOutcomes declareCapabilities defineAllowLists',
  'rules:publish': 'Mutation: rehearseRule publishRule publishAwardRule',
  'outcomes:close': 'Mutation: closeOutcome',
  'webhooks:manage': `Query: webhook webhooks
    Mutation: registerWebhook updateWebhook rotateWebhookSecret enableWebhook disableWebhook replayWebhook resendDelivery`,
  'ingestion:read': 'Query: allowLists quarantine',
  'audit:read': `Query: definitions auditTrail auditCheckpoint auditKeys auditKeptFrom inclusionProof consistencyProof trace
    Subscription: auditCheckpoints`,
  'operations:read': 'Query: accessChecks alerts deprecations',
  'proofs:export': `Query: answerProof
    Mutation: exportProof`,
  'documents:manage': `Query: trustedDocuments
    Mutation: registerDocuments withdrawDocuments`,
  'access:manage': `Query: accessAssignments accessMappings apiKeys
    Mutation: assignAccessRole createApiKey mapAccessRole revokeApiKey rotateApiKey`,
  none: 'Query: environment viewer',
};

/**
 * The types by the scope it takes to see one of them, wherever it is met; connections and edges are as what they hold. `null`: it is no more
 * than the way to something, or the caller's own.
 */
const TYPES: Readonly<Partial<Record<Scope | 'none', string>>> = {
  'graph:read': `Acknowledgement Approval ApprovalChange ApprovalDelegation AwardDecision Capability CareerMove CareerPath CareerPlan CareerStage
    Change ChangePage Completion CompletionChange Course CoverageDay CoverageForecast CoverageLapse CoverageRenewal CoverageRenewalPlan Credential
    CredentialChange CredentialCount CredentialEvent CredentialType DefinitionChange Eligibility EligibilityChange EligibilityCount
    EligibilityDifference EligibilitySegment Employee EmployeeChange ErasedChange ExplanationNode Incident IncidentChange Node Outcome
    OutcomeChange OutcomeRule RehearsedChange ReportingLine Role RuleRehearsal RuleVersion SupposedChange Verification Way WayStep WebhookChange
    WhatIf`,
  'webhooks:manage': 'Webhook WebhookAttempt WebhookDelivery WebhookFigures WebhookLag',
  'ingestion:read': 'AllowList DroppedField QuarantinedItem',
  'audit:read': 'AuditCheckpoint AuditEntry Definition ConsistencyProof InclusionProof Trace',
  'operations:read': 'AccessCheck Alert DeprecatedUse Deprecation',
  'documents:manage': 'TrustedDocument',
  'access:manage': 'AccessAssignment AccessMapping ApiKey',
  none: `AccessRolePayload ApiKeyPayload CredentialPayload DocumentsPayload ErasurePayload ExportProofPayload IngestPayload IngestResult OutcomePayload PageInfo Refusal RulePayload
    Viewer WebhookDeliveryPayload WebhookPayload WebhookSecretPayload`,
};

/** The scope of each root field, by `Query.employee`; null: none. */
export const rootScopes: ReadonlyMap<string, Scope | null> = new Map(
  Object.entries(ROOT).flatMap(([scope, fields]) =>
    fieldsIn(fields).map((field) => [field, scope === 'none' ? null : (scope as Scope)] as const),
  ),
);

/** The scope of each type; null: none. */
export const typeScopes: ReadonlyMap<string, Scope | null> = new Map(
  Object.entries(TYPES).flatMap(([scope, names]) =>
    words(names).map((name) => [name, scope === 'none' ? null : (scope as Scope)] as const),
  ),
);

/** The scope of a type or of a list of it. Undefined: nobody has said, which is a mistake. */
export function scopeOfType(name: string): Scope | null | undefined {
  return typeScopes.get(name) ?? typeScopes.get(name.replace(/(Connection|Edge)$/, ''));
}

/** Whether somebody has a scope. */
export function isAllowed(actor: Pick<Actor, 'scopes' | 'person' | 'role' | 'sources'>, scope: Scope): boolean {
  if (!actor.scopes.has(scope) && !actor.scopes.has(EVERYTHING)) return false;
  return !OF_EVERYBODY.has(scope) || reachOf(actor) === 'EVERYBODY';
}

function fieldsIn(text: string): string[] {
  let type = '';
  return words(text).flatMap((word) => {
    if (!word.endsWith(':')) return [`${type}.${word}`];
    type = word.slice(0, -1);
    return [];
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
