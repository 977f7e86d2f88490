// What mutations and filters about credentials take.
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { IngestInput } from '../../journal/graphql';
import { DateScalar, DateTimeScalar, DurationScalar, FloatScalar } from '../../platform/graphql/scalars';
import { CredentialKind, CredentialStatus } from './gql-types';

export const RenewalAnchor = { COMPLETION: 'COMPLETION', EXPIRY: 'EXPIRY', FIXED: 'FIXED' } as const;
registerEnumType(RenewalAnchor, {
  name: 'RenewalAnchor',
  description: 'What a renewal counts from.',
  valuesConfig: {
    COMPLETION: { description: 'The day of the renewal.' },
    EXPIRY: { description: 'The expiry in effect, if the renewal is early or late enough for it; else the day of the renewal.' },
    FIXED: { description: 'A day of the calendar year.' },
  },
});

export const LastDay = { ON_ANNIVERSARY: 'ON_ANNIVERSARY', BEFORE_ANNIVERSARY: 'BEFORE_ANNIVERSARY' } as const;
registerEnumType(LastDay, {
  name: 'LastDay',
  description: 'Which day is the last valid one of a life of whole years or months.',
  valuesConfig: {
    ON_ANNIVERSARY: { description: 'The anniversary itself.' },
    BEFORE_ANNIVERSARY: { description: 'The day before the anniversary.' },
  },
});

export const FixedDay = { DATE: 'DATE', BEFORE_MONTH: 'BEFORE_MONTH', MONTH_END: 'MONTH_END' } as const;
registerEnumType(FixedDay, {
  name: 'FixedDay',
  description: 'Which day of the year is the last valid one, for a date of the holder.',
  valuesConfig: {
    DATE: { description: 'The date itself; 29 February is the 28th in other years.' },
    BEFORE_MONTH: { description: "The day before the date's month begins." },
    MONTH_END: { description: "The last day of the date's month." },
  },
});

export const ExpiryRounding = { MONTH_START: 'MONTH_START', MONTH_END: 'MONTH_END' } as const;
registerEnumType(ExpiryRounding, {
  name: 'ExpiryRounding',
  description: 'To which first of a month the end of a life is moved.',
  valuesConfig: {
    MONTH_START: { description: 'Back: not valid any more from the first of the month in which it would end.' },
    MONTH_END: { description: 'On: valid through the end of the month in which it would end.' },
  },
});

@InputType({ description: 'Which credentials; all conditions must hold, an absent one always does.' })
export class CredentialFilter {
  @Field(() => [CredentialStatus], { nullable: true, description: 'With one of these statuses at the instant asked about.' })
  status?: (keyof typeof CredentialStatus)[] | null;
  @Field(() => [String], { nullable: true, description: 'Of one of these types.' })
  typeCode?: string[] | null;
  @Field(() => [CredentialKind], { nullable: true, description: 'Of one of these kinds.' })
  kind?: (keyof typeof CredentialKind)[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Expiring before this instant.' })
  expiresBefore?: number | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Expiring after this instant.' })
  expiresAfter?: number | null;
  @Field(() => [String], { nullable: true, description: 'Held by people in one of these departments.' })
  department?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: 'Of operational types, or of purely developmental ones.' })
  operational?: boolean | null;
}

@InputType({ description: 'A day of the year on which everything of a type expires.' })
export class FixedExpiryInput {
  @Field(() => Int, { description: 'Month, 1 to 12.' })
  month: number;
  @Field(() => Int, { description: 'Day of the month; the last valid day.' })
  day: number;
  @Field(() => DurationScalar, { nullable: true, description: 'How long an award lasts at least: a nearer date is passed over.' })
  minActive?: string | null;
}

@InputType({ description: 'The day of the year on which a credential expires, read from its holder.' })
export class FixedFromInput {
  @Field(() => String, {
    description:
      'The attribute with the date, written YYYY-MM-DD: its value at the award, else the first there is. While there is none, the credential ends as soon as any date could end it.',
  })
  attribute: string;
  @Field(() => FixedDay, { nullable: true, defaultValue: 'DATE', description: 'Which day of the year the date stands for.' })
  day?: keyof typeof FixedDay | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long an award lasts at least: a nearer date is passed over.' })
  minActive?: string | null;
}

@InputType({ description: 'How a credential lasts and renews. Absent: it never expires.' })
export class RenewalPolicyInput {
  @Field(() => DurationScalar, { nullable: true, description: 'How long an award lasts.' })
  life?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Life counted in calendar months: valid to the end of the n-th month after the month of issue.',
  })
  calendarMonths?: number | null;
  @Field(() => RenewalAnchor, { nullable: true, defaultValue: 'COMPLETION', description: 'What a renewal counts from.' })
  anchor?: keyof typeof RenewalAnchor | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'How long before the expiry a renewal still counts from the expiry.',
  })
  early?: string | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long after the expiry there is grace.' })
  grace?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the credential counts during the grace (status GRACE).',
  })
  graceCounts?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether a renewal during the grace counts from the expiry.',
  })
  backdate?: boolean | null;
  @Field(() => DurationScalar, {
    nullable: true,
    description: 'How long after the expiry a renewal is possible; later only an initial award counts.',
  })
  reinstateWithin?: string | null;
  @Field(() => FixedExpiryInput, { nullable: true, description: 'Everything expires on this day of the year.' })
  fixed?: FixedExpiryInput | null;
  @Field(() => FixedFromInput, { nullable: true, description: "As `fixed`, on a date of the year that is the person's own." })
  fixedFrom?: FixedFromInput | null;
  @Field(() => ExpiryRounding, { nullable: true, description: 'To which first of a month the end of a life is moved.' })
  roundTo?: keyof typeof ExpiryRounding | null;
  @Field(() => [DurationScalar], {
    nullable: true,
    description: 'How long before the expiry to give notice; one change of kind EXPIRING each.',
  })
  noticeBefore?: string[] | null;
  @Field(() => LastDay, { nullable: true, defaultValue: 'BEFORE_ANNIVERSARY', description: 'Which day is the last valid one.' })
  lastDay?: keyof typeof LastDay | null;
  @Field(() => String, { nullable: true, description: "IANA zone whose civil days count; absent: the organisation's." })
  timeZone?: string | null;
}

@InputType({ description: 'Credential types to define or define anew.' })
export class DefineCredentialTypesInput {
  @Field(() => [CredentialTypeInput], { description: 'At most 1,000.' })
  credentialTypes: CredentialTypeInput[];
}

@InputType({ description: 'A credential type.' })
export class CredentialTypeInput {
  @Field(() => String, { description: 'Its code, by which everything names it.' })
  code: string;
  @Field(() => String, { description: 'Its name.' })
  name: string;
  @Field(() => CredentialKind, { description: 'What sort of proof it is.' })
  kind: keyof typeof CredentialKind;
  @Field(() => String, { description: 'Who issues it.' })
  issuer: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'false: purely developmental; raises no alert and no pay signal.',
  })
  operational?: boolean | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Whether pay depends on it.' })
  payImpact?: boolean | null;
  @Field(() => RenewalPolicyInput, { nullable: true, description: 'How it lasts and renews. Absent: it never expires.' })
  renewal?: RenewalPolicyInput | null;
  @Field(() => [String], { nullable: true, description: 'Codes of the types in whose place it counts.' })
  equivalentTo?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Codes of the types that must be held when an award rule awards it.' })
  prerequisites?: string[] | null;
  @Field(() => FloatScalar, {
    nullable: true,
    description:
      "What it costs where no award rule earns it, in the organisation's currency, zero or more; absent: not known, and counted as nothing.",
  })
  cost?: number | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long it takes; absent: not known.' })
  leadTime?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Codes of lower types: an award of this one renews their holdings that are held, in grace or reinstatable at that instant, up to its own end, and so on down.',
  })
  renews?: string[] | null;
}

@InputType({ description: 'Awards by people and other systems.' })
export class IssueCredentialsInput extends IngestInput {
  @Field(() => [CredentialInput], { description: 'At most 1,000.' })
  credentials: CredentialInput[];
}

@InputType({
  description:
    "Dates without a time are civil days in the type's zone: valid from the start of `issuedOn` through the end of `expiresOn`.",
})
export class CredentialInput {
  @Field(() => String, { nullable: true, description: "The sender's id of this message; the same one has one effect." })
  eventId?: string | null;
  @Field(() => String, { description: "Who; an unknown person's item is kept until the person arrives." })
  employeeExternalId: string;
  @Field(() => String, { description: "Which type; an unknown type's item is kept until it is defined." })
  typeCode: string;
  @Field(() => String, { nullable: true, description: 'Which one of several of the same type, such as a licence number.' })
  instance?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was issued; default now. Or issuedOn.' })
  issuedAt?: number | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first valid day.' })
  issuedOn?: string | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The end (exclusive) the issuer gave; it wins over the renewal policy. Or expiresOn.',
  })
  expiresAt?: number | null;
  @Field(() => DateScalar, { nullable: true, description: 'The last valid day the issuer gave.' })
  expiresOn?: string | null;
  @Field(() => String, { nullable: true, description: 'Where the evidence is.' })
  evidenceUrl?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the whole of the requirements was met anew. A revocation voids what was awarded at or before its instant: a new initial award must be later.',
  })
  initial?: boolean | null;
}

@InputType({ description: "A person's holding of a type." })
export class HoldingInput {
  @Field(() => String, { description: 'Who.' })
  employeeExternalId: string;
  @Field(() => String, { description: 'Which type.' })
  typeCode: string;
  @Field(() => String, { nullable: true, description: 'Which one of several of the same type.' })
  instance?: string | null;
}

@InputType({ description: 'Names one credential; exactly one key.' })
export class CredentialKey {
  @Field(() => ID, { nullable: true, description: 'The node id.' })
  id?: string | null;
  @Field(() => HoldingInput, { nullable: true, description: 'Person, type and instance.' })
  holding?: HoldingInput | null;
}

@InputType({ description: 'An act of a person on a credential.' })
export class CredentialActionInput {
  @Field(() => CredentialKey, { description: 'Which credential.' })
  credential: CredentialKey;
  @Field(() => String, { description: 'Why; kept with the act, and required.' })
  reason: string;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it takes effect, default now; may be in the past or the future.',
  })
  effectiveAt?: number | null;
}
