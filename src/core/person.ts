// People as step functions: dated assertions about attributes in, states over time out.
import { endOfDay, startOfDay, type Instant } from './calendar';
import type { AttributeSlice } from './facts';
import { canonicalJson, type Json } from './rule';

export type EmploymentStatus = 'PRE_HIRE' | 'ACTIVE' | 'ON_LEAVE' | 'TERMINATED';

/** The attributes every person has; any other name is a custom attribute. */
export const personAttributes = [
  'givenName',
  'familyName',
  'email',
  'status',
  'employmentType',
  'jobTitle',
  'jobFamily',
  'department',
  'location',
  'costCenter',
  'managerExternalId',
  'otherManagerExternalIds',
  'roleCodes',
  'hiredOn',
  'terminatedOn',
] as const;
export type PersonAttribute = (typeof personAttributes)[number];

const BUILT_IN: ReadonlySet<string> = new Set(personAttributes);

/** Asserted of somebody of whom nothing else is said, so that they are there from then on. No attribute: states and rules pass over it. */
export const EXISTENCE = '(exists)';
const CUSTOM_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Whether a name can be a custom attribute: letters, digits and underscores, 64 at most, and not one of the built-in names. */
export function isCustomAttribute(name: string): boolean {
  return CUSTOM_NAME.test(name) && !BUILT_IN.has(name);
}

/** Whether rules may ask for an attribute of this name. */
export function isAttributeName(name: string): boolean {
  return BUILT_IN.has(name) || CUSTOM_NAME.test(name);
}

/** "The attribute has this value from `at` until the next assertion of the same name." Null is a value: explicitly none. */
export interface Assertion {
  readonly id: string;
  readonly name: string;
  readonly at: Instant;
  readonly value: Json;
}

/** A person over [from, to): values as last asserted, status derived. */
export interface PersonState {
  readonly from: Instant;
  readonly to: Instant;
  readonly status: EmploymentStatus;
  readonly values: Readonly<Record<string, Json>>;
}

/** Assertions by attribute, each list in the order of time. */
export function byAttribute(assertions: readonly Assertion[]): Map<string, Assertion[]> {
  const lists = new Map<string, Assertion[]>();
  for (const assertion of assertions) {
    const list = lists.get(assertion.name);
    if (list) list.push(assertion);
    else lists.set(assertion.name, [assertion]);
  }
  for (const list of lists.values()) list.sort((a, b) => a.at - b.at);
  return lists;
}

/** The assertion in effect at an instant. */
export function inEffect(list: readonly Assertion[] | undefined, at: Instant): Assertion | null {
  let found: Assertion | null = null;
  for (const assertion of list ?? []) {
    if (assertion.at > at) break;
    found = assertion;
  }
  return found;
}

/**
 * The status at an instant. What was asserted counts, except that somebody not yet hired is PRE_HIRE until the first instant of
 * `hiredOn`, and that `terminatedOn` is the last day employed: TERMINATED from the next day on unless a status was asserted since.
 */
function statusAt(lists: ReadonlyMap<string, readonly Assertion[]>, at: Instant, zone: string): EmploymentStatus {
  const asserted = inEffect(lists.get('status'), at);
  const hiredOn = inEffect(lists.get('hiredOn'), at)?.value;
  const terminatedOn = inEffect(lists.get('terminatedOn'), at)?.value;
  if (typeof terminatedOn === 'string') {
    const end = endOfDay(terminatedOn, zone);
    if (at >= end && !(asserted && asserted.at >= end)) return 'TERMINATED';
  }
  const status = (asserted?.value as EmploymentStatus | null | undefined) ?? 'ACTIVE';
  if (typeof hiredOn === 'string') {
    const isHired = at >= startOfDay(hiredOn, zone);
    if (!isHired && (status === 'ACTIVE' || status === 'ON_LEAVE')) return 'PRE_HIRE';
    if (isHired && status === 'PRE_HIRE') return 'ACTIVE';
  }
  return status;
}

function changePoints(lists: ReadonlyMap<string, readonly Assertion[]>, zone: string): Instant[] {
  const points = new Set<Instant>();
  for (const list of lists.values()) for (const assertion of list) points.add(assertion.at);
  const earliest = Math.min(...points);
  for (const { value } of lists.get('hiredOn') ?? []) if (typeof value === 'string') points.add(startOfDay(value, zone));
  for (const { value } of lists.get('terminatedOn') ?? []) if (typeof value === 'string') points.add(endOfDay(value, zone));
  return [...points].filter((point) => point >= earliest).sort((a, b) => a - b);
}

/** The states of a person, contiguous from the first assertion to the end of time; equal neighbours are one. */
export function personStates(assertions: readonly Assertion[], zone: string): PersonState[] {
  if (assertions.length === 0) return [];
  const lists = byAttribute(assertions);
  const points = changePoints(lists, zone);
  const states: PersonState[] = [];
  let previousKey = '';
  points.forEach((from, i) => {
    const values: Record<string, Json> = {};
    for (const [name, list] of lists) {
      const assertion = name === EXISTENCE ? null : inEffect(list, from);
      if (assertion) values[name] = assertion.value;
    }
    const state: PersonState = { from, to: points[i + 1] ?? Infinity, status: statusAt(lists, from, zone), values };
    const key = canonicalJson([state.status, values]);
    if (key === previousKey) states[states.length - 1] = { ...states[states.length - 1]!, to: state.to };
    else states.push(state);
    previousKey = key;
  });
  return states;
}

/** The attributes that say whether somebody is employed. */
export const employmentAttributes = ['status', 'hiredOn', 'terminatedOn'] as const satisfies readonly PersonAttribute[];

/**
 * When the employment of somebody ended who is TERMINATED and does not come back, as far as is known: after the last day they were
 * employed, also when that was said later. Infinity: they are employed, or will be again.
 */
export function leftForGoodAt(assertions: readonly Assertion[], zone: string): Instant {
  const said = assertions.filter(({ name }) => (employmentAttributes as readonly string[]).includes(name));
  let left = Infinity;
  for (const { from, status } of personStates(said, zone).reverse()) {
    if (status !== 'TERMINATED') break;
    left = from;
  }
  const lastDay = inEffect(byAttribute(said).get('terminatedOn'), Infinity)?.value;
  return left < Infinity && typeof lastDay === 'string' ? Math.min(left, endOfDay(lastDay, zone)) : left;
}

/**
 * What rules read: each attribute's value over time; of all attributes, or of those that are `read`. `status` is the derived one, which
 * takes all assertions to know.
 */
export function attributeSlices(
  assertions: readonly Assertion[],
  zone: string,
  read?: ReadonlySet<string>,
): Map<string, AttributeSlice[]> {
  const slices = new Map<string, AttributeSlice[]>();
  for (const [name, list] of byAttribute(assertions)) {
    if (name === 'status' || name === EXISTENCE || read?.has(name) === false) continue;
    slices.set(
      name,
      list.map((assertion, i) => ({
        from: assertion.at,
        to: list[i + 1]?.at ?? Infinity,
        value: assertion.value,
        factId: assertion.id,
      })),
    );
  }
  const states = read?.has('status') === false ? [] : personStates(assertions, zone);
  if (states.length > 0) {
    const factId = assertions[0]!.id;
    slices.set(
      'status',
      states.map((state) => ({ from: state.from, to: state.to, value: state.status, factId })),
    );
  }
  return slices;
}

/** The name to show: given and family name, else the external id. */
export function displayName(values: Readonly<Record<string, Json | undefined>>, externalId: string): string {
  const parts = [values['givenName'], values['familyName']].filter(
    (part): part is string => typeof part === 'string' && part !== '',
  );
  return parts.join(' ') || externalId;
}
