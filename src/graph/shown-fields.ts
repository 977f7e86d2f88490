// Fields that are not shown alike to everybody who sees the object they are on.
import { defaultFieldResolver, isObjectType, type GraphQLSchema } from 'graphql';
import { reachOf } from '../access/policy';
import { problem } from '../platform/graphql/errors';
import { Params, rows } from '../platform/sql';
import { batchBy, standing, told, type GraphContext, type View } from './context';

/** Fields that name who did something. */
const ACTORS = /^(actor|publishedBy|closedBy)$/;

/** What is told of a person in confidence: of systems that speak for some sources only those read it whose own source tells it. */
const CONFIDENTIAL = ['email', 'costCenter', 'employmentType', 'hiredOn', 'terminatedOn'] as const;

/** What of that which holds is told by the sources that the caller speaks for, by name. */
const ownAttributes = batchBy<null, ReadonlySet<string>>(
  async (context, ids, view) => {
    const q = new Params();
    const found = await rows<{ id: string; names: string[] }>(
      await context.db(),
      `/* ownAttributes */ SELECT f.employee_id AS id, array_agg(DISTINCT f.name) AS names FROM employee_fact f
       WHERE f.employee_id = ANY(${q.add(ids)}) AND f.source = ANY(${q.add([...context.actor.sources!])}::text[])
         AND ${told('f', view, q)} AND ${standing('f', view, q)} GROUP BY 1`,
      q.values,
    );
    return new Map(found.map(({ id, names }) => [id, new Set(names)]));
  },
  () => new Set(),
);

interface Person {
  readonly uuid: string;
  readonly view: View;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const ownOf = (context: GraphContext, { uuid: id, view }: Person): Promise<ReadonlySet<string>> =>
  context.load(ownAttributes, { id, view, args: null });

const isLimited = (context: GraphContext): boolean => reachOf(context.actor) === 'SOURCES';

/** Puts into a schema what of an object only some are shown. */
export function showFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!ACTORS.test(field.name)) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: GraphContext, info) => {
        const actor: unknown = resolve(source, args, context, info);
        return typeof actor === 'string' ? context.actorShown(actor) : actor;
      };
    }
  }
  const person = schema.getType('Employee');
  if (!isObjectType(person)) throw new Error('Employee is no object type');
  const fields = person.getFields();
  for (const name of CONFIDENTIAL) {
    // without a promise where nothing is asked: lists of people read these fields by the thousand
    fields[name]!.resolve = (source: Person & Record<string, unknown>, _args, context: GraphContext) =>
      isLimited(context) ? ownOnly(context, source, name) : source[name];
  }
  fields['attributes']!.resolve = (source: Person, _args, context: GraphContext) =>
    isLimited(context) ? ownAttributesOnly(context, source) : source.attributes;
}

async function ownOnly(context: GraphContext, person: Person & Record<string, unknown>, name: string): Promise<unknown> {
  if ((await ownOf(context, person)).has(name)) return person[name];
  throw problem('FORBIDDEN', `Another source than yours tells ${name} of this person: ask with a key that may speak for it.`);
}

async function ownAttributesOnly(context: GraphContext, person: Person): Promise<Record<string, unknown>> {
  const own = await ownOf(context, person);
  return Object.fromEntries(Object.entries(person.attributes).filter(([name]) => own.has(name)));
}
