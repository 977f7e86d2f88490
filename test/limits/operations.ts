// Operations made up from the schema: right in most of their parts, and wrong in some.
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { Chance } from '../kit/seeded';
import { jsonOf, literalOf, type OddValues, Word } from './odd-values';

/** An operation, and the body of a request that asks for it. */
export interface MadeUp {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly field: string;
  readonly query: string;
  readonly body: string;
}

/** How much is wrong in an operation: most have to be right for what is behind them to be reached. */
const WRONG_PERCENTS = [0, 0, 0, 1, 4, 12];
const DEEPEST_INPUT = 6;

/** Makes operations up. */
export class Operations {
  private wrong = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly chance: Chance,
    private readonly values: OddValues,
  ) {}

  /** One for a field of a root type, such as Query. */
  of(kind: MadeUp['kind'], field: GraphQLField<unknown, unknown>): MadeUp {
    const { chance } = this;
    this.wrong = chance.pick(WRONG_PERCENTS);
    this.values.isCalm = this.wrong === 0;
    const variables = new Map<string, { readonly type: string; readonly value: unknown }>();
    const args = this.chosen(field.args, 60).map((arg) => {
      const value = this.value(arg.type, 0);
      if (chance.percent(40)) return `${arg.name}: ${literalOf(value)}`;
      const name = `v${variables.size}`;
      const type = chance.percent(this.wrong) ? chance.pick(['Int', 'String!', '[ID]', 'Nothing']) : String(arg.type);
      variables.set(name, { type, value });
      return `${arg.name}: $${name}`;
    });
    const declared = [...variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ');
    const selected = `${this.nearly(field.name)}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.selection(getNamedType(field.type), 3)}`;
    const query = `${kind} M${declared ? `(${declared})` : ''} { ${selected} }`;
    const given = [...variables].map(([name, { value }]) => `"${name}":${jsonOf(value)}`).join();
    return { kind, field: field.name, query, body: `{"query":${JSON.stringify(query)},"variables":{${given}}}` };
  }

  private selection(type: GraphQLNamedType, depth: number): string {
    const { chance } = this;
    if (!isCompositeType(type)) return chance.percent(this.wrong / 4) ? ' { id }' : '';
    const possible = isAbstractType(type) ? chance.pick(this.schema.getPossibleTypes(type)) : type;
    const fields = Object.values(possible.getFields()).filter(
      (field) => isLeafType(getNamedType(field.type)) || (depth > 0 && chance.percent(60)),
    );
    const some = Array.from({ length: chance.int(1, 4) }, () => (fields.length > 0 ? chance.pick(fields) : null));
    const asked = some.flatMap((field, i) => (field === null ? [] : [this.fieldOf(field, depth, i)]));
    const all = ['__typename', ...asked].join(' ');
    return ` { ${possible === type ? all : `... on ${possible.name} { ${all} }`} }`;
  }

  private fieldOf(field: GraphQLField<unknown, unknown>, depth: number, place: number): string {
    const args = this.chosen(field.args, 25).map((arg) => `${arg.name}: ${literalOf(this.value(arg.type, 1))}`);
    const called = args.length > 0 ? `(${args.join(', ')})` : '';
    return `a${place}${depth}: ${this.nearly(field.name)}${called}${this.selection(getNamedType(field.type), depth - 1)}`;
  }

  private chosen(args: readonly GraphQLArgument[], percent: number): readonly GraphQLArgument[] {
    const { chance } = this;
    return args.filter(({ type }) => (isNonNullType(type) ? !chance.percent(this.wrong / 4) : chance.percent(percent)));
  }

  private nearly(name: string): string {
    return this.chance.percent(this.wrong / 4) ? name.slice(0, -1) : name;
  }

  private value(type: GraphQLInputType, depth: number): unknown {
    const { chance, values } = this;
    if (chance.percent(this.wrong)) return values.wrong();
    if (isNonNullType(type)) return this.value(type.ofType, depth);
    if (chance.percent(5)) return null;
    if (isListType(type)) {
      const length = chance.percent(2) ? 30 : chance.int(depth > DEEPEST_INPUT ? 0 : 1, depth > DEEPEST_INPUT ? 0 : 3);
      return Array.from({ length }, () => this.value(type.ofType, depth + 1));
    }
    if (isEnumType(type)) return new Word(chance.percent(this.wrong) ? 'NOPE' : chance.pick(type.getValues()).name);
    if (!isInputObjectType(type)) return values.scalar(type.name);
    const fields = Object.values(type.getFields());
    if (type.isOneOf && !chance.percent(this.wrong)) {
      const leaves = fields.filter((field) => !this.leadsOn(field.type));
      const field = chance.pick(depth >= DEEPEST_INPUT && leaves.length > 0 ? leaves : fields);
      return { [field.name]: this.value(field.type, depth + 1) };
    }
    const given = fields.filter((field) =>
      isNonNullType(field.type) ? !chance.percent(this.wrong / 4) : depth < DEEPEST_INPUT && chance.percent(30),
    );
    return Object.fromEntries(given.map((field) => [field.name, this.value(field.type, depth + 1)]));
  }

  private leadsOn(type: GraphQLInputType): boolean {
    return isInputObjectType(getNamedType(type));
  }
}

/** The fields of a root type with what kind of operation asks for them. */
export function rootFields(schema: GraphQLSchema): (readonly [MadeUp['kind'], GraphQLField<unknown, unknown>])[] {
  const kinds = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() };
  return Object.entries(kinds).flatMap(([kind, type]) =>
    isObjectType(type) ? Object.values(type.getFields()).map((field) => [kind as MadeUp['kind'], field] as const) : [],
  );
}
