// Which document a request asks for: it says it, or names one that is registered.
import { type GraphQLError, type DocumentNode } from 'graphql';
import { badInput, problem } from '../graphql/errors';
import type { Payer } from './context';
import { isDocument, sha256, type Documents } from './documents';

/** Documents that clients may name instead of sending them. */
export interface TrustedSource {
  /** No other documents run. */
  readonly isRequired: boolean;
  /** The text with this SHA-256 that a client may send; null: none. */
  textOf(hash: string, client: string): Promise<string | null>;
  /** Whether a document only does what has to be possible whatever is registered. */
  isManagement(document: DocumentNode): boolean;
}

/** What a request says of its document. */
export interface AskedDocument {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** A document that may be executed. */
export interface Read {
  readonly text: string;
  readonly document: DocumentNode;
}

const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/;

/** Finds the documents of requests. */
export class Reader {
  constructor(
    private readonly documents: Documents,
    private readonly trusted: TrustedSource | null,
  ) {}

  /**
   * The document of a request, what is wrong with it, or null when it says nothing of one.
   * @throws GraphQLError when it names one that is not there, or that whoever asks may not send
   */
  async read(asked: AskedDocument, payer: Payer): Promise<Read | readonly GraphQLError[] | null> {
    const given = typeof asked.query === 'string' && asked.query !== '' ? asked.query : null;
    const id = namedDocument(asked);
    if (given === null) return id === null ? null : this.readNamed(id, payer, asked);
    if (id !== null && SHA256.exec(id)?.[1] !== sha256(given))
      throw badInput('The hash is not that of the document that is sent along: send one of them.');
    return this.trusted?.isRequired ? this.readRegistered(given, payer) : this.readText(given);
  }

  private async readNamed(
    id: string,
    payer: Payer,
    { documentId }: AskedDocument,
  ): Promise<Read | readonly GraphQLError[] | null> {
    const hash = SHA256.exec(id)?.[1];
    const text = hash === undefined ? null : ((await this.trusted?.textOf(hash, payer.name)) ?? null);
    if (text !== null) return this.readText(text);
    // clients of Apollo ask whether documents can be named before they send one, and take this for a no
    if (documentId === undefined && !this.trusted?.isRequired) return null;
    const message =
      'No document of this id is registered for you: have it registered, or send the document itself where that is allowed.';
    throw problem('DOCUMENT_NOT_TRUSTED', message);
  }

  private async readRegistered(text: string, payer: Payer): Promise<Read | readonly GraphQLError[]> {
    if ((await this.trusted!.textOf(sha256(text), payer.name)) !== null) return this.readText(text);
    const read = payer.managesDocuments ? this.readText(text) : [];
    if ('document' in read && this.trusted!.isManagement(read.document)) return read;
    throw problem(
      'DOCUMENT_NOT_TRUSTED',
      'Only registered documents run here, and this is none of them: have it registered (`registerDocuments`).',
    );
  }

  private readText(text: string): Read | readonly GraphQLError[] {
    const document = this.documents.read(text);
    return isDocument(document) ? { text, document } : document;
  }
}

/** The id of the document that a request names, as persisted documents of GraphQL over HTTP are named, or as Apollo's clients do. */
export function namedDocument({ documentId, extensions }: AskedDocument): string | null {
  if (typeof documentId === 'string') return documentId;
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
  return typeof persistedQuery?.sha256Hash === 'string' ? persistedQuery.sha256Hash : null;
}
