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
  return segments.flatMap((segment, i): HoldingSlice[] => {
    if (segment.status !== 'ACTIVE' && segment.status !== 'GRACE') return [];
    const next = segments[i + 1]?.status;
    const endedBy = next === 'SUSPENDED' ? 'SUSPENSION' : next === 'REVOKED' ? 'REVOCATION' : undefined;
    return [
      {
        from: segment.from,
        to: segment.to,
        level: segment.status === 'ACTIVE' ? 'MET' : 'GRACE',
        factId,
        ...(endedBy && { endedBy }),
      },
    ];
  });
}

/** Holdings by type code, each with its timeline. */
export function personFacts(
  holdings: Iterable<{ readonly typeCode: string; readonly factId: string; readonly segments: readonly StatusSegment[] }>,
  assertions: readonly Assertion[],
  employeeUuid: string,
  equivalents: (typeCode: string) => readonly string[],
  zone: string,
): PersonFacts {
  const byType = new Map<string, HoldingSlice[]>();
  for (const { typeCode, factId, segments } of holdings) {
    byType.set(typeCode, [...(byType.get(typeCode) ?? []), ...holdingSlices(segments, factId)]);
  }
  const factId = nodeId('emp', employeeUuid);
  const attributes = new Map(
    [...attributeSlices(assertions, zone)].map(([name, slices]) => [name, slices.map((slice) => ({ ...slice, factId }))]),
  );
  return { holdings: byType, attributes, equivalents };
}
