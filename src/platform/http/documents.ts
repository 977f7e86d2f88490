// Documents that were found valid before: whoever comes back asks in the same words, and a thousand come back at once.
import { type GraphQLError, parse, type DocumentNode } from 'graphql';
import { LIMITS } from './limits';

const KEPT = 200;
const LONGEST = 10_000;

/** Parses and validates, once for the same text while it is among the last that were asked for. */
export class Documents {
  readonly #valid = new Map<string, DocumentNode>();

  /** @param validate what is wrong with a document; nothing when it is valid. */
  constructor(private readonly validate: (document: DocumentNode) => readonly GraphQLError[]) {}

  /** The document, or what is wrong with it; throws a GraphQLError when it is none. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.#valid.get(text);
    const document = known ?? parse(text, { maxTokens: LIMITS.tokens });
    const errors = known ? [] : this.validate(document);
    if (errors.length > 0) return errors;
    this.#keep(text, document);
    return document;
  }

  #keep(text: string, document: DocumentNode): void {
    if (text.length > LONGEST) return;
    // the one asked for last is the last to go
    this.#valid.delete(text);
    this.#valid.set(text, document);
    if (this.#valid.size <= KEPT) return;
    const [oldest] = this.#valid.keys();
    this.#valid.delete(oldest!);
  }
}
