// The changes a rehearsal found, in columns: there can be some for everybody.
import type { VerdictChange } from '../../core/contrast';
import type { Verdict } from '../../core/verdict';
import type { Page } from '../../platform/graphql/paging';

/** One person's verdict from an instant on, without and with the draft. */
export interface RehearsedChange extends VerdictChange {
  readonly employeeUuid: string;
  readonly externalId: string;
  /** Which of the person's changes it is: an instant that was "now" is another one on the next page. */
  readonly nth: number;
}

/** All changes of one person. */
export interface PersonsChanges {
  readonly externalId: string;
  readonly changes: readonly RehearsedChange[];
}

interface Person {
  readonly id: string;
  readonly externalId: string;
  readonly start: number;
  readonly end: number;
}

const VERDICTS: readonly Verdict[] = ['ELIGIBLE', 'AT_RISK', 'GRACE', 'PENDING', 'UNKNOWN', 'NOT_ELIGIBLE'];

/** The sort keys of a change, as page cursors carry them. */
export const changeKeys = ({ externalId, nth }: RehearsedChange): string[] => [externalId, String(nth)];

/** Changes by external id and instant. */
export class RehearsedChanges {
  private readonly people: Person[] = [];
  private readonly instants: number[] = [];
  private readonly verdicts: number[] = [];

  get count(): number {
    return this.instants.length;
  }

  /** Adds all changes of one person. */
  add({ id, externalId }: Pick<Person, 'id' | 'externalId'>, changes: readonly VerdictChange[]): void {
    const start = this.count;
    for (const { at, before, after } of changes) {
      this.instants.push(at);
      this.verdicts.push(VERDICTS.indexOf(before) * VERDICTS.length + VERDICTS.indexOf(after));
    }
    this.people.push({ id, externalId, start, end: this.count });
  }

  /** Puts people in order; to be called once all are added. */
  sort(): void {
    this.people.sort((a, b) => compare(a.externalId, b.externalId));
  }

  /** The changes of each person, in order. */
  *byPerson(): Generator<PersonsChanges, undefined> {
    for (const person of this.people) yield { externalId: person.externalId, changes: this.changesOf(person) };
    return undefined;
  }

  /** The rows of a page, and one more if there is one. */
  page({ after, before, forward, limit }: Page): RehearsedChange[] {
    const found: RehearsedChange[] = [];
    const people = forward ? this.people : this.people.toReversed();
    for (const person of people) {
      if (after && person.externalId < after[0]!) continue;
      if (before && person.externalId > before[0]!) continue;
      const changes = this.changesOf(person);
      for (const change of forward ? changes : changes.reverse()) {
        if (after && compareKeys(change, after) <= 0) continue;
        if (before && compareKeys(change, before) >= 0) continue;
        found.push(change);
        if (found.length > limit) return found;
      }
    }
    return found;
  }

  private changesOf({ id, externalId, start, end }: Person): RehearsedChange[] {
    return Array.from({ length: end - start }, (_, i) => {
      const verdicts = this.verdicts[start + i]!;
      return {
        employeeUuid: id,
        externalId,
        nth: i,
        at: this.instants[start + i]!,
        before: VERDICTS[Math.floor(verdicts / VERDICTS.length)]!,
        after: VERDICTS[verdicts % VERDICTS.length]!,
      };
    });
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareKeys({ externalId, nth }: RehearsedChange, [other, place]: readonly string[]): number {
  return compare(externalId, other!) || nth - Number(place);
}
