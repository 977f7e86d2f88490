import { credentialTypes } from '../../demo/catalogue/credential-types';
import { courses } from '../../demo/catalogue/learning';
import { rolePlans } from '../../demo/catalogue/roles';
import { BATCH_ITEMS, stepsFor } from '../../demo/steps';
import { makeOrganisation } from '../../demo/sample/organisation';
import { isPersona } from '../../demo/sample/names';
import { CHIEF_EXECUTIVE, places } from '../../demo/sample/people';

const ANCHOR = Date.parse('2026-04-10T14:05:00Z');
const organisation = makeOrganisation(ANCHOR);
const { people, hires, changes, completions, issues, permits, decisions, gaps } = organisation;
const byId = new Map(people.map((person) => [person.externalId, person]));

describe('the people of the sample organisation', () => {
  it('are some 1,500, each with an id and an address of their own (A1)', () => {
    expect(people).toHaveLength(1500);
    expect(byId.size).toBe(people.length);
    expect(new Set(people.map((person) => person.email)).size).toBe(people.length);
    expect(people.every((person) => person.email.endsWith('@meridian.example'))).toBe(true);
  });

  it('are the same for the same instant, and the same persons at another (A7)', () => {
    expect(makeOrganisation(ANCHOR)).toEqual(organisation);
    const later = makeOrganisation(ANCHOR + 40 * 86_400_000);
    const who = (list: typeof people) =>
      new Map(list.map(({ externalId, email, roleCode }) => [externalId, `${email} ${roleCode}`]));
    expect(who(later.people)).toEqual(who(people));
  });

  it('have one manager each but the chief executive, in a tree of six levels without a cycle (A20)', () => {
    const depth = (id: string): number => {
      const seen = new Set<string>();
      for (let at: string | null = id; at !== null; at = byId.get(at)!.managerExternalId) {
        expect(seen.has(at)).toBe(false);
        seen.add(at);
      }
      return seen.size;
    };
    expect(people.filter((person) => person.managerExternalId === null).map((person) => person.externalId)).toEqual([
      CHIEF_EXECUTIVE,
    ]);
    expect(Math.max(...people.map((person) => depth(person.externalId)))).toBe(6);
  });

  it('are listed after their managers, who are at work', () => {
    const seen = new Set<string>();
    for (const { externalId, managerExternalId } of hires as unknown as typeof people) {
      if (managerExternalId !== null) {
        expect(seen.has(managerExternalId)).toBe(true);
        expect(byId.get(managerExternalId)).toMatchObject({ leftOn: null, onLeaveSince: null });
      }
      seen.add(externalId);
    }
  });

  it('work in several zones, departments and roles, and some have left, are away or have yet to begin (A2)', () => {
    expect(new Set(people.map((person) => person.timeZone)).size).toBe(places.length);
    expect(new Set(people.map((person) => rolePlans.get(person.roleCode)!.department)).size).toBe(12);
    expect(new Set(people.map((person) => person.roleCode)).size).toBeGreaterThan(100);
    expect(people.filter((person) => person.leftOn !== null).length).toBeGreaterThan(80);
    expect(people.filter((person) => person.onLeaveSince !== null).length).toBeGreaterThan(10);
    expect(hires.filter((person) => person['status'] === 'PRE_HIRE').length).toBeGreaterThan(5);
  });

  it('change in the order of time: hired, moved, away or gone', () => {
    for (const { externalId, effectiveAt } of changes) {
      expect(Date.parse(effectiveAt)).toBeGreaterThan(Date.parse(byId.get(externalId)!.hiredOn));
    }
  });
});

describe('the history of the sample organisation', () => {
  const typeCodes = new Set(credentialTypes.map((type) => type.code));
  const passMarks = new Map(courses.map((course) => [course.code, course.passMark]));
  const all = [...issues, ...permits];

  it('names only people, courses and types that exist', () => {
    expect(completions.filter((item) => !byId.has(item.employeeExternalId) || !passMarks.has(item.courseCode))).toEqual([]);
    expect(all.filter((item) => !byId.has(item.employeeExternalId) || !typeCodes.has(item.typeCode))).toEqual([]);
    expect(gaps.filter((gap) => !byId.has(gap.externalId) || !typeCodes.has(gap.typeCode))).toEqual([]);
  });

  it('gives every event an id of its own (B8, B9)', () => {
    const ids = [...completions, ...all].map((item) => item.eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(completions.map((item) => item.attemptId)).size).toBe(completions.length);
  });

  it('lies in the past, after the hire for what was learned here', () => {
    expect(completions.filter((item) => Date.parse(item.completedAt) > ANCHOR)).toEqual([]);
    expect(issues.filter((item) => Date.parse(item.issuedOn!) > ANCHOR)).toEqual([]);
    const early = completions.filter(
      (item) => Date.parse(item.completedAt) < Date.parse(byId.get(item.employeeExternalId)!.hiredOn) - 40 * 86_400_000,
    );
    expect(early).toEqual([]);
  });

  it('ends nothing before it begins', () => {
    const end = (item: (typeof all)[number]) => item.expiresAt ?? item.expiresOn;
    expect(
      all.filter((item) => end(item) !== undefined && Date.parse(end(item)!) < Date.parse((item.issuedAt ?? item.issuedOn)!)),
    ).toEqual([]);
  });

  it('passes and fails by the score (B27)', () => {
    const wrong = completions.filter(({ courseCode, score, status }) => {
      const passMark = passMarks.get(courseCode);
      return passMark === undefined ? score !== undefined : score === undefined || (status === 'PASSED') !== score >= passMark;
    });
    expect(wrong).toEqual([]);
    expect(completions.filter((item) => item.status === 'FAILED').length).toBeGreaterThan(100);
  });

  it('lets a few hundred permits end from a minute and a half to four hours after its instant, half within a quarter of an hour', () => {
    const seconds = permits.map((permit) => (Date.parse(permit.expiresAt!) - ANCHOR) / 1000);
    expect(permits.length).toBeGreaterThan(200);
    expect(Math.min(...seconds)).toBe(90);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(4 * 3600);
    expect(seconds.filter((second) => second <= 900).length).toBeGreaterThanOrEqual(permits.length / 2);
  });

  it('leaves licences with an end ahead, some within weeks, some behind', () => {
    const last = new Map(
      issues
        .filter((item) => item.expiresOn)
        .map((item) => [`${item.employeeExternalId} ${item.typeCode}`, Date.parse(item.expiresOn!)]),
    );
    const days = [...last.values()].map((end) => (end - ANCHOR) / 86_400_000);
    expect(days.filter((day) => day > 60).length).toBeGreaterThan(500);
    expect(days.filter((day) => day > 0 && day <= 60).length).toBeGreaterThan(50);
    expect(days.filter((day) => day < 0).length).toBeGreaterThan(50);
  });

  it('suspends and revokes only what was issued', () => {
    const held = new Set(issues.map((item) => `${item.employeeExternalId} ${item.typeCode}`));
    const named = decisions.map(({ credential }) => `${credential.holding.employeeExternalId} ${credential.holding.typeCode}`);
    expect(named.length).toBeGreaterThan(10);
    expect(new Set(named).size).toBe(named.length);
    expect(named.filter((name) => !held.has(name))).toEqual([]);
  });

  it('fits the limits of the product: 1,000 items and 1 MiB a request, every key once', () => {
    const batches = stepsFor(organisation, new Set()).flatMap((step) => step.batches);
    expect(BATCH_ITEMS).toBeLessThanOrEqual(1000);
    expect(Math.max(...batches.map((batch) => JSON.stringify(batch.input).length))).toBeLessThan(900_000);
    const keys = batches.map((batch) => batch.input['idempotencyKey']).filter((key) => key !== undefined);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the variables of the documented operations', () => {
  it('name a nurse and a role that the sample has', () => {
    const variables = jest.requireActual<{ employee: { externalId: { value: string } }; roleCode: string }>(
      '../operations/WhyEligible.variables.json',
    );
    const person = byId.get(variables.employee.externalId.value);
    expect(person).toMatchObject({
      givenName: 'Jane',
      familyName: 'Smith',
      roleCode: variables.roleCode,
      leftOn: null,
      onLeaveSince: null,
    });
  });

  it('find her one certificate short of her role, so that whoever records a completion sees the verdict change', () => {
    const jane = people.filter(isPersona);
    expect(jane).toHaveLength(1);
    expect(gaps.filter((gap) => gap.externalId === jane[0]!.externalId)).toEqual([
      { externalId: jane[0]!.externalId, typeCode: 'BBP' },
    ]);
  });
});
