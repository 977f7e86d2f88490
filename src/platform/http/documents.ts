// What a request asks in GraphQL's words: parsed, within the limits and valid, or what is wrong with it. The same over HTTP and WebSocket.
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { problem } from '../graphql/errors';
import { exceededLimits, LIMITS } from './limits';
import { conditionalRoots } from './subscription-root';

/** Whoever comes back asks in the same words, and a thousand come back at once. */
const KEPT = 200;
const LONGEST_KEPT = 10_000;
/** Mistakes that are told at once: whoever made more finds the others when these are mended. */
export const MOST_MISTAKES = 5;

/** What the documents are of. */
export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
}

/** Reads documents, each once while it is among the last that were asked for. */
export class Documents {
  readonly #valid = new Map<string, DocumentNode>();

  constructor(private readonly options: DocumentsOptions) {}

  /** The document, or what is wrong with it; what is too much has its code already. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const hash = sha256(text);
    const document = this.#valid.get(hash) ?? readDocument(text, this.options);
    if (isDocument(document)) this.#keep(hash, text, document);
    return document;
  }

  /** A document that was found valid before, by the SHA-256 of its text. */
  known(hash: string): DocumentNode | undefined {
    return this.#valid.get(hash);
  }

  #keep(hash: string, text: string, document: DocumentNode): void {
    if (text.length > LONGEST_KEPT) return;
    // the one asked for last is the last to go
    this.#valid.delete(hash);
    this.#valid.set(hash, document);
    if (this.#valid.size <= KEPT) return;
    const [oldest] = this.#valid.keys();
    this.#valid.delete(oldest!);
  }
}

/** A document, or what is wrong with it. */
export function readDocument(text: string, { schema, introspection }: DocumentsOptions): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // the parser has no other way to say that it gave up
    const isTooLong = /Document contains more tha[nt] \d+ tokens/.test(error.message);
    return [isTooLong ? problem('QUERY_TOO_EXPENSIVE', `The document has more than ${LIMITS.tokens} tokens: split it.`) : error];
  }
  const exceeded = exceededLimits(document);
  if (exceeded.length > 0) return exceeded;
  const conditional = conditionalRoots(document);
  if (conditional.length > 0) return conditional.slice(0, MOST_MISTAKES);
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules, { maxErrors: MOST_MISTAKES, hideSuggestions: !introspection });
  return errors.length > 0 ? errors : document;
}

/** Tells a document from what is wrong with one. */
export function isDocument(read: DocumentNode | readonly GraphQLError[]): read is DocumentNode {
  return 'kind' in read;
}

/** The SHA-256 of a text, in hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
