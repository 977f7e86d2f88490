// The things somebody can do, each once, as atoms of formulas.
import { RANKS } from './disclosure';
import { doneAt, latestStart } from './lead-times';
import type { Instant, Span } from './calendar';
import type { AwardWork } from './award-gap';
import type { CourseOffer, HoursPlan } from './credit-hours';
import { Formulas, type Atom } from './monotone';
import type { Offers } from './offers';
import { canonicalJson, type Audience, type Json } from './rule';
import type { Step } from './steps';

/** Where somebody stands. */
export interface Situation {
  readonly at: Instant;
  readonly zone: string;
  /** Courses that were passed on the way here; what they give is given. */
  readonly passed: ReadonlySet<string>;
  /** Whether a type counts at `at`, fully or in grace. */
  readonly isHeld: (typeCode: string) => boolean;
  /** Whether it was ever held. */
  readonly wasHeld: (typeCode: string) => boolean;
  readonly equivalents: (typeCode: string) => readonly string[];
}

/** An atom with the step it stands for; null: something that is so already, and stays so. */
export interface Deed extends Atom {
  readonly step: Step | null;
  /** How long it takes once what it needs is there; null: not known. */
  readonly leadTime: Span | null;
  /** When it is done, for what is done just in time; null: as soon as it can be. */
  readonly on: Instant | null;
}

const AT_ONCE: Span = { months: 0, days: 0 };
/** Formulas made for one question; past it what would be added counts as impossible. */
const MOST_FORMULAS = 20_000;

/** All that can be done by one person, with what each thing needs. */
export class Deeds {
  readonly list: Deed[] = [];
  /** False once something had to be left out. */
  isComplete = true;
  private readonly numbers = new Map<string, number>();
  private readonly audiences: Audience[] = [];
  private audience: Audience = 'EMPLOYEE';
  private readonly inProgress = new Set<string>();
  private readonly obtaining = new Map<string, number>();
  private cuts = 0;

  constructor(
    readonly formulas: Formulas,
    readonly situation: Situation,
    readonly offers: Offers,
  ) {}

  private deed(key: string, make: () => Deed): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.list.push(make()) - 1;
      this.numbers.set(key, number);
    }
    const widest = this.audiences[number];
    if (widest === undefined || RANKS[this.audience] < RANKS[widest]) this.audiences[number] = this.audience;
    return this.formulas.atom(number);
  }

  /** What is made inside is asked for by a condition that is only shown to some. */
  disclosedTo<T>(to: Audience, make: () => T): T {
    const outside = this.audience;
    if (RANKS[to] > RANKS[outside]) this.audience = to;
    const made = make();
    this.audience = outside;
    return made;
  }

  /** Who may be told of an atom: whoever may see one of the conditions that ask for it. */
  audienceOf(atom: number): Audience {
    return this.audiences[atom]!;
  }

  /** That a state goes on; excludes what would change it. */
  kept(variable: string, state: string): number {
    return this.deed(`kept ${variable} ${state}`, () => ({ ...FREE, variable, state, step: null }));
  }

  private act(step: Step, cost: number, more: Partial<Deed> = {}, key = ''): number {
    return this.deed(canonicalJson(step as unknown as Json) + key, () => ({ ...FREE, cost, steps: 1, step, ...more }));
  }

  /** To hold a credential by an instant, obtained from now on; with its prerequisites, and the courses that earn it. */
  obtain(code: string, by: Instant): number {
    const key = `${code} ${by} ${this.audience}`;
    const known = this.obtaining.get(key);
    if (known !== undefined) return known;
    if (this.inProgress.has(code) || this.formulas.list.length > MOST_FORMULAS) {
      this.cuts++;
      if (!this.inProgress.has(code)) this.isComplete = false;
      return Formulas.never;
    }
    this.inProgress.add(code);
    const cuts = this.cuts;
    const formula = this.obtainAnew(code, by);
    this.inProgress.delete(code);
    // what was cut short because it came back to itself is another thing for somebody who comes from elsewhere
    if (cuts === this.cuts || this.inProgress.size === 0) this.obtaining.set(key, formula);
    return formula;
  }

  private obtainAnew(code: string, by: Instant): number {
    const { award, cost, leadTime, prerequisites } = this.offers.type(code);
    const isRenewal = this.situation.wasHeld(code);
    const more = { variable: `holding ${code}`, state: 'yes', leadTime: award ? AT_ONCE : leadTime };
    const needed = (start: Instant): number =>
      start < this.situation.at ? Formulas.never : this.formulas.all(prerequisites.map((other) => this.held(other, start)));
    if (award === null) {
      const needs = needed(latestStart(by, leadTime, this.situation.zone));
      if (needs === Formulas.never) return needs;
      return this.formulas.all([this.act({ kind: 'CREDENTIAL', code, isRenewal }, cost, more), needs]);
    }
    if (!award.isComplete) this.isComplete = false;
    const works = award.works.map((work) => {
      const start = Math.min(by, ...this.leadsOf(work).map((lead) => latestStart(by, lead, this.situation.zone)));
      const needs = needed(start);
      return needs === Formulas.never ? needs : this.formulas.all([...this.work(code, work), needs]);
    });
    const done = this.formulas.any(works);
    if (done === Formulas.never) return done;
    return this.formulas.all([this.act({ kind: 'CREDENTIAL', code, isRenewal }, 0, more), done]);
  }

  /** How long each part of the work for an award takes. */
  leadsOf(work: AwardWork): (Span | null)[] {
    const courses = work.courses.filter((code) => !this.situation.passed.has(code));
    return [...courses.map((code) => this.offers.course(code).leadTime), ...work.hours.map(({ leadTime }) => leadTime)];
  }

  /** The parts of the work for an award, as formulas. */
  work(code: string, { courses, hours }: AwardWork): number[] {
    return [
      ...courses.filter((course) => !this.situation.passed.has(course)).map((course) => this.pass(course)),
      ...hours.map((plan) => this.hoursFor(code, plan, plan.from)),
    ];
  }

  /** The hours that an award rule asks for; they are earned while its prerequisites are there. */
  private hoursFor(code: string, plan: HoursPlan, from: readonly string[]): number {
    const { hours, earned, cost, leadTime } = plan;
    return this.act({ kind: 'CREDITS', hours, from, earned }, cost, { leadTime }, ` for ${code}`);
  }

  /** Whether hours for an award come from courses that are taken for something else too: those are not added up. */
  get isSharedByAwards(): boolean {
    const learning = this.list.flatMap((deed, atom) => {
      const codes = deed.step?.kind === 'COURSE' ? [deed.step.code] : deed.step?.kind === 'CREDITS' ? deed.step.from : [];
      return codes.map((code) => ({ atom, code, isForAward: deed.step?.kind === 'CREDITS' && deed.on === null }));
    });
    const forAwards = new Map(learning.filter(({ isForAward }) => isForAward).map(({ code, atom }) => [code, atom]));
    return learning.some(({ code, atom }) => forAwards.has(code) && forAwards.get(code) !== atom);
  }

  /** A prerequisite: held now, or obtained before something begins. */
  private held(code: string, start: Instant): number {
    const accepted = this.situation.equivalents(code);
    const held = accepted.filter((other) => this.situation.isHeld(other));
    if (held.length > 0) return this.formulas.any(held.map((other) => this.kept(`holding ${other}`, 'yes')));
    return this.formulas.any(accepted.map((other) => this.obtain(other, start)));
  }

  /** To pass a course. */
  pass(code: string): number {
    const { cost, leadTime, creditHours }: CourseOffer = this.offers.course(code);
    return this.act({ kind: 'COURSE', code, hours: creditHours ?? 0 }, cost, { leadTime });
  }

  /** The same by an instant, with nothing that has to come before. */
  passBy(code: string, by: Instant): number {
    const done = doneAt(this.situation.at, this.offers.course(code).leadTime, this.situation.zone);
    return done > by ? Formulas.never : this.pass(code);
  }

  /** To earn credit hours by an instant, just in time so that they still count. */
  earn(plan: HoursPlan, from: readonly string[], by: Instant): number {
    const { hours, earned, cost, leadTime } = plan;
    if (!plan.isProved) this.isComplete = false;
    if (by < this.situation.at) return Formulas.never;
    return this.act({ kind: 'CREDITS', hours, from, earned }, cost, { leadTime, on: by }, ` by ${by}`);
  }

  /** When something is done at the earliest, what it needs aside. */
  earliest({ on, leadTime }: Deed): Instant {
    return on ?? doneAt(this.situation.at, leadTime, this.situation.zone);
  }

  /** Something that takes no time of its own, done at an instant. */
  at(step: Step, on: Instant, variable?: string): number {
    if (on < this.situation.at) return Formulas.never;
    return this.act(step, 0, { on, ...(variable !== undefined && { variable, state: 'yes' }) }, ` on ${on}`);
  }

  /** Something that takes no time of its own, done now for an instant that lies ahead. */
  now(step: Step, by: Instant, variable: string, state: string): number {
    return by < this.situation.at ? Formulas.never : this.act(step, 0, { variable, state });
  }
}

const FREE: Deed = { cost: 0, steps: 0, step: null, leadTime: AT_ONCE, on: null };
