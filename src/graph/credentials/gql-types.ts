// Credentials in the schema.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Refusal } from '../../journal/graphql';
import { CursorScalar, DateTimeScalar, DurationScalar, FloatScalar } from '../../platform/graphql/scalars';
import { connectionOf, Node } from '../../platform/graphql/types';
import type { View } from '../context';
import { Change, Employee } from '../people/gql-types';

export const CredentialKind = {
  CERTIFICATION: 'CERTIFICATION',
  LICENSE: 'LICENSE',
  BADGE: 'BADGE',
  ATTESTATION: 'ATTESTATION',
} as const;
registerEnumType(CredentialKind, {
  name: 'CredentialKind',
  description: 'What sort of proof a credential is.',
  valuesConfig: {
    CERTIFICATION: { description: 'Granted by a certifying body or the organisation after an examination or course.' },
    LICENSE: { description: 'Granted by an authority; without it the work is not allowed.' },
    BADGE: { description: 'Granted by the organisation for a skill or an achievement.' },
    ATTESTATION: { description: 'A statement somebody signed or confirmed.' },
  },
});

export const CredentialStatus = {
  PENDING: 'PENDING',
  ACTIVE: 'ACTIVE',
  GRACE: 'GRACE',
  EXPIRED: 'EXPIRED',
  SUSPENDED: 'SUSPENDED',
  REVOKED: 'REVOKED',
} as const;
registerEnumType(CredentialStatus, {
  name: 'CredentialStatus',
  description: 'Where a credential stands at an instant.',
  valuesConfig: {
    PENDING: { description: 'Issued for a day that has not come.' },
    ACTIVE: { description: 'Valid.' },
    GRACE: { description: 'Expired, and still counted for the length of the grace period.' },
    EXPIRED: { description: 'No longer valid, by time.' },
    SUSPENDED: { description: 'Not valid until reinstated.' },
    REVOKED: { description: 'Taken back.' },
  },
});

const CHANGE_KINDS = {
  ISSUED: 'Awarded for the first time, or again after a lapse or revocation.',
  RENEWED: 'Awarded again while held.',
  EXPIRING: 'A notice before the expiry, as the renewal policy asks.',
  EXPIRED: 'The validity ended by time.',
  GRACE_ENDED: 'The grace period ended by time.',
  SUSPENDED: 'Suspended by a person.',
  REINSTATED: 'The suspension was lifted.',
  REVOKED: 'Taken back by a person.',
  VERIFIED: 'Somebody made sure that it is what it says; what is held does not change.',
  CORRECTED: 'What was told before does not hold any more.',
} as const;
export const CredentialChangeKind = Object.fromEntries(Object.keys(CHANGE_KINDS).map((kind) => [kind, kind])) as {
  [K in keyof typeof CHANGE_KINDS]: K;
};
registerEnumType(CredentialChangeKind, {
  name: 'CredentialChangeKind',
  description: 'What happened to a credential.',
  valuesConfig: Object.fromEntries(Object.entries(CHANGE_KINDS).map(([kind, description]) => [kind, { description }])),
});

export const CredentialDimension = {
  DEPARTMENT: 'DEPARTMENT',
  LOCATION: 'LOCATION',
  JOB_FAMILY: 'JOB_FAMILY',
  TYPE: 'TYPE',
  STATUS: 'STATUS',
} as const;
registerEnumType(CredentialDimension, {
  name: 'CredentialDimension',
  description: 'What credentials are counted by.',
  valuesConfig: {
    DEPARTMENT: { description: "The holder's department." },
    LOCATION: { description: "The holder's place of work." },
    JOB_FAMILY: { description: "The holder's job family." },
    TYPE: { description: "The type's code." },
    STATUS: { description: "The credential's status." },
  },
});

@ObjectType('CredentialType', {
  implements: Node,
  description: 'A kind of certificate, licence, badge or attestation, with the policy that says how it lasts and renews.',
  simpleResolvers: true,
})
export class CredentialTypeNode implements Node {
  __typename: 'CredentialType';
  uuid: string;
  view: View;
  id: string;
  @Field(() => String, { description: 'Its code, by which everything names it.' })
  code: string;
  @Field(() => String, { description: 'Its name.' })
  name: string;
  @Field(() => CredentialKind, { description: 'What sort of proof it is.' })
  kind: keyof typeof CredentialKind;
  @Field(() => String, { description: 'Who issues it.' })
  issuer: string;
  @Field(() => Boolean, { description: 'false: purely developmental; raises no alert and no pay signal.' })
  operational: boolean;
  @Field(() => Boolean, { description: 'Whether pay depends on it.' })
  payImpact: boolean;
  @Field(() => String, { description: 'English for the renewal policy, with three worked dates.' })
  renewalText: string;
  @Field(() => [String], { description: 'Codes of the types in whose place it counts.' })
  equivalentTo: string[];
  @Field(() => [String], { description: 'Codes of the types that must be held when an award rule awards it.' })
  prerequisites: string[];
  @Field(() => [String], { description: 'Codes of the lower types whose holdings an award of it renews.' })
  renews: string[];
  @Field(() => FloatScalar, {
    nullable: true,
    description: "What it costs where no award rule earns it, in the organisation's currency; null: not known.",
  })
  cost: number | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'How long it takes where no award rule earns it; null: not known.',
  })
  leadTime: string | null;
}

export const CredentialTypeConnection = connectionOf(CredentialTypeNode, 'CredentialType', 'credential types, by code');

@ObjectType({ description: 'Something that happened to a credential.', simpleResolvers: true })
export class CredentialEvent {
  @Field(() => CredentialChangeKind, { description: 'What happened.' })
  kind: keyof typeof CredentialChangeKind;
  @Field(() => DateTimeScalar, { description: 'When it became true.' })
  occurredAt: number;
  @Field(() => DateTimeScalar, { description: 'When the graph learned it; for what time brings, the same instant.' })
  recordedAt: number;
  @Field(() => String, { description: 'Who did it; `clock` for what time brings.' })
  actor: string;
  @Field(() => String, { nullable: true, description: 'The system it came from.' })
  source: string | null;
  @Field(() => String, { nullable: true, description: 'Why, for acts of a person.' })
  reason: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The version of the award rule that decided; null for awards by people and other systems.',
  })
  ruleVersion: number | null;
  @Field(() => String, { nullable: true, description: 'Where the evidence is.' })
  evidenceUrl: string | null;
  @Field(() => String, { nullable: true, description: 'The name it was issued to, as it was then.' })
  issuedTo: string | null;
  @Field(() => String, { nullable: true, description: 'The issuer, as it was called then.' })
  issuer: string | null;
  @Field(() => [ID], { description: 'The completions that earned it.' })
  completionIds: string[];
}

@ObjectType('Credential', {
  implements: Node,
  description:
    "One person's holding of one type (and one instance of it, such as a licence number): first issue, renewals and gaps are its history, never new holdings.",
  simpleResolvers: true,
})
export class Credential implements Node {
  __typename: 'Credential';
  uuid: string;
  employeeUuid: string;
  typeUuid: string;
  validFrom: number;
  validTo: number;
  view: View;
  id: string;
  @Field(() => String, { nullable: true, description: 'Which one of several of the same type, such as a licence number.' })
  instance: string | null;
  @Field(() => Int, { description: 'Grows by one with every change of its timeline.' })
  version: number;
  @Field(() => CredentialStatus, { description: 'Where it stands at the instant asked about.' })
  status: keyof typeof CredentialStatus;
  @Field(() => DateTimeScalar, { description: 'When the award in effect was given.' })
  issuedAt: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The end of its validity (exclusive): the first instant at which it is expired; null: never.',
  })
  expiresAt: number | null;
  @Field(() => String, { nullable: true, description: 'A public page that shows its current status; null while there is none.' })
  verificationUrl: string | null;
}

export const CredentialConnection = connectionOf(Credential, 'Credential', 'credentials');

@ObjectType({ description: 'How many credentials share the same values.', simpleResolvers: true })
export class CredentialCount {
  @Field(() => [String], { description: 'The values, in the order of `groupBy`; empty text where there is none.' })
  keys: string[];
  @Field(() => Int, { description: 'How many.' })
  count: number;
}

@ObjectType({ description: 'What became of an act.', simpleResolvers: true })
export class CredentialPayload {
  @Field(() => Credential, {
    nullable: true,
    description: 'The credential after it; null when refused, or when nothing is held yet.',
  })
  credential: Credential | null;
  @Field(() => Refusal, { nullable: true, description: 'Why not.' })
  refusal: Refusal | null;
  @Field(() => CursorScalar, { nullable: true, description: 'Position in the change log after it.' })
  cursor: string | null;
}

const OUTCOMES = {
  FIRST_ISSUE: 'Eligible, never awarded before: issued.',
  RENEWAL: 'Eligible, and held: renewed.',
  REISSUE: 'Eligible, held before and lapsed: issued again.',
  NOT_COUNTED: 'Eligible, but the renewal policy asks for an initial award.',
  CONDITION_NOT_MET: 'Not eligible: the award rule asks for more.',
  PREREQUISITE_MISSING: 'Not eligible: a prerequisite was not held.',
} as const;
export const AwardOutcome = Object.fromEntries(Object.keys(OUTCOMES).map((kind) => [kind, kind])) as {
  [K in keyof typeof OUTCOMES]: K;
};
registerEnumType(AwardOutcome, {
  name: 'AwardOutcome',
  description: 'What an award rule decided.',
  valuesConfig: Object.fromEntries(Object.entries(OUTCOMES).map(([kind, description]) => [kind, { description }])),
});

@ObjectType({
  description: 'The three questions before an award, answered for one completion: eligible? already held? the first time?',
  simpleResolvers: true,
})
export class AwardDecision {
  typeUuid: string;
  credentialUuid: string | null;
  view: View;
  @Field(() => DateTimeScalar, { description: 'The instant it was decided for: when the course was finished.' })
  at: number;
  @Field(() => Int, { description: 'The version of the award rule that decided.' })
  ruleVersion: number;
  @Field(() => Boolean, { description: 'Whether rule and prerequisites were met.' })
  isEligible: boolean;
  @Field(() => Boolean, { description: 'Whether the credential was held at that instant.' })
  isHeld: boolean;
  @Field(() => Boolean, { description: 'Whether it had never been awarded before.' })
  isFirst: boolean;
  @Field(() => AwardOutcome, { description: 'What was decided.' })
  outcome: keyof typeof AwardOutcome;
  @Field(() => [String], { description: 'Codes of the prerequisites that were not held.' })
  missing: string[];
}

@ObjectType({ implements: Change, description: 'Something happened to a credential.', simpleResolvers: true })
export class CredentialChange implements Change {
  __typename: 'CredentialChange';
  cursor: string;
  position: number;
  occurredAt: number;
  recordedAt: number;
  @Field(() => Employee, { description: 'Who holds it, as known at delivery.' })
  employee: Employee;
  @Field(() => Credential, { description: 'The credential, as known at delivery.' })
  credential: Credential;
  @Field(() => CredentialChangeKind, { description: 'What happened.' })
  kind: keyof typeof CredentialChangeKind;
  @Field(() => String, { nullable: true, description: 'Why, for acts of a person.' })
  reason: string | null;
}
