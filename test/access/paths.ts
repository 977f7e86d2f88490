// Every way through the schema, as few documents that ask for all there is along them.
import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Root fields with the arguments to try. */
export type Samples = Readonly<Record<string, readonly string[]>>;

/** A document, and the ways it goes. */
export interface Journey {
  readonly name: string;
  readonly document: string;
  readonly ways: number;
}

/**
 * Every way of at most so many edges from each root field with each of its samples; what is between a connection and what it holds counts as one
 * edge. One document for each edge that leaves the root's object, or for each type the root may be.
 */
export function journeys(schema: GraphQLSchema, samples: Samples, edges: number): Journey[] {
  const map = new Map<GraphQLObjectType, readonly GraphQLField<unknown, unknown>[]>();
  const fieldsOf = (type: GraphQLObjectType): readonly GraphQLField<unknown, unknown>[] => {
    const fields = map.get(type) ?? Object.values(type.getFields()).filter(isAskedPlainly);
    map.set(type, fields);
    return fields;
  };
  const objectsOf = (field: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] => {
    const type = getNamedType(field.type);
    return isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
  };
  const leaves = (type: GraphQLObjectType): string =>
    ['__typename', ...fieldsOf(type).flatMap((field) => (isLeafType(getNamedType(field.type)) ? [field.name] : []))].join(' ');
  const leaving = (type: GraphQLObjectType) => fieldsOf(type).filter((field) => objectsOf(field).length > 0);
  const isStep = (type: GraphQLObjectType): boolean => /Connection$|Page$/.test(type.name);

  /** All there is below a field, along so many edges. */
  const below = (field: GraphQLField<unknown, unknown>, left: number): { text: string; ways: number } => {
    const objects = objectsOf(field);
    const parts = objects.map((type) => {
      const nested = left <= 0 && !isStep(type) ? [] : leaving(type).map((next) => step(next, isStep(type) ? left : left - 1));
      const text = [leaves(type), ...nested.map((part) => part.text)].join(' ');
      const isOne = !isAbstractType(getNamedType(field.type));
      return {
        text: isOne ? text : `... on ${type.name} { ${text} }`,
        ways: 1 + nested.reduce((sum, part) => sum + part.ways, 0),
      };
    });
    return { text: parts.map(({ text }) => text).join(' '), ways: parts.reduce((sum, part) => sum + part.ways, 0) };
  };
  const step = (field: GraphQLField<unknown, unknown>, left: number): { text: string; ways: number } => {
    const { text, ways } = below(field, left);
    return { text: `${field.name}${argumentsOf(field)} { ${text} }`, ways };
  };

  return Object.values(schema.getQueryType()!.getFields()).flatMap((field) =>
    (samples[field.name] ?? []).flatMap((args, i) => {
      const wrap = (type: GraphQLObjectType, inner: string): string => {
        const typed = isAbstractType(getNamedType(field.type)) ? `... on ${type.name} { ${inner} }` : inner;
        return `{ ${field.name}${args} { ${typed} } }`;
      };
      return objectsOf(field).flatMap((type) => {
        const name = `${field.name}#${i}.${type.name}`;
        const first = { name, document: wrap(type, leaves(type)), ways: 1 };
        // a page or a connection is no place to stop at: what it holds is
        const held = isStep(type) ? leaving(type) : [];
        const others = (
          isStep(type)
            ? held.flatMap((step_) => objectsOf(step_).map((object) => ({ step_, object })))
            : [{ step_: null, object: type }]
        ).flatMap(({ step_, object }) =>
          leaving(object).map((next) => {
            const { text, ways } = step(next, edges - 1);
            const inner =
              step_ === null
                ? text
                : `${leaves(type)} ${step_.name} { ${isAbstractType(getNamedType(step_.type)) ? `... on ${object.name} { ${leaves(object)} ${text} }` : `${leaves(object)} ${text}`} }`;
            return { name: `${name}.${object.name}.${next.name}`, document: wrap(type, inner), ways };
          }),
        );
        return [first, ...others];
      });
    }),
  );
}

/** Without arguments, or with none that must be given; beside a list of nodes its edges say nothing new. */
function isAskedPlainly(field: GraphQLField<unknown, unknown>): boolean {
  const isOptional = field.args.every(({ type, defaultValue }) => !isNonNullType(type) || defaultValue !== undefined);
  return isOptional && field.name !== 'pageInfo' && field.name !== 'edges';
}

function argumentsOf(field: GraphQLField<unknown, unknown>): string {
  const given = [
    ...(field.args.some(({ name }) => name === 'first') ? ['first: 4'] : []),
    ...(field.name === 'reports' ? ['transitive: true'] : []),
  ];
  return given.length > 0 ? `(${given.join(', ')})` : '';
}
