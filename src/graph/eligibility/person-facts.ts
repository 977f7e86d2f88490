// What rules may ask about a person, gathered from holdings and assertions.
import type { HoldingSlice, PersonFacts } from '../../core/evaluate';
import { attributeSlices, type Assertion } from '../../core/person';
import { nodeId } from '../../platform/graphql/node-id';

/** A stretch of a holding's timeline. */
export interface StatusSegment {
  readonly from: number;
  readonly to: number;
  readonly status: string;
}

/** The stretches in which a holding counts for rules. */
export function holdingSlices(segments: readonly StatusSegment[], factId: string): HoldingSlice[] {
  const slices: HoldingSlice[] = [];
  segments.forEach(({ from, to, status }, i) => {
    if (status !== 'ACTIVE' && status !== 'GRACE') return;
    const level = status === 'ACTIVE' ? 'MET' : 'GRACE';
    const next = segments[i + 1]?.status;
    if (next === 'SUSPENDED') slices.push({ from, to, level, factId, endedBy: 'SUSPENSION' });
    else if (next === 'REVOKED') slices.push({ from, to, level, factId, endedBy: 'REVOCATION' });
    else slices.push({ from, to, level, factId });
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

/** Attributes, and holdings by type code, each with its timeline. */
export function personFacts(
  holdings: Iterable<{ readonly typeCode: string; readonly factId: string; readonly segments: readonly StatusSegment[] }>,
  attributes: PersonFacts['attributes'],
  equivalents: (typeCode: string) => readonly string[],
): PersonFacts {
  const byType = new Map<string, HoldingSlice[]>();
  for (const { typeCode, factId, segments } of holdings) {
    const earlier = byType.get(typeCode);
    const slices = holdingSlices(segments, factId);
    byType.set(typeCode, earlier ? [...earlier, ...slices] : slices);
  }
  return { holdings: byType, attributes, equivalents };
}
