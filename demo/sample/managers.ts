import { rolePlans } from '../catalogue/roles';
import type { Person, Unplaced } from './people';

const SPAN = 8;

/**
 * Gives everybody but the chief executive one manager. Within a department people are ordered by seniority and each leads the next eight
 * down that order; the most senior report to the operations directors and these to the chief executive: six levels, never a cycle. Those
 * who have left, are away or have not begun lead nobody.
 *
 * The result lists managers before the people who report to them.
 */
export function assignManagers(people: readonly Unplaced[], chief: string, today: string): Person[] {
  const directors = people.filter((person) => person.roleCode === '11-1021.00');
  const board = new Set([chief, ...directors.map((director) => director.externalId)]);
  const departments = new Map<string, Unplaced[]>();
  for (const person of people) {
    if (board.has(person.externalId)) continue;
    const department = rolePlans.get(person.roleCode)!.department;
    departments.set(department, [...(departments.get(department) ?? []), person]);
  }
  const placed: Person[] = people
    .filter((person) => board.has(person.externalId))
    .map((person) => ({ ...person, managerExternalId: person.externalId === chief ? null : chief }));
  [...departments.values()].forEach((members, n) => {
    const director = directors[n % directors.length]!.externalId;
    const ordered = [...members].sort((a, b) => compare(a, b, today));
    ordered.forEach((person, i) => {
      const managerExternalId = i === 0 ? director : ordered[Math.floor((i - 1) / SPAN)]!.externalId;
      placed.push({ ...person, managerExternalId });
    });
  });
  return placed;
}

function compare(a: Unplaced, b: Unplaced, today: string): number {
  return (
    Number(canLead(b, today)) - Number(canLead(a, today)) ||
    b.jobLevel - a.jobLevel ||
    (a.hiredOn < b.hiredOn ? -1 : a.hiredOn > b.hiredOn ? 1 : 0) ||
    (a.externalId < b.externalId ? -1 : 1)
  );
}

function canLead(person: Unplaced, today: string): boolean {
  return (
    person.leftOn === null && person.onLeaveSince === null && person.hiredOn <= today && person.employmentType !== 'CONTRACTOR'
  );
}
