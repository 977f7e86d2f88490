// Registered documents at the door: looked up once in two seconds on every node, so that one that is withdrawn is unknown five seconds later.
import {
  getNamedType,
  isCompositeType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Db } from '../../platform/postgres/pool';
import { Remembered } from '../../platform/remembered';
import type { TrustedSource } from '../../platform/http/reader';
import { rootScopes, scopeOfType, type Scope } from '../policy';
import { EVERYBODY, textsByHash } from './store';

const REMEMBERED_MS = 2_000;
/** What is not there may be registered any moment, by whoever asks next. */
const MISSED_MS = 500;
/** What whoever manages access and documents can ask in any words: without that nothing could be put right. */
const MANAGEMENT: ReadonlySet<Scope | null | undefined> = new Set<Scope>(['documents:manage', 'access:manage']);

type Found = Awaited<ReturnType<typeof textsByHash>>;

/** Knows documents by their hashes. */
export class TrustedDocuments implements TrustedSource {
  private readonly found = new Remembered<Found>({
    forMs: REMEMBERED_MS,
    most: 2_000,
    lastsMs: ({ length }) => (length > 0 ? REMEMBERED_MS : MISSED_MS),
  });

  /** @param isRequired only registered documents run. */
  constructor(
    private readonly db: Db,
    readonly isRequired: boolean,
    private readonly schema: GraphQLSchema,
  ) {}

  async textOf(hash: string, client: string): Promise<string | null> {
    const texts = await this.found.get(hash, () => textsByHash(this.db, hash));
    return texts.find((text) => text.client === client || text.client === EVERYBODY)?.body ?? null;
  }

  isManagement(document: DocumentNode): boolean {
    const isOperations = document.definitions.every(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION && isOfFields(definition.selectionSet),
    );
    return isOperations && this.asksForManagementOnly(document);
  }

  /** No field leads on to what takes another scope, such as the people that access is given to. */
  private asksForManagementOnly(document: DocumentNode): boolean {
    const types = new TypeInfo(this.schema);
    const strange: string[] = [];
    const enter = ({ name }: FieldNode): void => {
      const [parent, type] = [types.getParentType()?.name ?? '', getNamedType(types.getType())];
      const isRoot = parent === 'Query' || parent === 'Mutation' || parent === 'Subscription';
      const below = isCompositeType(type) ? scopeOfType(type.name) : null;
      const scope = isRoot ? rootScopes.get(`${parent}.${name.value}`) : below;
      const isFine = name.value === '__typename' || MANAGEMENT.has(scope) || (!isRoot && scope === null);
      if (!isFine) strange.push(name.value);
    };
    visit(document, visitWithTypeInfo(types, { Field: { enter } }));
    return strange.length === 0;
  }
}

function isOfFields({ selections }: SelectionSetNode): boolean {
  return selections.every(({ kind }) => kind === Kind.FIELD);
}
