// The loading of the sample as a list of requests, each small enough for the product's limits.
import { credentialTypes } from './catalogue/credential-types';
import { awards, courses } from './catalogue/learning';
import { rolePlans } from './catalogue/roles';
import { rules, RULES_SINCE } from './catalogue/rules';
import { readMoves, readOccupations } from './data-files';
import type { MutationName } from './operations';
import type { Organisation } from './sample/organisation';
import { CHIEF_EXECUTIVE } from './sample/people';

/** One request. */
export interface Batch {
  readonly mutation: MutationName;
  readonly input: Readonly<Record<string, unknown>>;
  /** How many items it carries. */
  readonly count: number;
}

/** Requests that belong together. */
export interface Step {
  readonly name: string;
  /** For people to read. */
  readonly title: string;
  readonly batches: readonly Batch[];
  /** After it the sample counts as begun. */
  readonly begins?: boolean;
  /** To be done only once: the product would take a repetition for something new. */
  readonly isOnce?: boolean;
}

/** Items in one request; the product takes 1,000. */
export const BATCH_ITEMS = 500;

/** The sources that the sample's facts come from. */
export const SOURCES = { people: 'sample-hris', learning: 'sample-lms', registry: 'sample-registry' } as const;

/** The loading from beginning to end. `hasRule`: the roles whose rule an earlier, interrupted run has published. */
export function stepsFor(organisation: Organisation, hasRule: ReadonlySet<string>): Step[] {
  const { hires, changes, completions, issues, permits, decisions } = organisation;
  const chief = hires.filter((person) => person.externalId === CHIEF_EXECUTIVE);
  const credentials = (name: string, items: readonly unknown[]) =>
    ingest('issueCredentials', 'credentials', SOURCES.registry, name, items);
  return [
    { name: 'types', title: 'credential types', batches: define('defineCredentialTypes', 'credentialTypes', credentialTypes) },
    { name: 'chief', title: 'the chief executive', batches: chiefFirst(chief), begins: true },
    { name: 'courses', title: 'courses', batches: define('defineCourses', 'courses', courses) },
    { name: 'roles', title: 'roles', batches: define('defineRoles', 'roles', roles()) },
    { name: 'paths', title: 'career paths', batches: careerPaths() },
    { name: 'awards', title: 'award rules', batches: awardRules(), isOnce: true },
    { name: 'rules', title: 'eligibility rules', batches: eligibilityRules(hasRule) },
    { name: 'people', title: 'people', batches: people('people', hires) },
    { name: 'changes', title: 'moves, leaves and departures', batches: people('changes', changes) },
    { name: 'licences', title: 'licences and attestations', batches: credentials('licences', issues) },
    {
      name: 'completions',
      title: 'completions',
      batches: ingest('recordCompletions', 'completions', SOURCES.learning, 'completions', completions),
    },
    { name: 'permits', title: 'permits', batches: credentials('permits', permits) },
    {
      name: 'decisions',
      title: 'suspensions and revocations',
      batches: decisions.map(({ action, ...input }) => ({ mutation: action, input, count: 1 })),
      isOnce: true,
    },
  ];
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += BATCH_ITEMS) parts.push(items.slice(i, i + BATCH_ITEMS));
  return parts;
}

function define(mutation: MutationName, field: string, items: readonly unknown[]): Batch[] {
  return chunks(items).map((part) => ({ mutation, input: { [field]: part }, count: part.length }));
}

function ingest(mutation: MutationName, field: string, source: string, name: string, items: readonly unknown[]): Batch[] {
  return chunks(items).map((part, i) => ({
    mutation,
    input: { source, idempotencyKey: `sample/${name}/${i}`, [field]: part },
    count: part.length,
  }));
}

// without a key: until the sample counts as begun, a second try may come at another instant and so say something else
function chiefFirst(chief: readonly unknown[]): Batch[] {
  return [{ mutation: 'upsertEmployees', input: { source: SOURCES.people, employees: chief }, count: chief.length }];
}

function people(name: string, items: readonly unknown[]): Batch[] {
  return ingest('upsertEmployees', 'employees', SOURCES.people, name, items);
}

/** The roles as RoleInput. */
export function roles(): { code: string; title: string; jobFamily: string }[] {
  return readOccupations().map(({ code, title }) => ({ code, title, jobFamily: rolePlans.get(code)!.family }));
}

/** One path of the closest moves, and one of the wider ones; O*NET's moves go back and forth, so cycles are usual. */
function careerPaths(): Batch[] {
  const moves = readMoves();
  const path = (code: string, title: string, tiers: readonly string[]): Batch => {
    const chosen = moves.filter((move) => tiers.includes(move.tier)).map(({ from, to }) => ({ from, to }));
    return { mutation: 'defineCareerPath', input: { code, title, moves: chosen }, count: chosen.length };
  };
  return [
    path('CLOSE-MOVES', 'Moves to the most closely related occupations', ['Primary-Short']),
    path('WIDER-MOVES', 'Moves to related occupations', ['Primary-Short', 'Primary-Long']),
  ];
}

function awardRules(): Batch[] {
  return awards.map(({ typeCode, when }) => ({
    mutation: 'publishAwardRule',
    input: { typeCode, when, effectiveFrom: RULES_SINCE },
    count: 1,
  }));
}

function eligibilityRules(hasRule: ReadonlySet<string>): Batch[] {
  return rules
    .filter(({ roleCode }) => !hasRule.has(roleCode))
    .map((draft) => ({ mutation: 'publishRule', input: { ...draft, effectiveFrom: RULES_SINCE }, count: 1 }));
}
