// Registered documents at the door: looked up once in two seconds on every node, so that one that is withdrawn is unknown five seconds later.
import { performance } from 'node:perf_hooks';
import { Kind, OperationTypeNode, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { Db } from '../../platform/postgres/pool';
import type { TrustedSource } from '../../platform/http/reader';
import { rootScopes, type Scope } from '../policy';
import { EVERYBODY, textsByHash } from './store';

const REMEMBERED_MS = 2_000;
/** What is not there may be registered any moment, by whoever asks next. */
const MISSED_MS = 500;
const MOST_REMEMBERED = 2_000;
/** What whoever manages access and documents can ask in any words: without that nothing could be put right. */
const MANAGEMENT: ReadonlySet<Scope | null | undefined> = new Set<Scope>(['documents:manage', 'access:manage']);

type Found = Awaited<ReturnType<typeof textsByHash>>;

/** Knows documents by their hashes. */
export class TrustedDocuments implements TrustedSource {
  private readonly found = new Map<string, { readonly texts: Promise<Found>; until: number }>();

  /** @param isRequired only registered documents run. */
  constructor(
    private readonly db: Db,
    readonly isRequired: boolean,
  ) {}

  async textOf(hash: string, client: string): Promise<string | null> {
    const texts = await this.lookUp(hash);
    return texts.find((text) => text.client === client || text.client === EVERYBODY)?.body ?? null;
  }

  isManagement(document: DocumentNode): boolean {
    return document.definitions.every(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        isManagement(definition.selectionSet, definition.operation === OperationTypeNode.MUTATION ? 'Mutation' : 'Query'),
    );
  }

  private lookUp(hash: string): Promise<Found> {
    const now = performance.now();
    const known = this.found.get(hash);
    if (known && known.until > now) return known.texts;
    const texts = textsByHash(this.db, hash);
    // whoever tries hash after hash makes us forget, and no more
    if (this.found.size >= MOST_REMEMBERED) this.found.clear();
    const kept = { texts, until: now + REMEMBERED_MS };
    this.found.set(hash, kept);
    texts.then(
      ({ length }) => (kept.until = length > 0 ? kept.until : now + MISSED_MS),
      () => this.found.delete(hash),
    );
    return texts;
  }
}

function isManagement({ selections }: SelectionSetNode, root: string): boolean {
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const name = selection.name.value;
    return name === '__typename' || MANAGEMENT.has(rootScopes.get(`${root}.${name}`));
  });
}
