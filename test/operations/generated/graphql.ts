/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Time that a condition has held in all, added up. */
export type AccumulatedInput = {
  /** How much, in days or weeks, such as P365D. */
  duration: string;
  /** A break longer than this begins the count anew. */
  resetAfter?: string | null | undefined;
  /** The condition. */
  rule: RuleNodeInput;
};

/** A grant that stands; PENDING while it has been asked for and not answered. */
export type ApprovalConditionInput = {
  /** Whether a grant ends for good when the person gets another manager. */
  bindToManager?: boolean | null | undefined;
  /** What is approved, as `grantApproval` names it. */
  kind: string;
  /** How long a grant stands, in whole days; absent: until withdrawn. */
  ttl?: string | null | undefined;
};

/** At least n of several conditions. */
export type AtLeastInput = {
  /** How many. */
  n: number;
  /** Of these. */
  of: Array<RuleNodeInput>;
};

/** A test of an attribute; exactly one of equals, in and atLeast. No value known: unknown; known to have none: not met. */
export type AttributeInput = {
  /** Is a number of at least this. */
  atLeast?: number | null | undefined;
  /** Has this value; a list has it among its elements. */
  equals?: unknown;
  /** Has one of these values. */
  in?: Array<unknown> | null | undefined;
  /** The attribute: a field of EmployeeInput or a custom attribute. */
  name: string;
};

/** Who may see a condition; each includes those before it. */
export type Audience =
  /** The person too. */
  | 'EMPLOYEE'
  /** Those who administer the rules. */
  | 'HR'
  /** The person's managers too. */
  | 'MANAGER';

/** Which changes to deliver; all conditions must hold, an absent one always does. */
export type ChangeFilter = {
  /** Changes about people who were in these departments when the change was recorded. */
  department?: Array<string> | null | undefined;
  /** Changes about these people. */
  employeeExternalId?: Array<string> | null | undefined;
  /** Kinds of change, such as TRANSITION, EXPIRED or ISSUED. */
  kind?: Array<string> | null | undefined;
  /** Eligibility for these roles, its outcomes, and definitions of them. */
  roleCode?: Array<string> | null | undefined;
  /** Credentials of these types, and definitions of them. */
  typeCode?: Array<string> | null | undefined;
};

/** What happened to a credential. */
export type CredentialChangeKind =
  /** What was told before does not hold any more. */
  | 'CORRECTED'
  /** The validity ended by time. */
  | 'EXPIRED'
  /** A notice before the expiry, as the renewal policy asks. */
  | 'EXPIRING'
  /** The grace period ended by time. */
  | 'GRACE_ENDED'
  /** Awarded for the first time, or again after a lapse or revocation. */
  | 'ISSUED'
  /** The suspension was lifted. */
  | 'REINSTATED'
  /** Awarded again while held. */
  | 'RENEWED'
  /** Taken back by a person. */
  | 'REVOKED'
  /** Suspended by a person. */
  | 'SUSPENDED'
  /** Somebody made sure that it is what it says; what is held does not change. */
  | 'VERIFIED';

/** What sort of proof a credential is. */
export type CredentialKind =
  /** A statement somebody signed or confirmed. */
  | 'ATTESTATION'
  /** Granted by the organisation for a skill or an achievement. */
  | 'BADGE'
  /** Granted by a certifying body or the organisation after an examination or course. */
  | 'CERTIFICATION'
  /** Granted by an authority; without it the work is not allowed. */
  | 'LICENSE';

/** Where a credential stands at an instant. */
export type CredentialStatus =
  /** Valid. */
  | 'ACTIVE'
  /** No longer valid, by time. */
  | 'EXPIRED'
  /** Expired, and still counted for the length of the grace period. */
  | 'GRACE'
  /** Issued for a day that has not come. */
  | 'PENDING'
  /** Taken back. */
  | 'REVOKED'
  /** Not valid until reinstated. */
  | 'SUSPENDED';

/** The most hours that count from some of the courses. */
export type CreditCapInput = {
  /** From these courses together. */
  courseCodes: Array<string>;
  /** At most so many hours. */
  max: number;
};

/** Credit hours from courses, counted over a moving window. */
export type CreditsInput = {
  /** From how many hours on more of the same do not count. */
  caps?: Array<CreditCapInput> | null | undefined;
  /** Hours from these courses count. */
  courseCodes: Array<string>;
  /** How long after they are earned hours begin to count. */
  lag?: string | null | undefined;
  /** At least so many hours; those of attempts in progress make the condition PENDING. */
  min: number;
  /** Whether the window runs on to the end of the calendar month it would end in. */
  toMonthEnd?: boolean | null | undefined;
  /** How long hours count after they are earned, in whole days. */
  window: string;
};

/** A condition that explanations show to some only; the verdict does not depend on it. */
export type DisclosedInput = {
  /** The condition. */
  rule: RuleNodeInput;
  /** Whom it is shown to. */
  to: Audience;
};

/** A period; at least one bound. */
export type DuringInput = {
  /** From this instant. */
  from?: string | null | undefined;
  /** Until this instant (exclusive). */
  until?: string | null | undefined;
};

/** What is different about an eligibility. One change per person, role and write: the first that applies. */
export type EligibilityChangeKind =
  /** The verdict now is the same, but a stretch of the past is judged otherwise. */
  | 'CORRECTION'
  /** The verdict now is the same, but its future is another one. */
  | 'FORECAST'
  /** The verdict is another one now. */
  | 'TRANSITION';

/** Names one person; exactly one key. */
export type EmployeeKey =
  {   /** An e-mail address the person has, or had and nobody else ever did. */
  email: string; externalId?: never; id?: never; }
  |  { email?: never;   /** An id in a source, or the organisation's own. */
  externalId: ExternalIdInput; id?: never; }
  |  { email?: never; externalId?: never;   /** The node id. */
  id: string | number; };

/** An external id. */
export type ExternalIdInput = {
  /** The source in which it is an id; absent: the organisation's own id. */
  source?: string | null | undefined;
  /** The id. */
  value: string;
};

/** How long a condition has held without a break. */
export type HeldForInput = {
  /** For how long, in whole days: met from the day this long after it began. */
  duration: string;
  /** Breaks of at most this length do not begin the count anew; during a break it is not met. */
  gap?: string | null | undefined;
  /** The condition. */
  rule: RuleNodeInput;
};

/** Holding a credential. */
export type HoldsInput = {
  /** Whether grace does not count. */
  strict?: boolean | null | undefined;
  /** The type's code. */
  typeCode: string;
  /** It counts only for this long after it was last verified (`verifyCredentials`), in whole days. */
  verifiedWithin?: string | null | undefined;
};

/** Not met from a trigger until the first resolver at or after it. Both name an incident by its kind, a course passed by its code, or a credential awarded by the code of its type. */
export type NoOpenInput = {
  /** What closes. */
  resolver: string;
  /** What opens. */
  trigger: string;
};

/** A rule to publish. */
export type RuleDraftInput = {
  /** When it takes effect, default now; a first version by default since ever. It replaces what was to hold from then on. */
  effectiveFrom?: string | null | undefined;
  /** Why it is published; kept with the publication in the audit. */
  reason?: string | null | undefined;
  /** The hash of a rehearsal of this draft; refused when no rehearsal has it. */
  rehearsalHash?: string | null | undefined;
  /** The role it judges. */
  roleCode: string;
  /** What somebody must be and hold. */
  rule: RuleNodeInput;
  /** How long before a lapse the verdict turns to AT_RISK. */
  warnBefore?: string | null | undefined;
};

/** One condition; exactly one key. */
export type RuleNodeInput =
  {   /** Another condition has held for a time in all; stays so. */
  accumulated: AccumulatedInput; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never;   /** All of these. */
  all: Array<RuleNodeInput>; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never;   /** Any of these. */
  any: Array<RuleNodeInput>; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never;   /** Somebody has granted something, and the grant stands. */
  approval: ApprovalConditionInput; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never;   /** At least so many of these. */
  atLeast: AtLeastInput; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never;   /** An attribute of the person passes a test. */
  attribute: AttributeInput; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never;   /** Credit hours earned within a window reach a sum. */
  credits: CreditsInput; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never;   /** Another condition, shown in explanations to some only. */
  disclosed: DisclosedInput; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never;   /** Only within a period. */
  during: DuringInput; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never;   /** Another condition has held without a break for a time. */
  heldFor: HeldForInput; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never;   /** Holds a credential of a type, or of one that counts in its place. */
  holds: HoldsInput; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never;   /** Nothing has happened that is still unresolved. */
  noOpen: NoOpenInput; not?: never; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never;   /** Not this; what is unknown stays unknown. */
  not: RuleNodeInput; rule?: never; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never;   /** What the rule of another role says, or one version of a rule. */
  rule: RuleReferenceInput; service?: never; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never;   /** Another condition has held for so much of the last stretch of time. */
  service: ServiceInput; tenure?: never; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never;   /** An attribute has had a value without a break for a time. */
  tenure: TenureInput; within?: never; }
  |  { accumulated?: never; all?: never; any?: never; approval?: never; atLeast?: never; attribute?: never; credits?: never; disclosed?: never; during?: never; heldFor?: never; holds?: never; noOpen?: never; not?: never; rule?: never; service?: never; tenure?: never;   /** Another condition holds, or did within a time. */
  within: WithinInput; };

/** The rule of another role, or one version of a rule. */
export type RuleReferenceInput = {
  /** The role's code; that of the role itself only with a version. */
  roleCode: string;
  /** This version, as if it had always been in effect; absent: each where it is in effect. */
  version?: number | null | undefined;
};

/** Another condition has held for so much of the last stretch of time; met from the instant that is reached until the one from which it falls short. */
export type ServiceInput = {
  /** How much, in days or weeks, such as P60D. */
  duration: string;
  /** The condition. */
  rule: RuleNodeInput;
  /** Out of the last so many days or weeks, such as P365D. */
  within: string;
};

/** The last award of each credential comes later; an end that its issuer gave it moves along. Where it was earned by completions, the one that decided it comes later; where a higher credential renewed it, that one's award does. */
export type SupposedDelayInput = {
  /** By how much, in the zone of the credential's type. */
  by: string;
  /** This instance, such as a licence number; absent: all instances. */
  instance?: string | null | undefined;
  /** Of this type; absent: all those that the question is about. */
  typeCode?: string | null | undefined;
};

/** A credential that is awarded; dates as in CredentialInput. */
export type SupposedGrantInput = {
  /** Valid until this instant; absent: the type's policy decides. */
  expiresAt?: string | null | undefined;
  /** Valid through the end of this day in the type's zone. */
  expiresOn?: string | null | undefined;
  /** Whether the whole of the requirements is met anew. */
  initial?: boolean | null | undefined;
  /** Which instance, such as a licence number. */
  instance?: string | null | undefined;
  /** Valid from this instant; default now. */
  issuedAt?: string | null | undefined;
  /** Valid from the start of this day in the type's zone. */
  issuedOn?: string | null | undefined;
  /** Of which type. */
  typeCode: string;
};

/** An absence: the status is ON_LEAVE, and afterwards what it would have been. */
export type SupposedLeaveInput = {
  /** From this instant; default now. */
  from?: string | null | undefined;
  /** Until this instant (exclusive); absent: no return is in sight. */
  until?: string | null | undefined;
};

/** Another manager. */
export type SupposedManagerInput = {
  /** When; default now. */
  effectiveAt?: string | null | undefined;
  /** External id of the new manager; absent: nobody. */
  managerExternalId?: string | null | undefined;
};

/** Of whom something is supposed; exactly one key. */
export type SupposedOfInput =
  {   /** One person; the question is about all their credentials. */
  employee: EmployeeKey; issuer?: never; typeCode?: never; }
  |  { employee?: never;   /** Everybody who has a credential of a type that this issuer issues; the question is about these. */
  issuer: string; typeCode?: never; }
  |  { employee?: never; issuer?: never;   /** Everybody who has a credential of this type, also an expired or revoked one; the question is about these. */
  typeCode: string; };

/** Credentials that are taken back. */
export type SupposedRevocationInput = {
  /** When; default now. */
  effectiveAt?: string | null | undefined;
  /** This instance, such as a licence number; absent: all instances. */
  instance?: string | null | undefined;
  /** Of this type; absent: all those that the question is about. */
  typeCode?: string | null | undefined;
};

/** The end of the employment: the status is TERMINATED. */
export type SupposedTerminationInput = {
  /** When; default now. */
  effectiveAt?: string | null | undefined;
};

/** One supposed fact; exactly one key. */
export type SuppositionInput =
  {   /** An award or renewal comes later. */
  delay: SupposedDelayInput; grant?: never; leave?: never; manager?: never; revoke?: never; terminate?: never; }
  |  { delay?: never;   /** A credential is awarded. */
  grant: SupposedGrantInput; leave?: never; manager?: never; revoke?: never; terminate?: never; }
  |  { delay?: never; grant?: never;   /** The person is away. */
  leave: SupposedLeaveInput; manager?: never; revoke?: never; terminate?: never; }
  |  { delay?: never; grant?: never; leave?: never;   /** The person gets another manager. */
  manager: SupposedManagerInput; revoke?: never; terminate?: never; }
  |  { delay?: never; grant?: never; leave?: never; manager?: never;   /** Credentials are revoked. */
  revoke: SupposedRevocationInput; terminate?: never; }
  |  { delay?: never; grant?: never; leave?: never; manager?: never; revoke?: never;   /** The person leaves the organisation. */
  terminate: SupposedTerminationInput; };

/** How long an attribute has had a value without a break. */
export type TenureInput = {
  /** For how long, in whole days. */
  duration: string;
  /** The value; a list has it among its elements. */
  equals: unknown;
  /** The attribute: a field of EmployeeInput or a custom attribute. */
  name: string;
};

/** What a rule says about a person at an instant. */
export type Verdict =
  /** Met, and about to lapse within the rule's warning time. */
  | 'AT_RISK'
  /** Every condition is met. */
  | 'ELIGIBLE'
  /** Met only because of a grace period. */
  | 'GRACE'
  /** A condition is not met. */
  | 'NOT_ELIGIBLE'
  /** Not met yet; what is missing has been asked for. */
  | 'PENDING'
  /** It cannot be said: a value the rule asks for is not known, or no rule is in effect. */
  | 'UNKNOWN';

/** What is supposed, and of whom. */
export type WhatIfInput = {
  /** Of the holders of a type or issuer, only those who are in one of these departments now. */
  department?: Array<string> | null | undefined;
  /** Of whom; at most 5,000 people. */
  of: SupposedOfInput;
  /** What, 1 to 20 facts; each person is supposed all of them, in this order. */
  suppose: Array<SuppositionInput>;
};

/** A condition that holds or did hold not long ago. */
export type WithinInput = {
  /** How long after its end it still counts. */
  duration: string;
  /** The condition. */
  rule: RuleNodeInput;
  /** Whether that runs on to the end of the calendar month it would end in. */
  toMonthEnd?: boolean | null | undefined;
};

export type CoverageForecastQueryVariables = Exact<{
  roleCode: Array<string> | string;
  minimum?: number | null | undefined;
  horizon?: string;
}>;


export type CoverageForecastQuery = { coverageForecast: Array<{ keys: Array<string>, firstShortfallOn: string | null, days: Array<{ on: string, people: number, eligible: number, grace: number }>, lapses: { totalCount: number, nodes: Array<{ at: string, because: Array<string>, employee: { name: string } }> }, renewalPlan: { count: number, isOptimal: boolean, remainingShortfallOn: string | null, renewals: { nodes: Array<{ dueOn: string, employee: { name: string }, credential: { type: { name: string } } }> } } | null }> };

export type CredentialFeedSubscriptionVariables = Exact<{
  filter?: ChangeFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type CredentialFeedSubscription = { credentialChanged: { cursor: string, position: number, occurredAt: string, recordedAt: string, kind: CredentialChangeKind, reason: string | null, employee: { externalId: string, name: string }, credential: { id: string, status: CredentialStatus, statusText: string, expiresAt: string | null, type: { code: string, name: string } } } };

export type DashboardPageQueryVariables = Exact<{
  department?: Array<string> | string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DashboardPageQuery = { employees: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, externalId: string, name: string, jobTitle: string | null, location: string | null, roleCodes: Array<string>, manager: { id: string, name: string } | null, credentials: { totalCount: number, nodes: Array<{ id: string, status: CredentialStatus, statusText: string, expiresAt: string | null, type: { code: string, name: string, kind: CredentialKind } }> }, eligibilities: { totalCount: number, nodes: Array<{ verdict: Verdict, until: string | null, untilBecause: Array<string>, role: { code: string, title: string } }> } }> }, credentialCounts: Array<{ keys: Array<string>, count: number }> };

export type EligibilityFeedSubscriptionVariables = Exact<{
  filter?: ChangeFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type EligibilityFeedSubscription = { eligibilityChanged: { cursor: string, position: number, occurredAt: string, recordedAt: string, kind: EligibilityChangeKind, before: Verdict | null, after: Verdict, until: string | null, correctedFrom: string | null, correctedUntil: string | null, because: Array<string>, employee: { externalId: string, name: string }, role: { code: string, title: string } } };

export type NearestWaysQueryVariables = Exact<{
  employee: EmployeeKey;
  roleCode: string;
}>;


export type NearestWaysQuery = { eligibility: { verdict: Verdict, nextEligibleAt: string | null, nearestWays: Array<{ cost: number, earliestAt: string | null, isOptimal: boolean, steps: Array<{ kind: string, code: string | null, text: string }> }> } };

export type PublishRuleMutationVariables = Exact<{
  input: RuleDraftInput;
}>;


export type PublishRuleMutation = { publishRule: { cursor: string | null, version: { version: number, effectiveFrom: string, effectiveUntil: string | null, text: string, ast: unknown, hash: string, publishedBy: string } | null, refusal: { code: string, message: string, path: Array<string> } | null } };

export type RehearseRuleMutationVariables = Exact<{
  input: RuleDraftInput;
  horizon?: string | null | undefined;
}>;


export type RehearseRuleMutation = { rehearseRule: { hash: string, gainedNow: number, lostNow: number, refusal: { code: string, message: string, path: Array<string> } | null, affected: { totalCount: number, nodes: Array<{ at: string, before: Verdict, after: Verdict, employee: { externalId: string, name: string } }> } } };

export type WhatIfRevokedQueryVariables = Exact<{
  input: WhatIfInput;
  horizon?: string | null | undefined;
}>;


export type WhatIfRevokedQuery = { whatIf: { peopleCount: number, gainedNow: number, lostNow: number, passedOver: number, refusal: { code: string, message: string, path: Array<string> } | null, affected: { totalCount: number, nodes: Array<{ before: Verdict, after: Verdict, from: string | null, to: string | null, employee: { externalId: string, name: string }, role: { title: string } }> } } };

export type WhyEligibleQueryVariables = Exact<{
  employee: EmployeeKey;
  roleCode: string;
  at?: string | null | undefined;
  knownAt?: string | null | undefined;
}>;


export type WhyEligibleQuery = { eligibility: { verdict: Verdict, since: string | null, until: string | null, untilVerdict: Verdict | null, untilBecause: Array<string>, nextEligibleAt: string | null, ruleVersion: number | null, employee: { name: string, jobTitle: string | null, department: string | null }, role: { title: string, rule: { version: number, text: string, effectiveFrom: string } | null }, explanation: Array<{ id: string, parentId: string | null, op: string, verdict: Verdict, since: string | null, until: string | null, binding: boolean, text: string, factIds: Array<string> }>, segments: Array<{ from: string | null, to: string | null, verdict: Verdict, ruleVersion: number | null }> } };


export const CoverageForecastDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CoverageForecast"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"roleCode"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"minimum"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"horizon"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Duration"}}},"defaultValue":{"kind":"StringValue","value":"P1Y","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"coverageForecast"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"roleCode"},"value":{"kind":"Variable","name":{"kind":"Name","value":"roleCode"}}},{"kind":"Argument","name":{"kind":"Name","value":"minimum"},"value":{"kind":"Variable","name":{"kind":"Name","value":"minimum"}}},{"kind":"Argument","name":{"kind":"Name","value":"horizon"},"value":{"kind":"Variable","name":{"kind":"Name","value":"horizon"}}},{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"LOCATION"}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"keys"}},{"kind":"Field","name":{"kind":"Name","value":"days"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"changesOnly"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"on"}},{"kind":"Field","name":{"kind":"Name","value":"people"}},{"kind":"Field","name":{"kind":"Name","value":"eligible"}},{"kind":"Field","name":{"kind":"Name","value":"grace"}}]}},{"kind":"Field","name":{"kind":"Name","value":"firstShortfallOn"}},{"kind":"Field","name":{"kind":"Name","value":"lapses"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"because"}},{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"renewalPlan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"isOptimal"}},{"kind":"Field","name":{"kind":"Name","value":"remainingShortfallOn"}},{"kind":"Field","name":{"kind":"Name","value":"renewals"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dueOn"}},{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"credential"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<CoverageForecastQuery, CoverageForecastQueryVariables>;
export const CredentialFeedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"CredentialFeed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credentialChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"credential"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusText"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"type"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]} as unknown as DocumentNode<CredentialFeedSubscription, CredentialFeedSubscriptionVariables>;
export const DashboardPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DashboardPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"department"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"employees"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"department"},"value":{"kind":"Variable","name":{"kind":"Name","value":"department"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"ACTIVE"},{"kind":"EnumValue","value":"ON_LEAVE"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"EnumValue","value":"NAME"}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"jobTitle"}},{"kind":"Field","name":{"kind":"Name","value":"location"}},{"kind":"Field","name":{"kind":"Name","value":"roleCodes"}},{"kind":"Field","name":{"kind":"Name","value":"manager"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"credentials"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"operational"},"value":{"kind":"BooleanValue","value":true}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusText"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"type"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"eligibilities"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"verdict"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"ELIGIBLE"},{"kind":"EnumValue","value":"AT_RISK"},{"kind":"EnumValue","value":"GRACE"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"untilBecause"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"credentialCounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"STATUS"}]}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"department"},"value":{"kind":"Variable","name":{"kind":"Name","value":"department"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"keys"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode<DashboardPageQuery, DashboardPageQueryVariables>;
export const EligibilityFeedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"EligibilityFeed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eligibilityChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"role"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"correctedFrom"}},{"kind":"Field","name":{"kind":"Name","value":"correctedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"because"}}]}}]}}]} as unknown as DocumentNode<EligibilityFeedSubscription, EligibilityFeedSubscriptionVariables>;
export const NearestWaysDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NearestWays"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"employee"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EmployeeKey"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"roleCode"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"employee"},"value":{"kind":"Variable","name":{"kind":"Name","value":"employee"}}},{"kind":"Argument","name":{"kind":"Name","value":"roleCode"},"value":{"kind":"Variable","name":{"kind":"Name","value":"roleCode"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"nextEligibleAt"}},{"kind":"Field","name":{"kind":"Name","value":"nearestWays"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"max"},"value":{"kind":"IntValue","value":"3"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"earliestAt"}},{"kind":"Field","name":{"kind":"Name","value":"isOptimal"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]}}]} as unknown as DocumentNode<NearestWaysQuery, NearestWaysQueryVariables>;
export const PublishRuleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PublishRule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RuleDraftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publishRule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveUntil"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"ast"}},{"kind":"Field","name":{"kind":"Name","value":"hash"}},{"kind":"Field","name":{"kind":"Name","value":"publishedBy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"refusal"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]}}]} as unknown as DocumentNode<PublishRuleMutation, PublishRuleMutationVariables>;
export const RehearseRuleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RehearseRule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RuleDraftInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"horizon"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Duration"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rehearseRule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"horizon"},"value":{"kind":"Variable","name":{"kind":"Name","value":"horizon"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hash"}},{"kind":"Field","name":{"kind":"Name","value":"gainedNow"}},{"kind":"Field","name":{"kind":"Name","value":"lostNow"}},{"kind":"Field","name":{"kind":"Name","value":"refusal"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"Field","name":{"kind":"Name","value":"affected"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RehearseRuleMutation, RehearseRuleMutationVariables>;
export const WhatIfRevokedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WhatIfRevoked"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WhatIfInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"horizon"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Duration"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"whatIf"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"horizon"},"value":{"kind":"Variable","name":{"kind":"Name","value":"horizon"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"peopleCount"}},{"kind":"Field","name":{"kind":"Name","value":"gainedNow"}},{"kind":"Field","name":{"kind":"Name","value":"lostNow"}},{"kind":"Field","name":{"kind":"Name","value":"passedOver"}},{"kind":"Field","name":{"kind":"Name","value":"refusal"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"Field","name":{"kind":"Name","value":"affected"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"role"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"before"}},{"kind":"Field","name":{"kind":"Name","value":"after"}},{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WhatIfRevokedQuery, WhatIfRevokedQueryVariables>;
export const WhyEligibleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WhyEligible"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"employee"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EmployeeKey"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"roleCode"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"at"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"knownAt"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eligibility"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"employee"},"value":{"kind":"Variable","name":{"kind":"Name","value":"employee"}}},{"kind":"Argument","name":{"kind":"Name","value":"roleCode"},"value":{"kind":"Variable","name":{"kind":"Name","value":"roleCode"}}},{"kind":"Argument","name":{"kind":"Name","value":"at"},"value":{"kind":"Variable","name":{"kind":"Name","value":"at"}}},{"kind":"Argument","name":{"kind":"Name","value":"knownAt"},"value":{"kind":"Variable","name":{"kind":"Name","value":"knownAt"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"employee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"jobTitle"}},{"kind":"Field","name":{"kind":"Name","value":"department"}}]}},{"kind":"Field","name":{"kind":"Name","value":"role"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"rule"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"untilVerdict"}},{"kind":"Field","name":{"kind":"Name","value":"untilBecause"}},{"kind":"Field","name":{"kind":"Name","value":"nextEligibleAt"}},{"kind":"Field","name":{"kind":"Name","value":"ruleVersion"}},{"kind":"Field","name":{"kind":"Name","value":"explanation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"parentId"}},{"kind":"Field","name":{"kind":"Name","value":"op"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"binding"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"factIds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"segments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"ruleVersion"}}]}}]}}]}}]} as unknown as DocumentNode<WhyEligibleQuery, WhyEligibleQueryVariables>;