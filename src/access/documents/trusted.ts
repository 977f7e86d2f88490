// Registered documents at the door: looked up once in two seconds on every node, so that one that is withdrawn is unknown five seconds later.
import { Kind, OperationTypeNode, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { Db } from '../../platform/postgres/pool';
import { Remembered } from '../../platform/remembered';
import type { TrustedSource } from '../../platform/http/reader';
import { rootScopes, type Scope } from '../policy';
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
  ) {}

  async textOf(hash: string, client: string): Promise<string | null> {
    const texts = await this.found.get(hash, () => textsByHash(this.db, hash));
    return texts.find((text) => text.client === client || text.client === EVERYBODY)?.body ?? null;
  }

  isManagement(document: DocumentNode): boolean {
    return document.definitions.every(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        isManagement(definition.selectionSet, definition.operation === OperationTypeNode.MUTATION ? 'Mutation' : 'Query'),
    );
  }
}

function isManagement({ selections }: SelectionSetNode, root: string): boolean {
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const name = selection.name.value;
    return name === '__typename' || MANAGEMENT.has(rootScopes.get(`${root}.${name}`));
  });
}
