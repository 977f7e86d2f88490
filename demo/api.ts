/** Where a server is and the key to speak with it. */
export interface Server {
  /** Of the GraphQL endpoint: http://127.0.0.1:4000/graphql */
  readonly url: string;
  readonly key: string;
}

/** The answer to an operation. */
export interface Answer<T> {
  readonly data: T;
  /** The change log position that the answer's snapshot had: a cursor to go on from. */
  readonly position: string | null;
}

/** An operation that the server refused, or did not answer. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';

  constructor(
    message: string,
    /** `extensions.code` of the first error; null when there was no GraphQL answer. */
    readonly code: string | null,
  ) {
    super(message);
  }
}

/** Sends one operation. @throws RequestFailed */
export type Send = <T>(query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Answer<T>>;

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly position?: string | number | null };
}

const RETRIES = 5;
const RETRY_MS = 400;
const PASSING: ReadonlySet<string | null> = new Set(['UNAVAILABLE', 'RATE_LIMITED', null]);

/** A sender of operations over HTTP. What may be sent again (the server is away or busy) is, a few times. */
export function connect(server: Server): Send {
  return async <T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer<T>> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await post<T>(server, query, variables);
      } catch (error) {
        if (!(error instanceof RequestFailed) || !PASSING.has(error.code) || attempt > RETRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt));
      }
    }
  };
}

async function post<T>(server: Server, query: string, variables: Readonly<Record<string, unknown>>): Promise<Answer<T>> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      authorization: `Bearer ${server.key}`,
    },
    body: JSON.stringify({ query, variables }),
  }).catch((error: Error) => {
    throw new RequestFailed(
      `${server.url} does not answer: ${error.cause instanceof Error ? error.cause.message : error.message}`,
      null,
    );
  });
  const body = await read(response);
  const first = body.errors?.[0];
  if (first) throw new RequestFailed(first.message, first.extensions?.code ?? 'INTERNAL');
  const position = body.extensions?.position;
  return { data: body.data as T, position: position == null ? null : String(position) };
}

async function read(response: Response): Promise<Body> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Body;
  } catch {
    throw new RequestFailed(
      `${response.url} answered ${response.status} without JSON.`,
      response.status >= 500 ? 'UNAVAILABLE' : 'INTERNAL',
    );
  }
}
