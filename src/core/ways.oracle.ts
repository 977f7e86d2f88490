// A second, naive search for ways: every set of steps and every day, by trying.
import fc from 'fast-check';
import type { Instant, Span } from './calendar';
import { evaluate, type RuleVersion } from './evaluate';
import type { HoldingSlice, PersonFacts } from './facts';
import { atAnyTime, type Offers } from './offers';
import { childrenOf, type RuleNode } from './rule';
import { withSteps, type PlacedStep, type Step } from './steps';
import { Level, levelAt } from './timeline';

export const DAY = 86_400_000;
export const NOW = Date.UTC(2027, 0, 10);
const LAST_DAY = 40;

const TYPES = ['A', 'B', 'C', 'D'];
const COURSES = ['c1', 'c2', 'c3'];
/** A course for its hours alone: no credential asks for it. */
const HOURS_COURSE = 'c4';

/** A small world: types with prerequisites, prices and lead times in days; some are earned by courses. */
export interface World {
  readonly types: ReadonlyMap<string, WorldType>;
  readonly courses: ReadonlyMap<string, { readonly cost: number; readonly days: number; readonly hours: number }>;
}

export interface WorldType {
  readonly cost: number;
  readonly days: number;
  readonly prerequisites: readonly string[];
  /** Sets of courses, any of which earns it; null: no award rule. */
  readonly works: readonly (readonly string[])[] | null;
}

const price = fc.constantFrom(0, 1, 2, 5, 5.5);
const days = fc.integer({ min: 0, max: 4 });

/** Worlds; with `isTangled` prerequisites may form cycles. */
export const world: fc.Arbitrary<World> = fc
  .record({
    types: fc.tuple(
      ...TYPES.map(() =>
        fc.record({
          cost: price,
          days,
          prerequisites: fc.oneof(
            { weight: 2, arbitrary: fc.constant([] as string[]) },
            { weight: 1, arbitrary: fc.subarray(TYPES, { maxLength: 2 }) },
          ),
          works: fc.option(fc.array(fc.subarray(COURSES, { minLength: 1 }), { minLength: 1, maxLength: 2 }), { freq: 2 }),
        }),
      ),
    ),
    courses: fc.tuple(...[...COURSES, HOURS_COURSE].map(() => fc.record({ cost: price, days, hours: fc.constantFrom(1, 2, 4) }))),
  })
  .map(({ types, courses }) => ({
    types: new Map(
      types.map((type, i) => [TYPES[i]!, { ...type, prerequisites: type.prerequisites.filter((code) => code !== TYPES[i]) }]),
    ),
    courses: new Map(courses.map((course, i) => [COURSES[i] ?? HOURS_COURSE, course])),
  }));

const span = (count: number): Span => ({ months: 0, days: count });

/** The world as the search knows it. */
export function offersOf(known: World): Offers {
  return {
    isType: (code) => known.types.has(code),
    isCourse: (code) => known.courses.has(code),
    type: (code) => {
      const type = known.types.get(code)!;
      const works = type.works?.map((courses) => ({ courses, hours: [] })) ?? null;
      return { ...type, leadTime: span(type.days), award: works && { works, isComplete: true } };
    },
    course: (code) => {
      const course = known.courses.get(code)!;
      return { code, cost: course.cost, leadTime: span(course.days), creditHours: course.hours };
    },
    rules: () => [],
    refer: (facts) => facts,
    isList: () => false,
  };
}

const at = fc.integer({ min: -4, max: 12 }).map((day) => NOW + day * DAY);
const slice: fc.Arbitrary<HoldingSlice> = fc
  .record({ from: at, length: fc.integer({ min: 1, max: 12 }), level: fc.constantFrom('MET' as const, 'GRACE' as const) })
  .map(({ from, length, level }) => ({ from, to: from + length * DAY, level, factId: 'fact' }));

/** People who hold, are and have been asked for some things. */
export const person: fc.Arbitrary<PersonFacts> = fc
  .record({
    holdings: fc.dictionary(fc.constantFrom(...TYPES), fc.array(slice, { maxLength: 2 })),
    grade: fc.option(fc.constantFrom(1, 2, 3)),
    hours: fc.array(fc.record({ at, hours: fc.constantFrom(1, 2), isPending: fc.boolean(), factId: fc.constant('fact') }), {
      maxLength: 2,
    }),
    triggers: fc.array(fc.record({ at, factId: fc.constant('fact') }), { maxLength: 2 }),
    related: fc.boolean(),
  })
  .map(({ holdings, grade, hours, triggers, related }) => ({
    holdings: new Map(Object.entries(holdings)),
    attributes: new Map(grade === null ? [] : [['grade', [{ from: -Infinity, to: Infinity, value: grade, factId: 'fact' }]]]),
    credits: new Map([
      ['c1', hours],
      [HOURS_COURSE, hours.slice(1)],
    ]),
    happenings: new Map([['spill', triggers]]),
    ...(related && { equivalents: (code: string) => (code === 'A' ? ['A', 'B'] : [code]) }),
  }));

const someDays = fc.integer({ min: 1, max: 6 }).map(span);
const holds = fc.constantFrom(...TYPES).map((typeCode): RuleNode => ({ op: 'holds', typeCode, strict: false }));
const creditsFrom = (...courseCodes: string[]): fc.Arbitrary<RuleNode> =>
  fc.record({
    op: fc.constant('credits' as const),
    courseCodes: fc.constant(courseCodes),
    min: fc.constantFrom(1, 2, 4),
    window: someDays,
  });
const leaf: fc.Arbitrary<RuleNode> = fc.oneof(
  { weight: 6, arbitrary: holds },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 3).map((equals): RuleNode => ({ op: 'attribute', name: 'grade', equals })) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3).map((atLeast): RuleNode => ({ op: 'attribute', name: 'grade', atLeast })) },
  { weight: 1, arbitrary: fc.oneof(creditsFrom('c1'), creditsFrom('c1', 'c2')) },
  { weight: 2, arbitrary: creditsFrom(HOURS_COURSE) },
  { weight: 1, arbitrary: fc.constant<RuleNode>({ op: 'approval', kind: 'night', bindToManager: false }) },
  { weight: 1, arbitrary: fc.constant<RuleNode>({ op: 'noOpen', trigger: 'spill', resolver: 'cleaned' }) },
  { weight: 1, arbitrary: at.map((from): RuleNode => ({ op: 'during', from, until: null })) },
  { weight: 1, arbitrary: at.map((until): RuleNode => ({ op: 'during', from: null, until })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(1, 2), someDays)
      .map(([equals, duration]): RuleNode => ({ op: 'tenure', name: 'grade', equals, duration })),
  },
  { weight: 1, arbitrary: fc.tuple(holds, someDays).map(([of, duration]): RuleNode => ({ op: 'heldFor', of, duration })) },
  { weight: 1, arbitrary: fc.tuple(holds, someDays).map(([of, duration]): RuleNode => ({ op: 'within', of, duration })) },
  { weight: 1, arbitrary: holds.map((of): RuleNode => ({ op: 'not', of })) },
);

const anyRule: fc.Arbitrary<RuleNode> = fc.letrec<{ node: RuleNode }>((tie) => {
  const of = fc.array(tie('node'), { minLength: 1, maxLength: 3 });
  return {
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 2, arbitrary: of.map((nodes): RuleNode => ({ op: 'all', of: nodes })) },
      { weight: 2, arbitrary: of.map((nodes): RuleNode => ({ op: 'any', of: nodes })) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(of, fc.nat(2))
          .map(([nodes, n]): RuleNode => ({ op: 'atLeast', n: 1 + (n % nodes.length), of: nodes })),
      },
    ),
  };
}).node;

/** Rules; many ask for hours beside something else, which may take longer or not. */
export const rule: fc.Arbitrary<RuleNode> = fc.oneof(
  { weight: 3, arbitrary: anyRule },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.oneof(holds, anyRule), creditsFrom(HOURS_COURSE)).map((of): RuleNode => ({ op: 'all', of })),
  },
);

/** One thing to try. */
interface Try {
  readonly step: Step;
  readonly cost: number;
  readonly isLate: boolean;
}

/** Everything that could be of use for a rule. */
function universe(node: RuleNode, known: World): Try[] {
  const found = new Map<string, Try>();
  const put = (step: Step, cost: number, isLate = false): void => void found.set(JSON.stringify(step), { step, cost, isLate });
  const type = (code: string): void => {
    const { cost, prerequisites, works } = known.types.get(code)!;
    const step: Step = { kind: 'CREDENTIAL', code, isRenewal: false };
    if (found.has(JSON.stringify(step))) return;
    put(step, works ? 0 : cost);
    works?.flat().forEach(course);
    [...prerequisites, ...(code === 'A' ? ['B'] : [])].forEach(type);
    if (prerequisites.includes('A')) type('B');
  };
  const course = (code: string): void => {
    const { cost, hours } = known.courses.get(code)!;
    put({ kind: 'COURSE', code, hours }, cost);
  };
  const visit = (one: RuleNode, isNegated: boolean): void => {
    if (one.op === 'holds') {
      if (!isNegated) type(one.typeCode);
      for (const code of one.typeCode === 'A' ? ['A', 'B'] : [one.typeCode])
        if (isNegated) put({ kind: 'REMOVAL', of: 'CREDENTIAL', code, value: null, isElement: false }, 0);
    }
    if (one.op === 'attribute' || one.op === 'tenure') {
      const value = one.equals ?? (one as { atLeast: number }).atLeast;
      put({ kind: 'ATTRIBUTE', code: 'grade', value, isElement: false }, 0);
    }
    for (const code of one.op === 'credits' ? one.courseCodes : []) {
      const { cost, hours } = known.courses.get(code)!;
      for (let times = 1; times <= Math.ceil((one as { min: number }).min / hours); times *= 2) {
        const earned = [{ code, hours: times * hours }];
        put({ kind: 'CREDITS', hours: times * hours, from: [code], earned }, times * cost, true);
      }
    }
    if (one.op === 'approval') put({ kind: 'APPROVAL', code: one.kind }, 0, true);
    if (one.op === 'noOpen') put({ kind: 'RESOLUTION', code: one.resolver, trigger: one.trigger }, 0, true);
    childrenOf(one).forEach((child) => visit(child, one.op === 'not' ? !isNegated : isNegated));
  };
  visit(node, false);
  return [...found.values()];
}

/** When what takes time is done; null: something it needs is not among the steps. */
function placed(chosen: readonly Try[], known: World, facts: PersonFacts): { asap: PlacedStep[]; done: Instant } | null {
  const has = (kind: string, code: string): boolean =>
    chosen.some(({ step }) => step.kind === kind && (step as { code: string }).code === code);
  const isHeld = (code: string): boolean => (facts.holdings.get(code) ?? []).some(({ from, to }) => from <= NOW && NOW < to);
  const accepted = (code: string): readonly string[] => facts.equivalents?.(code) ?? [code];
  const end = (code: string, trail: readonly string[]): number => {
    if (trail.includes(code)) return Infinity;
    const { prerequisites, works, days: own } = known.types.get(code)!;
    const start = Math.max(
      0,
      ...prerequisites.map((needed) =>
        accepted(needed).some(isHeld)
          ? 0
          : Math.min(
              Infinity,
              ...accepted(needed).filter((other) => has('CREDENTIAL', other)).map((other) => end(other, [...trail, code])), // prettier-ignore
            ),
      ),
    );
    if (works === null) return start + own;
    const done = works
      .filter((courses) => courses.every((course) => has('COURSE', course)))
      .map((courses) => start + Math.max(...courses.map((course) => known.courses.get(course)!.days)));
    return Math.min(Infinity, ...done);
  };
  const timed = chosen
    .filter(({ isLate }) => !isLate)
    .map(({ step }) => {
      const day =
        step.kind === 'CREDENTIAL' ? end(step.code, []) : step.kind === 'COURSE' ? known.courses.get(step.code)!.days : 0;
      return { step, at: NOW + day * DAY };
    });
  const earned = chosen.flatMap(({ step }) => (step.kind === 'CREDITS' ? step.from : []));
  const ends = earned.map((code) => NOW + known.courses.get(code)!.days * DAY);
  const done = Math.max(NOW, ...ends, ...timed.map(({ at: on }) => on));
  return done === Infinity ? null : { asap: timed, done };
}

/** The most things to try that are still tried in all combinations. */
const MOST_TRIES = 11;

/** The least that a set of steps costs, less than `under`, after which the rule is met on some day; Infinity: none; null: too many to try. */
export function cheapestByTrying(node: RuleNode, facts: PersonFacts, known: World, under: number): number | null {
  const all = universe(node, known);
  if (all.length > MOST_TRIES) return null;
  let best = under;
  for (let mask = 0; mask < 1 << all.length; mask++) {
    const chosen = all.filter((_, i) => mask & (1 << i));
    // nobody is asked to obtain what they are asked to give up
    const removed = chosen.flatMap(({ step }) => (step.kind === 'REMOVAL' ? [step.code] : []));
    if (chosen.some(({ step }) => step.kind === 'CREDENTIAL' && removed.includes(step.code))) continue;
    const cost = chosen.reduce((sum, one) => sum + one.cost, 0);
    if (cost >= best - 1e-9) continue;
    const timed = placed(chosen, known, facts);
    if (timed === null) continue;
    const late = chosen.filter(({ isLate }) => isLate);
    const soonest = (timed.done - NOW) / DAY;
    const fixed =
      late.length === 0
        ? evaluate(
            node,
            withSteps(facts, timed.asap, (same) => same),
          )
        : null;
    for (let day = soonest; day <= LAST_DAY; day++) {
      const t = NOW + day * DAY;
      const steps = [...timed.asap, ...late.map(({ step }) => ({ step, at: t }))];
      const timeline =
        fixed ??
        evaluate(
          node,
          withSteps(facts, steps, (same) => same),
        );
      if (levelAt(timeline, t) !== Level.MET) continue;
      best = cost;
      break;
    }
  }
  return best < under ? best : Infinity;
}

/** One version of a rule, for ever. */
export const forEver = (node: RuleNode): RuleVersion[] => [atAnyTime(node, 1)];
