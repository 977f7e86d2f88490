import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { Deprecated } from '../graphql/deprecations';
import type { Tracer } from '../trace';

/** Who is asking: what a request brings along. Header names are lower-case. */
export interface Caller {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The payload of `connection_init`; absent over HTTP. */
  readonly connectionParams?: Readonly<Record<string, unknown>>;
  /** The network address it comes from. */
  readonly address?: string;
  readonly operationName?: string;
}

/** An operation about to be executed. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whose budget an operation is charged to, and whose turn it takes. */
export interface Payer {
  readonly name: string;
  /** So many times the usual budget. */
  readonly times: number;
  /** May say what documents there are, and so may always do that. */
  readonly managesDocuments?: boolean;
}

/** What the rest of the product plugs into the server. */
export interface Handlers<C extends object> {
  /** Makes the context of one operation, or of one event of a subscription. What it throws refuses the request. */
  readonly createContext: (caller: Caller) => Promise<C>;
  /** What goes into `extensions` of the answer that this context gave. An operation that was refused has read nothing, and need not. */
  readonly onResponse?: (context: C, isRefused: boolean) => Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Called once when the context is no longer needed. */
  readonly releaseContext?: (context: C) => void | Promise<void>;
  /** Callers of one class are told the same about an event, so it is asked once for all of them; absent: nobody is told what another is. */
  readonly classOf?: (context: C) => string;
  /** Who pays; absent: all are one. */
  readonly payerOf?: (context: C) => Payer;
  /** When whoever asks is not to be believed any more, in epoch milliseconds; null: never by itself. */
  readonly expiryOf?: (context: C) => number | null;
  /** Called when a socket is open: `end` closes it with 4401, whatever it does. Answers what is called when it is closed. */
  readonly onSocket?: (context: C, end: (why: string) => void) => () => void;
  /** Tells a collector of traces; absent or null: there is none. */
  readonly tracer?: Tracer | null;
  /** The clock that `expiryOf` goes by; absent: the machine's. */
  readonly now?: () => number;
  /** What an operation costs beyond being heard, or why it is refused, once it is known to be valid. */
  readonly appraise?: (operation: Operation) => number | GraphQLError;
  /** Notes what an operation uses that is deprecated, once before it is executed; the answer tells the caller of it. */
  readonly noteDeprecated?: (context: C, operation: Operation) => readonly Deprecated[];
}
