// JSON from somebody else's server, who is trusted with neither our time nor our memory.

/** What is asked, and how much of an answer is taken. */
export interface Ask {
  readonly url: string;
  /** A form to be posted; absent: GET. */
  readonly form?: URLSearchParams;
  /** For the whole answer. */
  readonly withinMs: number;
  readonly maxBytes: number;
  /** Gives up earlier. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer of any status. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Asks once, and follows no redirect. @throws Error with a reason that may be shown to operators */
export async function fetchJson({ url, form, withinMs, maxBytes, signal }: Ask): Promise<JsonAnswer> {
  const response = await fetch(url, {
    ...(form && { method: 'POST', body: form }),
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.any([AbortSignal.timeout(withinMs), ...(signal ? [signal] : [])]),
  }).catch((error: unknown) => {
    throw new Error(reasonOf(error, withinMs), { cause: error });
  });
  const text = await textOf(response, maxBytes, withinMs);
  try {
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as unknown };
  } catch {
    throw new Error(`answers ${response.status} with something else than JSON`);
  }
}

async function textOf(response: Response, maxBytes: number, withinMs: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += (chunk as Uint8Array).length;
      // leaving the loop cancels the rest
      if (size > maxBytes) break;
      chunks.push(chunk as Uint8Array);
    }
  } catch (error) {
    throw new Error(reasonOf(error, withinMs), { cause: error });
  }
  if (size > maxBytes) throw new Error(`answers with more than ${maxBytes} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown, withinMs: number): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `does not answer within ${withinMs / 1_000} s`;
  const { code, message } = (cause ?? error) as { code?: string; message: string };
  return `cannot be reached (${code ?? message})`;
}
