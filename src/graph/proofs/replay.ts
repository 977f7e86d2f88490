// What the log says of a person, read from its entries alone.
import type { Attempt } from '../../core/award';
import type { Assertion } from '../../core/person';
import type { Json as RuleJson } from '../../core/rule';
import type { Json } from '../../journal/entry';
import type { Reads } from '../rules/definitions';

type Body = Readonly<Record<string, unknown>>;

/** An entry about a person that can be read. */
export interface ToldEntry {
  readonly kind: string;
  readonly occurredAt: number;
  readonly body: Json;
}

/** A holding as the log tells it. */
export interface ToldHolding {
  readonly uuid: string;
  readonly typeCode: string;
  readonly instance: string;
  readonly segments: readonly { readonly from: number; readonly to: number; readonly status: string }[];
  readonly awardedAt: readonly number[];
  readonly verifiedAt: readonly number[];
}

/** All that rules may ask of a person. */
export interface ToldPerson {
  readonly holdings: readonly ToldHolding[];
  readonly assertions: readonly Assertion[];
  readonly attempts: readonly Attempt[];
  readonly incidents: readonly { readonly uuid: string; readonly kind: string; readonly occurredAt: number }[];
  readonly approvals: readonly {
    readonly uuid: string;
    readonly kind: string;
    readonly act: 'REQUESTED' | 'GRANTED' | 'WITHDRAWN';
    readonly at: number;
  }[];
}

const APPROVAL = /^approval\.(requested|granted|withdrawn)$/;

/** Whether an answer that reads this cannot do without what entries of a kind say. */
export function isNeeded(kind: string, reads: Reads): boolean {
  if (kind === 'credential.verified') return reads.verified.size > 0;
  if (kind.startsWith('credential.')) return reads.types.size + reads.events.size > 0;
  if (kind === 'employee.changed') return reads.attributes.size > 0;
  if (kind === 'completion.recorded') return reads.courses.size + reads.events.size > 0;
  if (kind.startsWith('incident.')) return reads.events.size > 0;
  return APPROVAL.test(kind) && reads.approvals.size > 0;
}

/**
 * Follows entries, oldest first. Null: one of them was written before entries said how a holding or an attribute stands over all of time, so
 * that nothing can be concluded from them alone.
 */
export function replay(entries: readonly ToldEntry[]): ToldPerson | null {
  const holdings = new Map<string, Body>();
  const verified = new Map<string, number[]>();
  const assertions = new Map<string, Assertion>();
  const attempts = new Map<string, Attempt>();
  const incidents = new Map<string, ToldPerson['incidents'][number]>();
  const approvals: ToldPerson['approvals'][number][] = [];
  for (const { kind, occurredAt, body } of entries) {
    const said = body as Body;
    if (kind === 'employee.changed') {
      for (const assertion of assertionsIn(body)) assertions.set(JSON.stringify([assertion.name, assertion.at]), assertion);
    } else if (kind === 'completion.recorded') {
      const attempt = attemptIn(said);
      attempts.set(attempt.id, attempt);
    } else if (kind === 'incident.recorded') {
      const uuid = textIn(said, 'incident');
      incidents.set(uuid, { uuid, kind: textIn(said, 'incidentKind'), occurredAt });
    } else if (kind === 'incident.retracted') {
      incidents.delete(textIn(said, 'incident'));
    } else if (APPROVAL.test(kind)) {
      const act = APPROVAL.exec(kind)![1]!.toUpperCase() as 'REQUESTED' | 'GRANTED' | 'WITHDRAWN';
      approvals.push({ uuid: textIn(said, 'approval'), kind: textIn(said, 'approvalKind'), act, at: occurredAt });
    } else if (kind === 'credential.verified') {
      const holding = textIn(said, 'credential');
      verified.set(holding, [...(verified.get(holding) ?? []), occurredAt]);
    } else if (kind.startsWith('credential.') && said['timeline'] !== undefined) {
      holdings.set(textIn(said, 'credential'), said);
    } else if (kind.startsWith('credential.') && !holdings.has(textIn(said, 'credential'))) {
      // time brings nothing to what was never told; so this is an entry of a format that did not tell it
      return null;
    }
  }
  return {
    holdings: [...holdings].map(([uuid, said]) => ({ ...holdingIn(uuid, said), verifiedAt: verified.get(uuid) ?? [] })),
    assertions: [...assertions.values()].sort((a, b) => a.at - b.at),
    attempts: [...attempts.values()],
    incidents: [...incidents.values()],
    approvals,
  };
}

function holdingIn(uuid: string, said: Body): Omit<ToldHolding, 'verifiedAt'> {
  const steps = said['timeline'] as readonly (readonly [string | null, string])[];
  const segments = steps.map(([from, status], i) => ({
    from: instantOf(from),
    to: i + 1 < steps.length ? instantOf(steps[i + 1]![0]) : Infinity,
    status,
  }));
  const awardedAt = (said['awards'] as readonly string[]).map(instantOf);
  return { uuid, typeCode: textIn(said, 'typeCode'), instance: textIn(said, 'instance'), segments, awardedAt };
}

/** What an entry says of attributes. */
export function* assertionsIn(body: Json): Iterable<Assertion> {
  const said = body as Body;
  const also = (said['also'] ?? []) as readonly { readonly name: string; readonly at: string; readonly value: RuleJson }[];
  const apart = new Set(also.map(({ name }) => name));
  const at = instantOf(said['effectiveAt']);
  for (const [name, value] of Object.entries((said['set'] ?? {}) as Readonly<Record<string, RuleJson>>)) {
    if (!apart.has(name)) yield { id: name, name, at, value };
  }
  for (const { name, value, at } of also) yield { id: name, name, at: instantOf(at), value };
}

function attemptIn(said: Body): Attempt {
  const number = (name: string) => (typeof said[name] === 'number' ? said[name] : null);
  return {
    id: textIn(said, 'completion'),
    courseCode: textIn(said, 'course_code'),
    status: said['status'] as Attempt['status'],
    score: number('score'),
    creditHours: number('credit_hours'),
    at: instantOf(said['completed_at']),
    evidenceUrl: null,
  };
}

function textIn(said: Body, name: string): string {
  const text = said[name];
  if (typeof text !== 'string') throw new Error(`an entry has no text ${name}`);
  return text;
}

/** The instant of a text; null: since ever. Throws when it is none. */
function instantOf(text: unknown): number {
  if (text === null) return -Infinity;
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new Error('an entry names an instant that is none');
  return at;
}
