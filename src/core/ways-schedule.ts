// When the steps of a way can be done: each begins once what it needs is there.
import type { AwardWork } from './award-gap';
import type { Instant } from './calendar';
import { doneAt } from './lead-times';
import type { AtomSet } from './monotone';
import type { Audience } from './rule';
import type { PlacedStep, Step } from './steps';
import type { Deeds } from './ways-atoms';

/** A step that was chosen: when it is done, and what it costs. */
export interface ChosenStep extends PlacedStep {
  readonly cost: number;
  /** Whether it is known how long it takes. */
  readonly isTimeKnown: boolean;
  /** Who may be told of it. */
  readonly audience: Audience;
}

/** The steps in the order in which they can be done, and when the last could be done, if none had to be just in time. */
export interface Schedule {
  readonly steps: readonly ChosenStep[];
  readonly doneAt: Instant;
}

/** The earliest schedule; null: the steps wait for each other. */
export function schedule(deeds: Deeds, set: AtomSet): Schedule | null {
  const { at, zone } = deeds.situation;
  const ends = endsOf(deeds, new Set(set));
  if (ends === null) return null;
  const chosen = set.flatMap((atom) => {
    const { step, on, cost, leadTime } = deeds.list[atom]!;
    return step
      ? [
          {
            step,
            cost,
            isTimeKnown: leadTime !== null,
            audience: deeds.audienceOf(atom),
            at: on ?? ends.get(atom) ?? at,
            couldBeAt: on === null ? (ends.get(atom) ?? at) : doneAt(at, leadTime, zone),
          },
        ]
      : [];
  });
  chosen.sort(
    (a, b) => a.at - b.at || ORDER.indexOf(a.step.kind) - ORDER.indexOf(b.step.kind) || (key(a.step) < key(b.step) ? -1 : 1),
  );
  const done = chosen.map(({ couldBeAt }) => couldBeAt);
  return { steps: chosen.map(({ couldBeAt: _, ...step }) => step), doneAt: Math.max(at, ...done) };
}

const ORDER: readonly Step['kind'][] = [
  'ATTRIBUTE',
  'REMOVAL',
  'COURSE',
  'CREDITS',
  'CREDENTIAL',
  'VERIFICATION',
  'RESOLUTION',
  'APPROVAL',
  'WAIT',
];

const key = (step: Step): string => ('code' in step ? step.code : '');

/**
 * When each atom is done. What is needed can only move things later, so that is repeated until nothing moves any more; things that
 * need each other would move for ever.
 */
function endsOf(deeds: Deeds, set: ReadonlySet<number>): ReadonlyMap<number, Instant> | null {
  const { situation, offers } = deeds;
  const { at, zone } = situation;
  const credentials = [...set].flatMap((atom) => {
    const { step } = deeds.list[atom]!;
    return step?.kind === 'CREDENTIAL' ? [{ atom, code: step.code, works: worksWithin(deeds, step.code, set) }] : [];
  });
  const ends = new Map<number, Instant>();
  const endOfType = new Map<string, Instant>();
  const uses = (code: string, part: number): boolean =>
    credentials.some((one) => one.code === code && one.works.some((parts) => parts.includes(part)));
  /** When all that is needed for a credential is there, what the same course earns aside: passing it once is enough for both. */
  const startOf = (code: string, part: number | null): Instant =>
    Math.max(
      at,
      ...offers.type(code).prerequisites.map((needed) => {
        const accepted = situation.equivalents(needed);
        const chosen = accepted.filter((other) => credentials.some((one) => one.code === other));
        if (accepted.some((other) => situation.isHeld(other))) return at;
        if (part !== null && chosen.some((other) => uses(other, part))) return at;
        return Math.min(...chosen.map((other) => endOfType.get(other) ?? at));
      }),
    );
  for (let round = 0; round <= set.size + 1; round++) {
    let moved = false;
    const move = (atom: number, end: Instant): void => {
      if ((ends.get(atom) ?? -Infinity) >= end) return;
      ends.set(atom, end);
      moved = true;
    };
    for (const { atom, code, works } of credentials) {
      const start = startOf(code, null);
      for (const part of new Set(works.flat())) move(part, doneAt(startOf(code, part), deeds.list[part]!.leadTime, zone));
      const worked = works.map((parts) => Math.max(start, ...parts.map((part) => ends.get(part) ?? at)));
      move(atom, works.length > 0 ? Math.min(...worked) : doneAt(start, offers.type(code).leadTime, zone));
      endOfType.set(code, ends.get(atom)!);
    }
    if (moved) continue;
    for (const atom of set) if (!ends.has(atom)) ends.set(atom, doneAt(at, deeds.list[atom]!.leadTime, zone));
    return ends;
  }
  return null;
}

/** The works for an award that are all among what was chosen, as atoms. */
function worksWithin(deeds: Deeds, code: string, set: ReadonlySet<number>): number[][] {
  const works: readonly AwardWork[] = deeds.offers.type(code).award?.works ?? [];
  return works
    .map((work) => deeds.work(code, work).map((formula) => (deeds.formulas.list[formula] as { readonly atom: number }).atom))
    .filter((parts) => parts.every((part) => set.has(part)));
}
