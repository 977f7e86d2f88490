// What of the schema is deprecated, and which of it an operation uses.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { readDeprecation, type Deprecation } from '../../core/deprecation';
import type { Operation } from '../http/context';

/** Something of the schema that is deprecated. */
export interface Deprecated extends Deprecation {
  /** Its schema coordinate: `Type.field`, `Type.field(argument:)`, `Enum.VALUE`. */
  readonly element: string;
}

/** What one operation of a document uses, whatever its variables are; and the variables in which more may be. */
interface Uses {
  readonly always: readonly Deprecated[];
  readonly variables: readonly { readonly name: string; readonly type: GraphQLInputType }[];
}

/** Knows what is deprecated. A document is looked through once, however often it is sent. */
export class Deprecations {
  /** Everything that is deprecated, by element. */
  readonly all: readonly Deprecated[];
  readonly #byDefinition: ReadonlyMap<object, Deprecated>;
  /** Input types in whose values something deprecated may be. */
  readonly #inputs: ReadonlySet<object>;
  readonly #known = new WeakMap<DocumentNode, Map<string, Uses>>();

  /** @throws Error when a reason does not say since when and until when. */
  constructor(private readonly schema: GraphQLSchema) {
    this.#byDefinition = deprecatedIn(schema);
    this.all = [...this.#byDefinition.values()].sort((a, b) => (a.element < b.element ? -1 : 1));
    this.#inputs = inputsWith(schema, this.#byDefinition);
  }

  /** What an operation uses that is deprecated. */
  usedBy({ document, operationName, variables }: Omit<Operation, 'schema'>): readonly Deprecated[] {
    if (this.all.length === 0) return this.all;
    const uses = this.#usesOf(document, operationName ?? '');
    const given = uses.variables.filter(({ name }) => variables[name] != null);
    if (given.length === 0) return uses.always;
    const used = new Set(uses.always);
    for (const { name, type } of given) this.#collect(variables[name], type, used);
    return [...used];
  }

  #usesOf(document: DocumentNode, operationName: string): Uses {
    let known = this.#known.get(document);
    if (!known) this.#known.set(document, (known = new Map<string, Uses>()));
    let uses = known.get(operationName);
    if (!uses) known.set(operationName, (uses = this.#look(document, operationName)));
    return uses;
  }

  #look(document: DocumentNode, operationName: string): Uses {
    const operations = separateOperations(document);
    const operation = operations[operationName] ?? Object.values(operations)[0];
    if (!operation) return { always: [], variables: [] };
    const always = new Set<Deprecated>();
    const variables: { name: string; type: GraphQLInputType }[] = [];
    const add = (definition: object | null | undefined): void => this.#add(definition, always);
    const at = new TypeInfo(this.schema);
    visit(
      operation,
      visitWithTypeInfo(at, {
        Field: () => add(at.getFieldDef()),
        Argument: () => add(at.getArgument()),
        EnumValue: () => add(at.getEnumValue()),
        ObjectField: ({ name }) => {
          const parent = getNamedType(at.getParentInputType());
          if (isInputObjectType(parent)) add(parent.getFields()[name.value]);
        },
        VariableDefinition: ({ variable }) => {
          const type = at.getInputType();
          if (type && this.#inputs.has(getNamedType(type))) variables.push({ name: variable.name.value, type });
        },
      }),
    );
    return { always: [...always], variables };
  }

  #collect(value: unknown, type: GraphQLInputType, used: Set<Deprecated>): void {
    if (value == null) return;
    if (isNonNullType(type)) return this.#collect(value, type.ofType, used);
    if (isListType(type)) {
      for (const member of Array.isArray(value) ? value : [value]) this.#collect(member, type.ofType, used);
      return;
    }
    if (isEnumType(type)) return typeof value === 'string' ? this.#add(type.getValue(value), used) : undefined;
    if (!isInputObjectType(type) || typeof value !== 'object' || !this.#inputs.has(type)) return;
    const fields = type.getFields();
    for (const [name, member] of Object.entries(value)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field) continue;
      this.#add(field, used);
      this.#collect(member, field.type, used);
    }
  }

  #add(definition: object | null | undefined, used: Set<Deprecated>): void {
    const found = definition && this.#byDefinition.get(definition);
    if (found) used.add(found);
  }
}

function deprecatedIn(schema: GraphQLSchema): Map<object, Deprecated> {
  const found = new Map<object, Deprecated>();
  const look = (definition: { readonly deprecationReason?: string | null }, element: string): void => {
    if (definition.deprecationReason == null) return;
    const read = readDeprecation(definition.deprecationReason);
    if (typeof read === 'string') throw new Error(`${element} is deprecated: its reason ${read}`);
    found.set(definition, { element, ...read });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isEnumType(type)) for (const value of type.getValues()) look(value, `${type.name}.${value.name}`);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) look(field, `${type.name}.${field.name}`);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      look(field, `${type.name}.${field.name}`);
      for (const arg of field.args) look(arg, `${type.name}.${field.name}(${arg.name}:)`);
    }
  }
  return found;
}

/** The enums and input objects that have something deprecated, and the input objects that lead to one. */
function inputsWith(schema: GraphQLSchema, deprecated: ReadonlyMap<object, Deprecated>): Set<object> {
  const found = new Set<object>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const type of Object.values(schema.getTypeMap())) {
      if (isEnumType(type) && type.getValues().some((value) => deprecated.has(value))) found.add(type);
      if (!isInputObjectType(type)) continue;
      const fields = Object.values(type.getFields());
      if (fields.some((field) => deprecated.has(field) || found.has(getNamedType(field.type)))) found.add(type);
    }
  }
  return found;
}
