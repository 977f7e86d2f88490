import { readMoves, readWorkforce, type Move, type WorkforceRow } from '../data-files';
import { rolePlans } from '../catalogue/roles';
import { dayOf, DAY_MS, startOfDay } from './days';
import { assignManagers } from './managers';
import { addressBook, makeName, PERSONA } from './names';
import { additionalPosts, placeInRole } from './placement';
import type { Random } from './random';

/** Where people work, and how many of a hundred. */
export const places: readonly (readonly [weight: number, location: string, zone: string])[] = [
  [26, 'Boston', 'America/New_York'],
  [14, 'San Diego', 'America/Los_Angeles'],
  [8, 'Toronto', 'America/Toronto'],
  [6, 'São Paulo', 'America/Sao_Paulo'],
  [12, 'Dublin', 'Europe/Dublin'],
  [14, 'Basel', 'Europe/Zurich'],
  [8, 'Chennai', 'Asia/Kolkata'],
  [6, 'Singapore', 'Asia/Singapore'],
  [4, 'Osaka', 'Asia/Tokyo'],
  [2, 'Sydney', 'Australia/Sydney'],
];

/** One person of the sample organisation. Days are civil days. */
export interface Person {
  readonly externalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly roleCode: string;
  readonly jobLevel: number;
  /** 1 (below college) to 5 (doctor), as in the HR table. */
  readonly education: number;
  /** The table's own job role; empty for people it does not have. */
  readonly jobRole: string;
  readonly employmentType: 'REGULAR' | 'PART_TIME' | 'CONTRACTOR';
  readonly location: string;
  readonly timeZone: string;
  readonly costCenter: string;
  readonly hiredOn: string;
  /** The role before the present one, which began on `roleSince`. */
  readonly previousRoleCode: string | null;
  readonly roleSince: string | null;
  readonly leftOn: string | null;
  readonly onLeaveSince: string | null;
  readonly managerExternalId: string | null;
}

/** A person before they have a place in the tree of managers. */
export type Unplaced = Omit<Person, 'managerExternalId'>;

/** The person who heads the organisation, and on whose record the sample's marks are kept. */
export const CHIEF_EXECUTIVE = 'E90001';

const PEOPLE_NOT_STARTED = 12;

/** Made-up people over the rows of the HR table, as they stand at an instant: managers come before those who report to them. */
export function makePeople(anchor: number, random: Random): Person[] {
  const today = startOfDay(anchor);
  const workforce = readWorkforce();
  const moves = movesInto(readMoves());
  const address = addressBook();
  const common = (roleCode: string, from: Random) => {
    const name = makeName(from.fork('name'));
    const [location, timeZone] = from.fork('place').weighted(places.map(([weight, ...place]) => [weight, place]));
    return {
      ...name,
      email: address(name.givenName, name.familyName),
      location,
      timeZone,
      costCenter: costCenter(roleCode, location),
    };
  };
  const fromTable = workforce.map((row, index): Unplaced => {
    const externalId = `E${String(row.number).padStart(5, '0')}`;
    const from = random.fork(externalId);
    const roleCode = placeInRole(row, from.fork('role'));
    const startsLater = index >= workforce.length - PEOPLE_NOT_STARTED;
    return {
      externalId,
      ...common(roleCode, from),
      roleCode,
      jobLevel: row.jobLevel,
      education: row.education,
      jobRole: row.jobRole,
      ...career(row, roleCode, startsLater, today, moves, from.fork('career')),
    };
  });
  const posts = additionalPosts.flatMap(({ roleCode, jobLevel, count }) =>
    Array.from({ length: count }, () => ({ roleCode, jobLevel })),
  );
  const additional = posts.map(({ roleCode, jobLevel }, i): Unplaced => {
    const externalId = `E${90_001 + i}`;
    const from = random.fork(externalId);
    const hiredOn = dayOf(today - from.int(400, 4000) * DAY_MS);
    const rest = { previousRoleCode: null, roleSince: null, leftOn: null, onLeaveSince: null };
    return {
      externalId,
      ...common(roleCode, from),
      roleCode,
      jobLevel,
      education: 4,
      jobRole: '',
      employmentType: 'REGULAR',
      hiredOn,
      ...rest,
    };
  });
  return assignManagers(withPersona([...additional, ...fromTable]), CHIEF_EXECUTIVE, dayOf(today));
}

function movesInto(moves: readonly Move[]): ReadonlyMap<string, readonly Move[]> {
  const into = new Map<string, Move[]>();
  for (const move of moves) {
    if (move.tier !== 'Supplemental') into.set(move.to, [...(into.get(move.to) ?? []), move]);
  }
  return into;
}

function costCenter(roleCode: string, location: string): string {
  const departments = [...new Set([...rolePlans.values()].map((role) => role.department))];
  const department = departments.indexOf(rolePlans.get(roleCode)!.department);
  const place = places.findIndex(([, name]) => name === location);
  return `CC-${(department + 1) * 100 + place}`;
}

type Career = Pick<Person, 'employmentType' | 'hiredOn' | 'previousRoleCode' | 'roleSince' | 'leftOn' | 'onLeaveSince'>;

/** Years of the table become days: a year of it is a year ago, give or take. */
function career(
  row: WorkforceRow,
  roleCode: string,
  startsLater: boolean,
  today: number,
  moves: ReadonlyMap<string, readonly Move[]>,
  random: Random,
): Career {
  const employmentType = random.weighted([
    [88, 'REGULAR'],
    [8, 'PART_TIME'],
    [4, 'CONTRACTOR'],
  ] as const);
  const none = { previousRoleCode: null, roleSince: null, leftOn: null, onLeaveSince: null };
  if (startsLater) return { employmentType, hiredOn: dayOf(today + random.int(3, 60) * DAY_MS), ...none };
  const hired = today - (row.yearsAtCompany * 365 + random.int(20, 340)) * DAY_MS;
  const changed = today - (row.yearsInCurrentRole * 365 + random.int(10, 200)) * DAY_MS;
  const earlier = moves.get(roleCode) ?? [];
  const hasMoved = changed - hired > 300 * DAY_MS && earlier.length > 0;
  const hasLeft = row.hasLeft && random.chance(0.6);
  const left = today - random.int(1, 500) * DAY_MS;
  return {
    employmentType,
    hiredOn: dayOf(hired),
    previousRoleCode: hasMoved ? random.pick(earlier).from : null,
    roleSince: hasMoved ? dayOf(changed) : null,
    leftOn: hasLeft && left > hired + 10 * DAY_MS && (!hasMoved || left > changed) ? dayOf(left) : null,
    onLeaveSince:
      !row.hasLeft && random.chance(0.02) ? dayOf(Math.max(hired + DAY_MS, today - random.int(5, 120) * DAY_MS)) : null,
  };
}

/** One registered nurse who works full time bears the name of the documentation's examples. */
function withPersona(people: readonly Unplaced[]): Unplaced[] {
  const index = people.findIndex(
    (person) =>
      person.roleCode === '29-1141.00' && person.leftOn === null && person.onLeaveSince === null && person.location === 'Boston',
  );
  return people.map((person, i) => (i === index ? { ...person, ...PERSONA, email: 'jane.smith@meridian.example' } : person));
}
