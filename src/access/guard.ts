// The matrix at work: every way into something that takes a scope asks for it, over HTTP, in subscriptions and along every edge.
import {
  defaultFieldResolver,
  defaultTypeResolver,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { Actor } from '../platform/context';
import { problem } from '../platform/graphql/errors';
import { isAllowed, rootScopes, scopeOfType, type Scope } from './policy';

interface Asking {
  readonly actor: Actor;
}

/** Refuses what somebody may not do. @throws FORBIDDEN */
export function demand(actor: Actor, scope: Scope): void {
  if (isAllowed(actor, scope)) return;
  throw problem('FORBIDDEN', `This takes the scope ${scope}, which your key or token does not have: ask whoever manages access.`);
}

/**
 * Puts the matrix into a schema. A field asks when it leads from what takes one scope, or none, to what takes another: within the graph nothing
 * is asked twice.
 * @throws Error when the matrix says nothing of a root field or of a type: nobody has thought about who may see it.
 */
export function guard(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isInterfaceType(type)) {
      const resolveType = type.resolveType ?? defaultTypeResolver;
      type.resolveType = (value, context: Asking, info, abstract) => {
        const check = (name: string | undefined): string | undefined => {
          const scope = name === undefined ? null : scopeOfType(name);
          if (scope) demand(context.actor, scope);
          return name;
        };
        const name = resolveType(value, context, info, abstract);
        return typeof name === 'string' || name === undefined ? check(name) : name.then(check);
      };
    }
    if (!isObjectType(type)) continue;
    const isRoot = roots.includes(type);
    const own = isRoot ? null : known(scopeOfType(type.name), type.name);
    for (const field of Object.values(type.getFields())) {
      const scopes = new Set<Scope>();
      const root = isRoot ? known(rootScopes.get(`${type.name}.${field.name}`), `${type.name}.${field.name}`) : null;
      if (root !== null) scopes.add(root);
      const result = getNamedType(field.type);
      const below = isObjectType(result) || isAbstractType(result) ? known(scopeOfType(result.name), result.name) : null;
      if (below !== null && below !== own) scopes.add(below);
      if (scopes.size > 0) ask(field, [...scopes]);
    }
  }
}

function known<T>(scope: T | undefined, what: string): T {
  if (scope === undefined) throw new Error(`${what} takes no scope yet: say in src/access/policy.ts who may see it`);
  return scope;
}

function ask(field: GraphQLField<unknown, unknown>, scopes: readonly Scope[]): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  const demandAll = (context: unknown): void => {
    for (const scope of scopes) demand((context as Asking).actor, scope);
  };
  field.resolve = (source, args, context, info) => {
    demandAll(context);
    return resolve(source, args, context, info);
  };
  if (!subscribe) return;
  field.subscribe = (source, args, context, info) => {
    demandAll(context);
    return subscribe(source, args, context, info);
  };
}
