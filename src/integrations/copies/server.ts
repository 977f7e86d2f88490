// Another server of this kind, over its public API.
import { StartError } from '../../platform/start-error';

/** Where a server is, and the key that opens it. */
export interface Server {
  /** Such as https://graph.example; `/graphql` is added. */
  readonly url: string;
  readonly key: string;
}

/** What a refusal says. */
export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** One definition, as `definitions` tells it. */
export interface Told {
  readonly key: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const ANSWER_WITHIN_MS = 10 * 60_000;
const PAGE = 200;
const MOST_ASKED = 30;

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly retryAfter?: unknown } }[];
}

/** Asks; what is wrong with the whole request is said in one sentence. A server that says when to come back is asked again then. @throws StartError */
export async function ask<T>(server: Server, query: string, variables: object = {}): Promise<T> {
  const address = `${server.url.replace(/\/(graphql\/?)?$/, '')}/graphql`;
  for (let asked = 1; ; asked++) {
    const { data, errors } = await post<T>(address, server.key, { query, variables });
    const pause = errors?.[0]?.extensions?.retryAfter;
    if (typeof pause === 'number' && asked < MOST_ASKED) {
      // nothing of it was done
      await new Promise((resolve) => setTimeout(resolve, pause * 1_000));
      continue;
    }
    if (!errors && data != null) return data;
    throw new StartError(`${address} refuses: ${errors?.map(({ message }) => message).join(' ') ?? 'it is no such server'}`);
  }
}

async function post<T>(address: string, key: string, body: object): Promise<Answer<T>> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return (await response.json()) as Answer<T>;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new StartError(`${address} does not answer: ${cause?.code ?? message}.`, { cause: error });
  }
}

/** The name of a server's environment. */
export async function environmentOf(server: Server): Promise<string | null> {
  return (await ask<{ environment: string | null }>(server, '{ environment }')).environment;
}

/** Everything of a sort that is defined there. */
export async function definitionsOf(server: Server, sort: string): Promise<Told[]> {
  const found: Told[] = [];
  for (let after: string | null = null; ;) {
    const page: Page = await ask<Page>(
      server,
      `query ($of: DefinitionSort!, $first: Int, $after: String) {
        definitions(of: $of, first: $first, after: $after) { nodes { key input } pageInfo { hasNextPage endCursor } }
      }`,
      { of: sort, first: PAGE, after },
    );
    found.push(...page.definitions.nodes);
    if (!page.definitions.pageInfo.hasNextPage) return found;
    after = page.definitions.pageInfo.endCursor;
  }
}

interface Page {
  readonly definitions: {
    readonly nodes: readonly Told[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
