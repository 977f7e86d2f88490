import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { addSpanToInstant, parseSpan } from '../../core/calendar';
import { isRefusal, refusal, type Refusal } from '../../core/refusal';
import { isEligible } from '../../core/verdict';
import type { Db } from '../../platform/postgres/pool';
import { badInput } from '../../platform/graphql/errors';
import { connection, parsePage, type Connection } from '../../platform/graphql/paging';
import { DateTimeScalar } from '../../platform/graphql/scalars';
import { PagedArgs } from '../../platform/graphql/types';
import { viewOf, type GraphContext, type View } from '../context';
import { typesKnown } from '../credentials/types';
import { Employee } from '../people/gql-types';
import { loadEmployee, uuidOfKey } from '../people/graphql';
import { employeesById } from '../people/store';
import { Role } from '../rules/gql-types';
import { loadRole } from '../rules/graphql';
import { SupposedChange, SupposedChangeConnection, WhatIf, WhatIfArgs, type WhatIfInput } from './gql-types';
import { mostPeople, nothing, peopleHolding, suppose, type Concerned, type SupposedChange as SupposedOf } from './suppose';
import type { Supposition } from './suppositions';

const MOST_SUPPOSITIONS = 20;

/** Whom a question is about, looked up outside the request's snapshot; the answer is of that position or later. */
async function concernedBy(context: GraphContext, input: WhatIfInput, view: View): Promise<Concerned | Refusal> {
  const snapshot = await context.graph.openSnapshot();
  try {
    context.readAt(snapshot.position);
    return await lookUp(snapshot.db, context.graph.zone, input, view);
  } finally {
    await snapshot.close();
  }
}

function namedTypes({
  of,
  suppose: facts,
}: WhatIfInput): { readonly code: string; readonly path: readonly (string | number)[] }[] {
  const named = facts.flatMap((fact, i) =>
    Object.entries(fact as Supposition).map(([kind, of]) => ({
      code: (of as { typeCode?: unknown }).typeCode,
      path: ['suppose', i, kind],
    })),
  );
  return [{ code: of.typeCode, path: ['of'] }, ...named].flatMap(({ code, path }) =>
    typeof code === 'string' ? [{ code, path: [...path, 'typeCode'] }] : [],
  );
}

async function lookUp(db: Db, zone: string, input: WhatIfInput, view: View): Promise<Concerned | Refusal> {
  const { of, department } = input;
  const types = await typesKnown(db, zone, view, {});
  const unknown = namedTypes(input).find(({ code }) => !types.some((type) => type.code === code));
  if (unknown)
    return refusal('UNKNOWN_CREDENTIAL_TYPE', `There is no credential type "${unknown.code}": check the code.`, unknown.path);
  if (of.employee) {
    const uuid = await uuidOfKey(db, of.employee, view);
    if (uuid === null || !(await employeesById(db, view, [uuid])).has(uuid))
      throw badInput('Nobody is known by this key: check the id, the external id or the e-mail address.');
    return { people: [uuid], typeIds: null };
  }
  const meant = types.filter((type) => type.code === of.typeCode || type.issuer === of.issuer).map((type) => type.uuid);
  if (meant.length === 0)
    return refusal('UNKNOWN_ISSUER', 'No credential type has this issuer: check how it is written.', ['of', 'issuer']);
  const people = await peopleHolding(db, meant, department ?? null, view);
  if (people.length > mostPeople) {
    const message = `This is about more than ${mostPeople.toLocaleString('en')} people: ask for some departments at a time.`;
    return refusal('TOO_MANY_PEOPLE', message, ['department']);
  }
  return { people, typeIds: new Set(meant) };
}

@Resolver(() => WhatIf)
export class WhatIfResolver {
  @Query(() => WhatIf, {
    description:
      'Supposes facts and answers how eligibility would differ from what it is now, past and future. Nothing is written or published. Each person is answered for at one instant, which may be a moment before that of the rest of the request; `extensions.position` is the earlier one. Every page works the whole answer out anew.',
  })
  async whatIf(@Args(() => WhatIfArgs) { input, horizon }: WhatIfArgs, @Ctx() context: GraphContext): Promise<WhatIf> {
    const { graph, actor, now } = context;
    if (input.suppose.length === 0 || input.suppose.length > MOST_SUPPOSITIONS)
      throw badInput(`Suppose 1 to ${MOST_SUPPOSITIONS} facts at a time.`);
    const view = await viewOf(context, {});
    const concerned = await concernedBy(context, input, view);
    const supposed = isRefusal(concerned)
      ? nothing(concerned)
      : await suppose({ ...graph, actor, now }, concerned, input.suppose as Supposition[]);
    const end = addSpanToInstant(now, parseSpan(horizon ?? 'P1Y')!, graph.zone);
    const all = numbered(supposed.changes.filter((change) => change.from < end));
    const current = all.filter((change) => change.from <= now && now < change.to);
    const turned = (to: boolean) =>
      current.filter(({ before, after }) => isEligible(after) === to && isEligible(before) !== to).length;
    const { passedOver } = supposed;
    return {
      view,
      all,
      refusal: supposed.refusal,
      peopleCount: supposed.refusal || isRefusal(concerned) ? 0 : concerned.people.length - passedOver,
      passedOver,
      gainedNow: turned(true),
      lostNow: turned(false),
    };
  }

  @FieldResolver(() => SupposedChangeConnection, {
    description: 'Whose verdicts would be other ones, and when; by person, role and time.',
  })
  affected(@Root() whatIf: WhatIf, @Args(() => PagedArgs) args: PagedArgs): Connection<SupposedChange> {
    const page = parsePage(args, 'supposed', 3);
    const { all, view } = whatIf;
    const { after, before } = page;
    const between = all.filter(
      (change) => (!after || isBehind(keysOf(change), after)) && (!before || isBehind(before, keysOf(change))),
    );
    if (!page.forward) between.reverse();
    const rows = between.slice(0, page.limit + 1).map((change) => ({ ...change, view }));
    return connection(rows, page, keysOf, () => Promise.resolve(all.length));
  }
}

type Keys = readonly [string, string, string];

/** Which of the changes of one person and role each is: an instant that was "now" is another one on the next page. */
function numbered(changes: readonly SupposedOf[]): WhatIf['all'] {
  let [pair, nth] = ['', 0];
  return changes.map((change) => {
    const own = `${change.employeeUuid} ${change.roleUuid}`;
    nth = own === pair ? nth + 1 : 0;
    pair = own;
    return { ...change, nth };
  });
}

function keysOf({ employeeUuid, roleUuid, nth }: Pick<SupposedChange, 'employeeUuid' | 'roleUuid' | 'nth'>): Keys {
  return [employeeUuid, roleUuid, String(nth)];
}

function isBehind(keys: readonly string[], others: readonly string[]): boolean {
  const [person, role, nth] = keys as Keys;
  const [otherPerson, otherRole, otherNth] = others as Keys;
  if (person !== otherPerson) return person > otherPerson;
  return role === otherRole ? Number(nth) > Number(otherNth) : role > otherRole;
}

@Resolver(() => SupposedChange)
export class SupposedChangeResolver {
  @FieldResolver(() => Employee, { description: 'Who.' })
  employee(@Root() change: SupposedChange, @Ctx() context: GraphContext): Promise<Employee | null> {
    return loadEmployee(context, change.employeeUuid, change.view);
  }

  @FieldResolver(() => Role, { description: 'For which role.' })
  role(@Root() change: SupposedChange, @Ctx() context: GraphContext): Promise<Role | null> {
    return loadRole(context, change.roleUuid, change.view);
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'From this instant; null: since ever.' })
  from(@Root() change: SupposedChange): number | null {
    return Number.isFinite(change.from) ? change.from : null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'Until this instant (exclusive); null: for ever.' })
  to(@Root() change: SupposedChange): number | null {
    return Number.isFinite(change.to) ? change.to : null;
  }
}
