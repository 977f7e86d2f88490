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

/** Asks; what is wrong with the whole request is said in one sentence. @throws StartError */
export async function ask<T>({ url, key }: Server, query: string, variables: object = {}): Promise<T> {
  const address = `${url.replace(/\/(graphql\/?)?$/, '')}/graphql`;
  let answer: { data?: T; errors?: readonly { readonly message: string }[] };
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    answer = (await response.json()) as typeof answer;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new StartError(`${address} does not answer: ${cause?.code ?? message}.`, { cause: error });
  }
  if (answer.errors || answer.data == null)
    throw new StartError(
      `${address} refuses: ${answer.errors?.map(({ message }) => message).join(' ') ?? 'it is no such server'}`,
    );
  return answer.data;
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
