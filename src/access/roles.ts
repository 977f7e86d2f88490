// In which role somebody asks, when the HR system, the identity provider and people say different things.
import { ACCESS_ROLES, type AccessRole } from './policy';

/** What is said about the role of a person. */
export interface RoleClaims {
  /** By hand. */
  readonly assigned: AccessRole | null;
  /** By groups of the identity provider that the person is in. */
  readonly groups: readonly { readonly value: string; readonly role: AccessRole }[];
  /** By the job title that the HR system tells. */
  readonly jobTitle: { readonly value: string; readonly role: AccessRole } | null;
}

/** The role that holds, and why. */
export interface RoleDecision {
  readonly role: AccessRole;
  /** The claim that decides first, then those it overrules. */
  readonly because: readonly string[];
}

const RANKS = Object.keys(ACCESS_ROLES);

/**
 * What is said by hand outranks the groups, and the groups the job title; of several groups the strongest role counts. Whoever is given no
 * role is an EMPLOYEE.
 */
export function decideRole({ assigned, groups, jobTitle }: RoleClaims): RoleDecision {
  const strongestFirst = [...groups].sort(
    (a, b) => RANKS.indexOf(b.role) - RANKS.indexOf(a.role) || (a.value < b.value ? -1 : 1),
  );
  const claims = [
    ...(assigned === null ? [] : [{ role: assigned, by: 'assigned by hand' }]),
    ...strongestFirst.map(({ value, role }) => ({ role, by: `member of the group "${value}"` })),
    ...(jobTitle === null ? [] : [{ role: jobTitle.role, by: `job title "${jobTitle.value}"` }]),
  ];
  const [first, ...others] = claims;
  if (first === undefined) return { role: 'EMPLOYEE', because: ['EMPLOYEE: nothing gives another role'] };
  return {
    role: first.role,
    because: [`${first.role}: ${first.by}`, ...others.map(({ role, by }) => `overrules ${role}: ${by}`)],
  };
}
