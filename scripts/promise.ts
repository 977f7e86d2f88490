// What clients were promised, and what a schema may take back: nothing, but what was deprecated in the promise and whose last day is over.
import {
  buildASTSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

import { firstEnd, isOver, readDeprecation } from '../src/core/deprecation';
import { Deprecations, type Deprecated } from '../src/platform/graphql/deprecations';

/** A schema against what was promised, a line each. */
export interface Comparison {
  /** What would stop a client that was built for the promise from working. */
  readonly breaking: readonly string[];
  /** What might. */
  readonly dangerous: readonly string[];
  /** What is still there although its last day is over. */
  readonly removable: readonly string[];
}

/** Compares on a day in UTC, such as 2027-07-01. */
export function comparePromise(promised: string, current: string, today: string): Comparison {
  const [from, to] = [withoutExpired(promised, today), buildSchema(current)];
  const [before, now] = [new Deprecations(buildSchema(promised)).all, new Deprecations(to).all];
  const describe = ({ type, description }: { type: string; description: string }): string => `${type}: ${description}`;
  return {
    breaking: [...findBreakingChanges(from, to).map(describe), ...shortened(before, now)],
    dangerous: findDangerousChanges(from, to).map(describe),
    removable: now.filter((one) => isOver(one, today)).map(({ element, until }) => `${element}: answered until ${until}`),
  };
}

/** What may not be promised yet: whatever is deprecated by it answers for the least period from the day of the promise on. */
export function hasty(promised: string | null, current: string, today: string): string[] {
  const before = new Set(promised === null ? [] : new Deprecations(buildSchema(promised)).all.map(({ element }) => element));
  return new Deprecations(buildSchema(current)).all
    .filter(({ element, until }) => !before.has(element) && until < firstEnd(today))
    .map(
      ({ element, until }) =>
        `${element} answers until ${until}, and clients learn of it today: until ${firstEnd(today)} at least`,
    );
}

function shortened(before: readonly Deprecated[], now: readonly Deprecated[]): string[] {
  return now.flatMap(({ element, until }) => {
    const promised = before.find((one) => one.element === element)?.until;
    return promised !== undefined && until < promised
      ? [`${element} was promised to answer until ${promised}, not ${until} only.`]
      : [];
  });
}

/** The promise without what may be gone: elements whose last day is over, and types that only these led to. */
function withoutExpired(sdl: string, today: string): GraphQLSchema {
  const whole = parse(sdl);
  const drop = ({ directives }: { readonly directives?: readonly DirectiveNode[] }): null | undefined =>
    isExpired(directives ?? [], today) ? null : undefined;
  const kept = visit(whole, { FieldDefinition: drop, InputValueDefinition: drop, EnumValueDefinition: drop });
  const [before, after] = [reachable(build(whole)), reachable(build(kept))];
  return build({
    ...kept,
    definitions: kept.definitions.filter(
      (definition) => !('name' in definition) || !before.has(definition.name!.value) || after.has(definition.name!.value),
    ),
  });
}

function build(document: DocumentNode): GraphQLSchema {
  return buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
}

function isExpired(directives: readonly DirectiveNode[], today: string): boolean {
  const reason = directives.find(({ name }) => name.value === 'deprecated')?.arguments?.[0]?.value;
  const read = reason?.kind === Kind.STRING ? readDeprecation(reason.value) : '';
  return typeof read !== 'string' && isOver(read, today);
}

/** The names of the types that operations lead to. */
function reachable(schema: GraphQLSchema): Set<string> {
  const found = new Set<string>();
  const follow = (type: GraphQLNamedType): void => {
    if (found.has(type.name)) return;
    found.add(type.name);
    if (isUnionType(type)) type.getTypes().forEach(follow);
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(follow);
    if (isInputObjectType(type)) Object.values(type.getFields()).forEach((field) => follow(getNamedType(field.type)));
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    type.getInterfaces().forEach(follow);
    for (const field of Object.values(type.getFields())) {
      follow(getNamedType(field.type));
      field.args.forEach((arg) => follow(getNamedType(arg.type)));
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) if (root) follow(root);
  return found;
}
