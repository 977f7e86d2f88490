// The audit in the schema: entries of the log, signed heads of it, and proofs.
import { Field, ID, ObjectType } from 'type-graphql';
import { DateTimeScalar, FloatScalar, JsonScalar } from '../../platform/graphql/scalars';
import { connectionOf } from '../../platform/graphql/types';

@ObjectType({
  description:
    'A signed head of the log: whoever keeps it can prove later that nothing before it was changed. Keep it outside of this system.',
  simpleResolvers: true,
})
export class AuditCheckpoint {
  @Field(() => FloatScalar, { description: 'How many entries the log had; the last one has this position.' })
  size: number;
  @Field(() => String, { description: 'Root of the RFC 6962 Merkle tree over the leaves of all of them, base64.' })
  root: string;
  @Field(() => String, { description: 'The signed note (C2SP tlog-checkpoint): origin, size, root, Ed25519 signature.' })
  note: string;
  @Field(() => DateTimeScalar, { description: 'When it was signed.' })
  signedAt: number;
}

@ObjectType({ description: 'One entry of the log, as an auditor reads it.', simpleResolvers: true })
export class AuditEntry {
  changeId: number;
  subject: string | null;
  @Field(() => FloatScalar, { description: 'Position in the log.' })
  position: number;
  @Field(() => ID, { description: 'Id of the event, for ever.' })
  eventId: string;
  @Field(() => String, { description: 'What happened, in the past tense, such as `credential.revoked`.' })
  kind: string;
  @Field(() => String, { description: 'Who did it; `clock` when time did.' })
  actor: string;
  @Field(() => String, { nullable: true, description: 'Through which system it was told; null when it came from no system.' })
  source: string | null;
  @Field(() => String, { description: 'What led to it: rule and version, completion, message, or the clock.' })
  cause: string;
  @Field(() => String, { nullable: true, description: 'Why, as whoever did it said; null when no reason is asked for.' })
  why: string | null;
  @Field(() => DateTimeScalar, { description: 'When it became true.' })
  occurredAt: number;
  @Field(() => DateTimeScalar, { description: 'When the log took it in.' })
  recordedAt: number;
  @Field(() => FloatScalar, { description: 'The version of what it is about after it; of a person, versions are dense.' })
  entityVersion: number;
  @Field(() => JsonScalar, { nullable: true, description: 'All it says; null when the person was erased.' })
  body: unknown;
  @Field(() => Boolean, {
    description: 'The person it was about was erased: nobody can read it again, and its leaf still proves it was there.',
  })
  isErased: boolean;
  @Field(() => String, { description: 'Its leaf in the Merkle tree (a hash over the sealed entry), base64.' })
  leaf: string;
}

@ObjectType({
  description: 'What one request, or the clock, led to: from the items it brought to what others acknowledged.',
  simpleResolvers: true,
})
export class Trace {
  @Field(() => ID, { description: 'The W3C trace id: 32 hex digits.' })
  id: string;
}

export const AuditEntryConnection = connectionOf(AuditEntry, 'AuditEntry', 'entries of the log, oldest first');

@ObjectType({ description: 'A proof that an entry is in the log of a signed head (RFC 6962, 2.1.1).', simpleResolvers: true })
export class InclusionProof {
  @Field(() => FloatScalar, { description: 'The entry. Its index in the tree is one less.' })
  position: number;
  @Field(() => String, { description: 'Its leaf, base64.' })
  leaf: string;
  @Field(() => [String], { description: 'The hashes of the path from the leaf to the root, base64.' })
  hashes: string[];
  @Field(() => AuditCheckpoint, { description: 'The head it is proved under.' })
  checkpoint: AuditCheckpoint;
}

@ObjectType({ description: 'A proof that one log is the beginning of another (RFC 6962, 2.1.2).', simpleResolvers: true })
export class ConsistencyProof {
  @Field(() => FloatScalar, { description: 'How many entries the earlier one has.' })
  from: number;
  @Field(() => FloatScalar, { description: 'How many the later one has.' })
  to: number;
  @Field(() => [String], { description: 'The hashes that connect their roots, base64.' })
  hashes: string[];
}
