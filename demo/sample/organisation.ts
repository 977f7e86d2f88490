import { permitTypes } from '../catalogue/credential-types';
import { rolePlans } from '../catalogue/roles';
import { DAY_MS, dayOf, instantText } from './days';
import { makeHistory, typesSought, type Completion, type Gap, type Issue } from './history';
import { makePeople, type Person } from './people';
import { randomFrom } from './random';

/** EmployeeInput of the API, as far as the sample uses it. */
export interface EmployeeFacts {
  readonly externalId: string;
  readonly effectiveAt: string;
  readonly [field: string]: unknown;
}

/** A decision about one holding: CredentialActionInput of the API. */
export interface Decision {
  readonly action: 'suspendCredential' | 'revokeCredential';
  readonly credential: { readonly holding: { readonly employeeExternalId: string; readonly typeCode: string } };
  readonly reason: string;
  readonly effectiveAt: string;
}

/** The sample organisation as it stands at `anchor`. */
export interface Organisation {
  readonly anchor: number;
  readonly people: readonly Person[];
  /** Everybody as hired, managers first. */
  readonly hires: readonly EmployeeFacts[];
  /** What changed since: roles taken up, leaves, departures. */
  readonly changes: readonly EmployeeFacts[];
  readonly completions: readonly Completion[];
  readonly issues: readonly Issue[];
  /** Permits that end within seconds to hours of the anchor. */
  readonly permits: readonly Issue[];
  readonly decisions: readonly Decision[];
  readonly gaps: readonly Gap[];
}

/** The seed of the organisation everybody sees. */
export const SAMPLE_SEED = 'Meridian Life Sciences';

const PERMITS = 300;
const DECISIONS = 16;
const PERMIT_DEPARTMENTS: readonly string[] = [
  'Manufacturing',
  'Facilities & Maintenance',
  'Logistics',
  'Laboratories',
  'Safety & Security',
];

/** Makes the sample organisation: made up, and the same for the same anchor and seed. */
export function makeOrganisation(anchor: number, seed = SAMPLE_SEED): Organisation {
  const random = randomFrom(seed);
  const people = makePeople(anchor, random.fork('people'));
  const histories = people.map((person) => makeHistory(person, anchor, random.fork(`history/${person.externalId}`)));
  const issues = histories.flatMap((history) => history.issues);
  return {
    anchor,
    people,
    hires: people.map((person) => hire(person, anchor)),
    changes: people.flatMap(changesOf),
    completions: histories.flatMap((history) => history.completions),
    issues,
    permits: makePermits(people, anchor, seed),
    decisions: makeDecisions(people, issues, anchor),
    gaps: histories.flatMap((history) => history.gaps),
  };
}

function work(roleCode: string): Record<string, unknown> {
  const { jobTitle, family, department } = rolePlans.get(roleCode)!;
  return { jobTitle, jobFamily: family, department, roleCodes: [roleCode] };
}

function hire(person: Person, anchor: number): EmployeeFacts {
  const begins = Date.parse(person.hiredOn);
  const { externalId, givenName, familyName, email, location, costCenter, employmentType, hiredOn, managerExternalId } = person;
  return {
    ...{ externalId, givenName, familyName, email, employmentType, location, costCenter, hiredOn, managerExternalId },
    status: begins > anchor ? 'PRE_HIRE' : 'ACTIVE',
    ...work(person.previousRoleCode ?? person.roleCode),
    effectiveAt: instantText(Math.min(begins, anchor)),
    attributes: {
      jobLevel: person.jobLevel,
      educationLevel: person.education,
      jobRole: person.jobRole,
      timeZone: person.timeZone,
    },
  };
}

function changesOf(person: Person): EmployeeFacts[] {
  const { externalId, roleSince, onLeaveSince, leftOn } = person;
  const changes: EmployeeFacts[] = [];
  const on = (day: string): string => instantText(Date.parse(day));
  if (roleSince !== null) changes.push({ externalId, effectiveAt: on(roleSince), ...work(person.roleCode) });
  if (onLeaveSince !== null) changes.push({ externalId, effectiveAt: on(onLeaveSince), status: 'ON_LEAVE' });
  if (leftOn !== null) {
    const after = instantText(Date.parse(leftOn) + DAY_MS);
    changes.push({ externalId, effectiveAt: after, status: 'TERMINATED', terminatedOn: leftOn });
  }
  return changes;
}

/** Who is at work at an instant. */
export function isAtWork(person: Person, at: number): boolean {
  return person.leftOn === null && person.onLeaveSince === null && person.hiredOn <= dayOf(at);
}

/** The permit that fits a person's work. */
export function permitFor(person: Person, seed: string): (typeof permitTypes)[number] {
  const random = randomFrom(`${seed}/permit/${person.externalId}`);
  const sought = typesSought(person.roleCode, random);
  return (
    permitTypes.find((typeCode) => sought.includes(typeCode)) ??
    random.pick(['CONTROLLED-AREA', 'CONTROLLED-AREA', 'HOT-WORK', 'CONFINED-ENTRY'])
  );
}

// the first end a minute and a half after the anchor, half of them within a quarter of an hour, the last after four hours
function makePermits(people: readonly Person[], anchor: number, seed: string): Issue[] {
  const random = randomFrom(`${seed}/permits`);
  const eligible = people.filter(
    (person) => PERMIT_DEPARTMENTS.includes(rolePlans.get(person.roleCode)!.department) && isAtWork(person, anchor),
  );
  const shuffled = eligible.map((person) => ({ person, key: random.next() })).sort((a, b) => a.key - b.key);
  return shuffled.slice(0, PERMITS).map(({ person }, i, { length }): Issue => {
    const half = Math.ceil(length / 2);
    const seconds = i < half ? 90 + (i / half) * 810 : 900 + ((i - half) / half) * 13_500;
    const typeCode = permitFor(person, seed);
    return {
      eventId: `sample/permit/${person.externalId}`,
      employeeExternalId: person.externalId,
      typeCode,
      issuedAt: instantText(anchor - random.int(10, 240) * 60_000),
      expiresAt: instantText(anchor + Math.round(seconds) * 1000),
    };
  });
}

function makeDecisions(people: readonly Person[], issues: readonly Issue[], anchor: number): Decision[] {
  const random = randomFrom(`${SAMPLE_SEED}/decisions`);
  const atWork = new Set(people.filter((person) => isAtWork(person, anchor)).map((person) => person.externalId));
  const licences = issues.filter(
    (item) => atWork.has(item.employeeExternalId) && item.evidenceUrl !== undefined && item.issuedOn !== undefined,
  );
  const holdings = [...new Map(licences.map((item) => [`${item.employeeExternalId} ${item.typeCode}`, item])).values()];
  const step = Math.max(1, Math.floor(holdings.length / DECISIONS));
  return holdings
    .filter((_, i) => i % step === 0)
    .slice(0, DECISIONS)
    .map((item, i): Decision => {
      const isSuspension = i % 2 === 0;
      const since = Math.max(Date.parse(item.issuedOn!) + DAY_MS, anchor - random.int(1, 60) * DAY_MS);
      return {
        action: isSuspension ? 'suspendCredential' : 'revokeCredential',
        credential: { holding: { employeeExternalId: item.employeeExternalId, typeCode: item.typeCode } },
        reason: isSuspension ? 'The board opened an inquiry' : 'The issuer withdrew it',
        effectiveAt: instantText(since),
      };
    });
}
