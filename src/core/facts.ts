// What rules may ask about one person, as dated facts.
import type { Instant } from './calendar';
import type { Json } from './rule';
import type { Timeline } from './timeline';

/** A stretch [from, to) in which a credential counts, fully or in grace. Stretches may overlap. */
export interface HoldingSlice {
  readonly from: Instant;
  readonly to: Instant;
  readonly level: 'MET' | 'GRACE';
  readonly factId: string;
  /** What ends it, when that is not the passing of its own expiry; only sentences depend on it. */
  readonly endedBy?: 'SUSPENSION' | 'REVOCATION';
  /** What it begins with, when that is not an award; only sentences depend on it. */
  readonly begunBy?: 'REINSTATEMENT';
  /** When the credential was verified; absent: never. */
  readonly verifications?: readonly Happening[];
}

/** A stretch [from, to) in which an attribute is known to have a value; null: known to have none. Stretches do not overlap. */
export interface AttributeSlice {
  readonly from: Instant;
  readonly to: Instant;
  readonly value: Json;
  readonly factId: string;
}

/** Something that happened at an instant. */
export interface Happening {
  readonly at: Instant;
  readonly factId: string;
}

/** Credit hours earned at an instant. */
export interface CreditFact extends Happening {
  readonly hours: number;
  /** Reported, and not confirmed yet. */
  readonly isPending: boolean;
}

/** A step in the life of an approval. At one instant a grant comes after a request and a withdrawal after both. */
export interface ApprovalFact extends Happening {
  readonly act: 'REQUESTED' | 'GRANTED' | 'WITHDRAWN';
}

/** A stretch [from, to) in which no source can say that something is not so. */
export interface Silence {
  readonly from: Instant;
  readonly to: Instant;
}

/** All that rules may ask about one person. What is absent is known to be empty. */
export interface PersonFacts {
  /** By code of the credential type. */
  readonly holdings: ReadonlyMap<string, readonly HoldingSlice[]>;
  readonly attributes: ReadonlyMap<string, readonly AttributeSlice[]>;
  /** The type codes that count as the given one, itself included; absent: only itself. */
  readonly equivalents?: (typeCode: string) => readonly string[];
  /** By course code, in any order. */
  readonly credits?: ReadonlyMap<string, readonly CreditFact[]>;
  /** What can trigger and resolve: incidents by kind, courses passed and credentials awarded by their codes. */
  readonly happenings?: ReadonlyMap<string, readonly Happening[]>;
  /** By kind. */
  readonly approvals?: ReadonlyMap<string, readonly ApprovalFact[]>;
  /** How far the person meets the rule of another role, or one version of it wherever that is in effect; absent: unknown. */
  readonly levelsOf?: (roleCode: string, version: number | null) => Timeline;
  /** When "there is none" cannot be said: of credentials of a type, of hours from a course, of events of a name. */
  readonly silences?: (subject: SilenceSubject, code: string) => readonly Silence[];
  /** The zone whose days windows are counted in; absent: UTC. */
  readonly zone?: string;
}

/** What a source may be unable to speak of. */
export type SilenceSubject = 'TYPE' | 'COURSE' | 'EVENT';
