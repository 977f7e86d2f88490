// Whom tokens of people speak of: looked up, never made. Looked up once in two seconds on every node.
import type { Instant } from '../../platform/clock';
import type { Db } from '../../platform/postgres/pool';
import { Remembered } from '../../platform/remembered';
import { Params, rows } from '../../platform/sql';
import type { Subject } from './claims';

/** Somebody a subject may mean. */
export interface Candidate {
  /** Which of the subjects asked about, from 1. */
  readonly place: number;
  readonly person: string;
  /** Linked by the issuer's own id; otherwise by e-mail. */
  readonly isLinked: boolean;
  readonly isTerminated: boolean;
}

/** A SELECT of the candidates for subjects at an instant, as the columns of Candidate; what people are is known in a later room. */
export type SelectCandidates = (subjects: readonly Subject[], now: Instant, q: Params) => string;

/** The person; or why it is none. */
export type Person = { readonly uuid: string } | 'UNKNOWN' | 'SEVERAL' | 'TERMINATED';

/** Whom the candidates for one subject leave. A link decides, also against whoever has the e-mail address by now. */
export function personAmong(candidates: readonly Omit<Candidate, 'place'>[]): Person {
  const linked = candidates.filter(({ isLinked }) => isLinked);
  const possible = linked.length > 0 ? linked : candidates.filter(({ isTerminated }) => !isTerminated);
  if (possible.length > 1) return 'SEVERAL';
  const [only] = possible;
  if (only) return only.isTerminated ? 'TERMINATED' : { uuid: only.person };
  return candidates.length > 0 ? 'TERMINATED' : 'UNKNOWN';
}

/** Knows people by what tokens say of them. */
export class KnownPeople {
  readonly #found = new Remembered<Person>({ forMs: 2_000, most: 10_000 });

  constructor(
    private readonly db: Db,
    private readonly select: SelectCandidates,
  ) {}

  personOf(subject: Subject, at: Instant): Promise<Person> {
    return this.#found.get(subjectId(subject), () => this.#lookUp(subject, at));
  }

  async #lookUp(subject: Subject, at: Instant): Promise<Person> {
    const q = new Params();
    const select = this.select([subject], at, q);
    return personAmong(await rows<Candidate>(this.db, `/* personOfSubject */ ${select}`, q.values));
  }
}

/** Tells subjects apart. */
export function subjectId({ sub, email }: Subject): string {
  return JSON.stringify([sub, email]);
}
