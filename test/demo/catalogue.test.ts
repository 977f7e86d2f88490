import { credentialTypes, permitTypes } from '../../demo/catalogue/credential-types';
import { awards, courses, type AwardCondition } from '../../demo/catalogue/learning';
import { rolePlans } from '../../demo/catalogue/roles';
import { typesWanted, type RuleNode } from '../../demo/catalogue/rule-language';
import { rules, RULES_NOTE, RULES_SINCE } from '../../demo/catalogue/rules';
import { isAttributeName } from '../../src/core/person';
import { parseRenewalPolicy } from '../../src/core/renewal-policy';
import { parseRule } from '../../src/core/rule-reader';

const typeCodes = new Set(credentialTypes.map((type) => type.code));
const courseByCode = new Map(courses.map((course) => [course.code, course]));

function operatorsIn(node: RuleNode): string[] {
  const [name, value] = Object.entries(node)[0]!;
  const children: readonly RuleNode[] =
    name === 'all' || name === 'any' ? value : name === 'atLeast' ? value.of : name === 'not' ? [value] : [];
  return [name, ...children.flatMap(operatorsIn)];
}

function coursesIn(when: AwardCondition): readonly string[] {
  if ('passed' in when) return [when.passed.courseCode];
  if ('creditHours' in when) return when.creditHours.courseCodes;
  return ('all' in when ? when.all : when.any).flatMap(coursesIn);
}

/** The product takes instants of rules as milliseconds once GraphQL has read them. */
function asRead(node: RuleNode): unknown {
  return JSON.parse(JSON.stringify(node), (key, value: unknown) =>
    (key === 'from' || key === 'until') && typeof value === 'string' ? Date.parse(value) : value,
  );
}

describe('the catalogue of the demo', () => {
  it('has some sixty to eighty credential types of every kind, each with its own code and name (A5)', () => {
    expect(credentialTypes.length).toBeGreaterThanOrEqual(60);
    expect(credentialTypes.length).toBeLessThanOrEqual(80);
    expect(typeCodes.size).toBe(credentialTypes.length);
    expect(new Set(credentialTypes.map((type) => type.name)).size).toBe(credentialTypes.length);
    expect(new Set(credentialTypes.map((type) => type.kind))).toEqual(
      new Set(['CERTIFICATION', 'LICENSE', 'BADGE', 'ATTESTATION']),
    );
    expect(credentialTypes.some((type) => type.operational === false)).toBe(true);
    expect(credentialTypes.some((type) => type.payImpact)).toBe(true);
  });

  it.each(credentialTypes.map((type) => [type.code, type] as const))(
    'gives %s a renewal policy the product can read (C7)',
    (_, type) => {
      expect(parseRenewalPolicy(type.renewal ?? null, 'UTC')).not.toHaveProperty('code');
    },
  );

  it('uses every way to renew: calendar months, lives, anchored cycles, fixed dates, grace, back-dating, reinstatement, never', () => {
    const policies = credentialTypes.map((type) => type.renewal);
    expect(policies.some((policy) => policy === undefined)).toBe(true);
    for (const key of [
      'life',
      'calendarMonths',
      'fixed',
      'early',
      'grace',
      'graceCounts',
      'backdate',
      'reinstateWithin',
      'noticeBefore',
    ] as const) {
      expect(policies.filter((policy) => policy?.[key] !== undefined)).not.toHaveLength(0);
    }
    expect(policies.some((policy) => policy?.lastDay === 'ON_ANNIVERSARY')).toBe(true);
  });

  it('refers to no type that does not exist', () => {
    const named = credentialTypes.flatMap((type) => [...(type.equivalentTo ?? []), ...(type.prerequisites ?? [])]);
    expect([...named, ...permitTypes].filter((code) => !typeCodes.has(code))).toEqual([]);
  });

  it('has some seventy courses, each taught for one credential and each able to earn it (C1)', () => {
    expect(courses.length).toBeGreaterThanOrEqual(60);
    expect(courseByCode.size).toBe(courses.length);
    for (const award of awards) {
      expect(typeCodes).toContain(award.typeCode);
      expect([...new Set(coursesIn(award.when))].sort()).toEqual(award.courses.map((course) => course.code).sort());
    }
    expect(new Set(awards.map((award) => award.typeCode)).size).toBe(awards.length);
    expect(courses.filter(({ passMark = 0, creditHours }) => passMark < 0 || passMark > 100 || creditHours < 0)).toEqual([]);
  });

  it('asks for no more credit hours than its courses give', () => {
    const creditsIn = (when: AwardCondition): Extract<AwardCondition, { creditHours: unknown }>['creditHours'][] =>
      'creditHours' in when
        ? [when.creditHours]
        : 'any' in when
          ? when.any.flatMap(creditsIn)
          : 'all' in when
            ? when.all.flatMap(creditsIn)
            : [];
    const conditions = awards.flatMap((award) => creditsIn(award.when));
    expect(conditions.length).toBeGreaterThan(1);
    for (const { courseCodes, min } of conditions) {
      const hours = courseCodes.reduce((sum, code) => sum + courseByCode.get(code)!.creditHours, 0);
      expect(hours).toBeGreaterThanOrEqual(min);
    }
  });

  it('has some eighty rules, one per role, for roles that exist, labelled as made up', () => {
    expect(rules.length).toBeGreaterThanOrEqual(80);
    expect(rules.length).toBeLessThanOrEqual(100);
    expect(new Set(rules.map((rule) => rule.roleCode)).size).toBe(rules.length);
    expect(rules.filter((rule) => !rolePlans.has(rule.roleCode))).toEqual([]);
    expect(RULES_NOTE).toBe('Made up for the demo; plausible, not authoritative.');
    expect(Number.isNaN(Date.parse(RULES_SINCE))).toBe(false);
  });

  it.each(rules.map((rule) => [rule.roleCode, rule] as const))(
    'states a rule for %s that the product can read (D1)',
    (_, { rule }) => {
      expect(parseRule(asRead(rule), { typeCodes, attributes: isAttributeName })).not.toHaveProperty('code');
    },
  );

  it('uses every operator the product has so far, and no other', () => {
    const used = new Set(rules.flatMap(({ rule }) => operatorsIn(rule)));
    expect(used).toEqual(new Set(['all', 'any', 'atLeast', 'not', 'holds', 'attribute', 'during']));
  });

  it('demands every type somewhere, but for the one that bars and the mark', () => {
    const wanted = new Set(rules.flatMap(({ rule }) => typesWanted(rule)));
    expect([...typeCodes].filter((code) => !wanted.has(code)).sort()).toEqual(['DRIVING-STAND-DOWN', 'SAMPLE-ORGANISATION']);
  });
});
