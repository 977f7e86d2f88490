// Who sees whom: people see themselves and whoever reports to them, systems that speak for some sources the people those have told of.
import { reachOf } from '../access/policy';
import type { Instant } from '../platform/clock';
import type { Actor } from '../platform/context';
import type { Db } from '../platform/postgres/pool';
import { Params, plainArray, rows } from '../platform/sql';
import { reportsOf, type Moment } from './lines';
import type { Sight } from './view';

/** Oneself and one's reports, at a moment. */
export class CircleSight implements Sight {
  readonly key: string;
  readonly confidants = null;
  private readonly people: ReadonlySet<string>;

  constructor(viewer: string, { at, known }: Moment, people: readonly string[]) {
    this.key = `circle ${viewer} ${at} ${known ?? ''}`;
    this.people = new Set(people);
  }

  includes(column: string, q: Params): string {
    return `${column} = ANY(${q.add(plainArray([...this.people]))}::uuid[])`;
  }

  has(person: string): boolean {
    return this.people.has(person);
  }
}

/** The people of whom one of these sources has told something. */
export class SourceSight implements Sight {
  readonly key: string;
  readonly confidants: readonly string[];

  constructor(sources: ReadonlySet<string>) {
    this.confidants = [...sources].sort();
    this.key = `sources ${JSON.stringify(this.confidants)}`;
  }

  includes(column: string, q: Params): string {
    const names = `ANY(${q.add(this.confidants)}::text[])`;
    const told = Object.entries(TELLING).map(([table, isRetired]) => {
      const stands = isRetired ? ' AND told.retired_in IS NULL' : '';
      return `EXISTS (SELECT 1 FROM ${table} told WHERE told.employee_id = ${column} AND told.source = ${names}${stands})`;
    });
    return `(${told.join(' OR ')})`;
  }

  has(): boolean {
    return false;
  }
}

/** The tables in which sources say something of people, and whether what they say can be taken back. */
export const TELLING = {
  employee_identity: false,
  employee_fact: true,
  completion: true,
  credential_fact: true,
  credential_verification: true,
  incident: true,
} as const;

/** Of whom somebody may be told at a moment; null: of everybody. */
export async function sightOf(db: Db, actor: Actor, moment: Moment): Promise<Sight | null> {
  switch (reachOf(actor)) {
    case 'EVERYBODY':
      return null;
    case 'SOURCES':
      return new SourceSight(actor.sources!);
    case 'REPORTS':
      return new CircleSight(actor.person!, moment, await circleOf(db, actor.person!, moment));
  }
}

/** Whether somebody sees a person now: whom they do not see they cannot do anything to. */
export async function sees(db: Db, actor: Actor, now: Instant, person: string): Promise<boolean> {
  const sight = await sightOf(db, actor, { at: now, known: null });
  if (sight === null) return true;
  const q = new Params();
  const [found] = await rows<{ seen: boolean }>(
    db,
    `/* sees */ SELECT ${sight.includes('p.id', q)} AS seen FROM (SELECT ${q.add(person)}::uuid AS id) p`,
    q.values,
  );
  return found!.seen;
}

/** A person and everybody who reports to them, directly or through others. */
async function circleOf(db: Db, person: string, moment: Moment): Promise<string[]> {
  const q = new Params();
  const found = await rows<{ id: string }>(
    db,
    `/* circleOf */ ${reportsOf(moment, [person], true, q)} SELECT employee_id AS id FROM below UNION SELECT ${q.add(person)}::uuid`,
    q.values,
  );
  return found.map(({ id }) => id);
}
