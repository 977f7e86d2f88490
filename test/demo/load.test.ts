import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { load } from '../../demo/load';
import { noProgress, showProgress } from '../../demo/progress';

interface Sent {
  readonly query: string;
  readonly variables: { readonly input?: Readonly<Record<string, unknown>> };
}

/** The outside of the product as far as the loader sees it: it accepts everything, and remembers marks and rules. */
class Product {
  readonly sent: { readonly mutation: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  readonly marks: { instance: string; issuedAt: string }[] = [];
  readonly ruled = new Set<string>();
  strangers = 0;
  refuse: ((mutation: string, count: number) => object | null) | null = null;

  answer({ query, variables }: Sent): object {
    if (query.startsWith('query Loaded')) {
      const chief = this.sent.some(({ mutation }) => mutation === 'upsertEmployees') ? { id: 'chief' } : null;
      const totalCount = this.strangers + (chief ? 1 : 0);
      return { data: { chief, credentials: { nodes: this.marks }, employees: { totalCount } }, extensions: { position: 'p7' } };
    }
    if (query.startsWith('query Roles')) {
      const nodes = [...this.ruled].map((code) => ({ code, rule: { version: 1 } }));
      return { data: { roles: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } } };
    }
    const mutation = /\{\s*(\w+)\(input/.exec(query)![1]!;
    const input = variables.input!;
    const refused = this.refuse?.(mutation, this.sent.length);
    if (refused) return { data: { [mutation]: refused } };
    this.sent.push({ mutation, input });
    if (mutation === 'publishRule') this.ruled.add(input['roleCode'] as string);
    for (const item of (input['credentials'] ?? []) as { typeCode: string; instance: string; issuedAt: string }[]) {
      if (item.typeCode === 'SAMPLE-ORGANISATION') this.marks.push({ instance: item.instance, issuedAt: item.issuedAt });
    }
    const items = Object.values(input).find(Array.isArray) ?? [];
    const results = items.map((_, index) => ({ index, outcome: 'APPLIED', refusal: null }));
    return { data: { [mutation]: { cursor: `c${this.sent.length}`, refusal: null, results } } };
  }
}

const NOW = Date.parse('2026-04-10T14:05:00Z');

describe('loading the sample organisation', () => {
  let product: Product;
  let http: HttpServer;
  let server: { url: string; key: string };

  beforeEach(async () => {
    product = new Product();
    http = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end(JSON.stringify(product.answer(JSON.parse(body) as Sent))));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    server = { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, key: 'k' };
  });

  afterEach(() => new Promise((resolve) => http.close(resolve)));

  it('brings definitions before what refers to them, and marks the end', async () => {
    const loaded = await load(server, NOW);
    const order = [...new Set(product.sent.map(({ mutation }) => mutation))];
    expect(order.indexOf('defineCredentialTypes')).toBeLessThan(order.indexOf('publishAwardRule'));
    expect(order.indexOf('defineRoles')).toBeLessThan(order.indexOf('publishRule'));
    expect(order.indexOf('publishAwardRule')).toBeLessThan(order.indexOf('recordCompletions'));
    expect(product.marks.map((mark) => mark.instance)).toEqual(['started', 'awards', 'decisions', 'loaded']);
    expect(loaded).toMatchObject({ wasLoaded: false, cursor: `c${product.sent.length}` });
    expect(loaded.items).toBeGreaterThan(15_000);
  });

  it('does nothing the second time, and finds the instant of the first (B8)', async () => {
    await load(server, NOW);
    const sent = product.sent.length;
    const again = await load(server, NOW + 86_400_000);
    expect(again).toMatchObject({ wasLoaded: true, items: 0, cursor: 'p7' });
    expect(again.organisation.anchor).toBe(NOW);
    expect(product.sent).toHaveLength(sent);
  });

  it('goes on after an interruption with the same requests, and publishes nothing twice', async () => {
    const refused = { cursor: 'x', results: [{ index: 0, outcome: 'REJECTED', refusal: null }] };
    product.refuse = (mutation) => (mutation === 'recordCompletions' ? refused : null);
    await expect(load(server, NOW)).rejects.toThrow('recordCompletions refused 1 of the items of "completions"');
    product.refuse = null;
    const first = [...product.sent];
    await load(server, NOW + 5_000);
    const second = product.sent.slice(first.length);
    expect(second.filter(({ mutation }) => mutation === 'publishRule' || mutation === 'publishAwardRule')).toEqual([]);
    const keyed = (list: typeof first) =>
      new Map(list.flatMap(({ input }) => (input['idempotencyKey'] ? [[input['idempotencyKey'], input]] : [])));
    for (const [key, input] of keyed(first))
      if (!String(key).startsWith('sample/mark')) expect(keyed(second).get(key)).toEqual(input);
    expect(product.marks.at(-1)).toEqual({ instance: 'loaded', issuedAt: new Date(NOW).toISOString() });
  });

  it('fails loudly, with the words of the first refusals', async () => {
    const refusal = { code: 'UNKNOWN_CREDENTIAL_TYPE', message: 'Define it first.', path: ['rule', 'holds'] };
    product.refuse = (mutation) => (mutation === 'publishRule' ? { cursor: null, refusal } : null);
    await expect(load(server, NOW)).rejects.toThrow('UNKNOWN_CREDENTIAL_TYPE at rule.holds: Define it first.');
    product.refuse = null;
    expect(product.marks.map((mark) => mark.instance)).not.toContain('loaded');
  });

  it('leaves a database of other people alone', async () => {
    product.strangers = 3;
    await expect(load(server, NOW)).rejects.toThrow('holds 3 people who are not of the sample organisation');
    expect(product.sent).toEqual([]);
  });

  it('stops between two requests when it is told to', async () => {
    const ending = new AbortController();
    product.refuse = (_, count) => {
      if (count === 5) ending.abort();
      return null;
    };
    await expect(load(server, NOW, noProgress, ending.signal)).rejects.toThrow('the next run goes on with it');
    expect(product.sent.length).toBeLessThan(10);
  });

  it('shows one plain line per step where there is no terminal', async () => {
    let text = '';
    const out = { write: (part: string) => (text += part) } as unknown as NodeJS.WritableStream;
    await load(server, NOW, showProgress(out));
    expect(text.trim().split('\n').length).toBe(13);
    expect(text).toMatch(/100% {2}suspensions and revocations\n$/);
  });
});
