// What rules may ask about a person, gathered from holdings, assertions and everything else that was told.
import { isPass, type Course } from '../../core/award';
import { evaluate, splice } from '../../core/evaluate';
import type { ApprovalFact, CreditFact, Happening, HoldingSlice, PersonFacts } from '../../core/facts';
import { attributeSlices, type Assertion } from '../../core/person';
import type { Holding } from '../../core/renewal';
import { constant, Level, pushStep, type Step, type Timeline } from '../../core/timeline';
import { nodeId } from '../../platform/graphql/node-id';
import type { ApprovalRow } from '../approvals/store';
import type { IncidentRow } from '../incidents/store';
import type { AttemptRow } from '../learning/store';
import type { JudgedRole } from '../rules/definitions';
import type { Silences } from '../sources/store';

/** A stretch of a holding's timeline. */
export interface StatusSegment {
  readonly from: number;
  readonly to: number;
  readonly status: string;
}

/** A holding as rules see it. */
export interface HeldFacts {
  readonly typeCode: string;
  /** Its public id. */
  readonly factId: string;
  readonly segments: readonly StatusSegment[];
  /** When the awards that count were given. */
  readonly awardedAt: readonly number[];
  /** When it was verified; absent: never, or no rule asks. */
  readonly verifiedAt?: readonly number[];
}

/** When the awards were given that count. */
export function countedAwards({ awards }: Pick<Holding, 'awards'>): number[] {
  return awards.filter((award) => award.counted).map((award) => award.at);
}

/** When each holding was verified. */
export function verifiedByHolding(
  verifications: readonly { readonly credentialUuid: string; readonly at: number }[],
): Map<string, number[]> {
  const byHolding = new Map<string, number[]>();
  for (const { credentialUuid, at } of verifications) add(byHolding, credentialUuid, [at]);
  return byHolding;
}

/** All that is known of one person, as it is read from the database. */
export interface KnownFacts {
  readonly holdings: Iterable<HeldFacts>;
  readonly attributes: PersonFacts['attributes'];
  readonly equivalents: (typeCode: string) => readonly string[];
  readonly attempts: readonly AttemptRow[];
  readonly courses: ReadonlyMap<string, Pick<Course, 'passMark' | 'creditHours'>>;
  readonly incidents: readonly IncidentRow[];
  readonly approvals: readonly ApprovalRow[];
  /** The names that can trigger and resolve. */
  readonly events: ReadonlySet<string>;
  /** The rule of a role. */
  readonly ruleOf: (roleCode: string) => Pick<JudgedRole, 'versions' | 'nodes'> | undefined;
  readonly silences: Silences;
  readonly zone: string;
}

/** The facts as rules ask for them. */
export function personFacts(known: KnownFacts): PersonFacts {
  const holdings = new Map<string, HoldingSlice[]>();
  const happenings = new Map<string, Happening[]>();
  for (const { typeCode, factId, segments, awardedAt, verifiedAt } of known.holdings) {
    add(holdings, typeCode, holdingSlices(segments, factId, verifiedAt));
    if (known.events.has(typeCode)) {
      add(
        happenings,
        typeCode,
        awardedAt.map((at) => ({ at, factId })),
      );
    }
  }
  const credits = new Map<string, CreditFact[]>();
  for (const attempt of known.attempts) {
    const fact = { at: attempt.at, factId: nodeId('cmp', attempt.id) };
    const course = known.courses.get(attempt.courseCode);
    const isPassed = isPass(course, attempt);
    const hours = attempt.creditHours ?? course?.creditHours ?? 0;
    if (hours > 0 && (isPassed || attempt.status === 'IN_PROGRESS')) {
      add(credits, attempt.courseCode, [{ ...fact, hours, isPending: !isPassed }]);
    }
    if (isPassed && known.events.has(attempt.courseCode)) add(happenings, attempt.courseCode, [fact]);
  }
  for (const { kind, occurredAt, uuid } of known.incidents) {
    add(happenings, kind, [{ at: occurredAt, factId: nodeId('inc', uuid) }]);
  }
  const approvals = new Map<string, ApprovalFact[]>();
  for (const { kind, act, at, uuid } of known.approvals) add(approvals, kind, [{ act, at, factId: nodeId('apr', uuid) }]);
  const { attributes, equivalents, silences, zone, ruleOf } = known;
  return withLevels({ holdings, attributes, equivalents, credits, happenings, approvals, silences, zone }, ruleOf);
}

/** Facts from which the rules of other roles can be judged too, each once; one that comes back to itself cannot be said. */
export function withLevels(own: PersonFacts, ruleOf: KnownFacts['ruleOf']): PersonFacts {
  const timelines = new Map<string, Timeline>();
  const facts: PersonFacts = {
    ...own,
    levelsOf: (roleCode, version) => {
      const key = JSON.stringify([roleCode, version]);
      const found = timelines.get(key);
      if (found) return found;
      timelines.set(key, constant(Level.UNKNOWN));
      const timeline = levels(ruleOf(roleCode), version, facts);
      timelines.set(key, timeline);
      return timeline;
    },
  };
  return facts;
}

function levels(rule: ReturnType<KnownFacts['ruleOf']>, version: number | null, facts: PersonFacts): Timeline {
  if (version !== null) {
    const node = rule?.nodes.get(version);
    return node ? evaluate(node, facts) : constant(Level.UNKNOWN);
  }
  const steps: Step[] = [];
  for (const { from, level } of splice(rule?.versions ?? [], facts)) pushStep(steps, from, level);
  return steps;
}

function add<T>(lists: Map<string, T[]>, name: string, items: readonly T[]): void {
  const list = lists.get(name);
  if (list) list.push(...items);
  else lists.set(name, [...items]);
}

const REINSTATED = { begunBy: 'REINSTATEMENT' } as const;

/** The stretches in which a holding counts for rules. Segments are in order of time; those that neither count nor cut one short may be missing. */
export function holdingSlices(
  segments: readonly StatusSegment[],
  factId: string,
  verifiedAt: readonly number[] = [],
): HoldingSlice[] {
  const fact = verifiedAt.length === 0 ? { factId } : { factId, verifications: verifiedAt.map((at) => ({ at, factId })) };
  const slices: HoldingSlice[] = [];
  segments.forEach(({ from, to, status }, i) => {
    if (status !== 'ACTIVE' && status !== 'GRACE') return;
    const level = status === 'ACTIVE' ? 'MET' : 'GRACE';
    const following = segments[i + 1];
    const next = following?.from === to ? following.status : null;
    const preceding = segments[i - 1];
    const isReinstated = preceding?.to === from && preceding.status === 'SUSPENDED';
    const slice = { from, to, level, ...fact, ...(isReinstated && REINSTATED) } as const;
    if (next === 'SUSPENDED') slices.push({ ...slice, endedBy: 'SUSPENSION' });
    else if (next === 'REVOKED') slices.push({ ...slice, endedBy: 'REVOCATION' });
    else slices.push(slice);
  });
  return slices;
}

/** A person's attributes over time, all of them or those that are `read`; the fact behind each is the person. */
export function attributesOf(
  assertions: readonly Assertion[],
  employeeUuid: string,
  zone: string,
  read?: ReadonlySet<string>,
): PersonFacts['attributes'] {
  const factId = nodeId('emp', employeeUuid);
  const slices = attributeSlices(assertions, zone, read);
  return new Map([...slices].map(([name, list]) => [name, list.map((slice) => ({ ...slice, factId }))]));
}
