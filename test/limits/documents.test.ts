// Documents that clients name instead of sending them, and a server on which no others run.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../src/platform/http/documents';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { openSocket, overHttp, overSocket, type Payload, type PlainSocket, type Way } from './ways';

const COUNT = 'query Count($d: [String!]) { employees(filter: { department: $d }) { totalCount } }';
const OTHER = '{ roles { totalCount } }';
const FEED = 'subscription { changed { position } }';
const REGISTER =
  'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documentIds refusal { code path } } }';
const id = (text: string): string => `sha256:${sha256(text)}`;

describe('registered documents', () => {
  let database: TestDatabase;
  let open: TestApp;
  let strict: TestApp;
  const keys = new Map<string, string>();
  const sockets: PlainSocket[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    open = await startTestApp({ databaseUrl: database.url });
    strict = await startTestApp({ databaseUrl: database.url, env: { TRUSTED_DOCUMENTS: 'required' } });
    for (const [name, ...scopes] of [
      ['hr', 'graph:read'],
      ['talent', 'graph:read'],
      ['ci', 'documents:manage', 'graph:read'],
    ]) {
      const { createApiKey } = await open.query('mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret } }', {
        i: { name, scopes },
      });
      keys.set(name!, createApiKey.secret);
    }
  });

  afterAll(async () => {
    for (const { socket } of sockets) socket.terminate();
    await strict.stop();
    await open.stop();
    await database.drop();
  });

  const register = async (documents: readonly object[], client: string | null = null, key = 'ci'): Promise<any> => {
    const { body } = await overHttp(strict.url, keys.get(key))({ query: REGISTER, variables: { input: { client, documents } } });
    return body.data?.registerDocuments ?? body.errors![0]!.extensions;
  };
  const socketOf = async (server: TestApp, key: string): Promise<Way> => {
    const plain = await overSocket(server.url, keys.get(key) ?? key);
    sockets.push(plain);
    return plain.way;
  };
  const outcome = async (way: Way, payload: Payload): Promise<string> => {
    const { body } = await way(payload);
    return body.errors ? body.errors[0]!.extensions.code : JSON.stringify(body.data);
  };
  const ANSWERED = '{"employees":{"totalCount":0}}';

  it('have the ids of GraphQL over HTTP', () => {
    expect(id('query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}')).toBe(
      'sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e',
    );
  });

  it('are registered by whoever manages documents, and refused when they could not be sent', async () => {
    expect(await register([{ name: 'count', text: COUNT }], 'hr')).toEqual({ documentIds: [id(COUNT)], refusal: null });
    expect(await register([{ name: 'again', text: COUNT }], 'hr')).toEqual({ documentIds: [id(COUNT)], refusal: null });
    const refused = async (...documents: readonly object[]) => (await register(documents)).refusal;
    expect(await refused()).toEqual({ code: 'DOCUMENT_COUNT_INVALID', path: ['documents'] });
    expect(await refused({ name: ' ', text: COUNT })).toEqual({
      code: 'DOCUMENT_NAME_INVALID',
      path: ['documents', '0', 'name'],
    });
    expect(await refused({ name: 'a', text: COUNT }, { name: 'b', text: '{ nonsense }' })).toEqual({
      code: 'DOCUMENT_INVALID',
      path: ['documents', '1', 'text'],
    });
    expect(await refused({ name: 'deep', text: `{${'roles{nodes{'.repeat(9)}code${'}'.repeat(19)}` })).toMatchObject({
      code: 'DOCUMENT_INVALID',
    });
    expect(await refused({ name: 'a', text: `${COUNT} # \u0000` })).toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect((await register([{ name: 'a', text: COUNT }], 'nobody')).refusal).toEqual({ code: 'KEY_NOT_FOUND', path: ['client'] });
    expect(await register([{ name: 'a', text: COUNT }], null, 'hr')).toMatchObject({ code: 'DOCUMENT_NOT_TRUSTED' });
    const { trustedDocuments } = await open.query(
      '{ trustedDocuments(client: "hr") { totalCount nodes { id name client text registeredBy } } }',
    );
    expect(trustedDocuments).toEqual({
      totalCount: 1,
      nodes: [{ id: id(COUNT), name: 'count', client: 'hr', text: COUNT, registeredBy: 'key:ci' }],
    });
  });

  describe.each(['open', 'strict'] as const)('on a server that is %s', (which) => {
    const server = (): TestApp => (which === 'open' ? open : strict);

    it('run by their id or as Apollo names them, over HTTP and WebSocket, for the client they are of', async () => {
      for (const way of [overHttp(server().url, keys.get('hr')), await socketOf(server(), 'hr')]) {
        const variables = { d: ['ER'] };
        expect(await outcome(way, { documentId: id(COUNT), variables })).toBe(ANSWERED);
        expect(await outcome(way, { documentId: sha256(COUNT), operationName: 'Count' })).toBe(ANSWERED);
        expect(await outcome(way, { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(COUNT) } } })).toBe(ANSWERED);
        expect(await outcome(way, { query: COUNT, variables })).toBe(ANSWERED);
        const both = { query: COUNT, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(COUNT) } } };
        expect(await outcome(way, both)).toBe(ANSWERED);
        expect(await outcome(way, { query: COUNT, documentId: id(OTHER) })).toBe('BAD_USER_INPUT');
        for (const documentId of [id(OTHER), 'sha256:', 'x-other:abc', '', "sha256:' OR 1=1 --"])
          expect([documentId, await outcome(way, { documentId })]).toEqual([documentId, 'DOCUMENT_NOT_TRUSTED']);
      }
      const talent = overHttp(server().url, keys.get('talent'));
      expect(await outcome(talent, { documentId: id(COUNT) })).toBe('DOCUMENT_NOT_TRUSTED');
      const search = new URLSearchParams({ documentId: id(COUNT), variables: '{"d":["ER"]}' });
      const headers = { authorization: `Bearer ${keys.get('hr')}`, 'apollo-require-preflight': 'true' };
      const got = await fetch(`${server().url}/graphql?${search.toString()}`, { headers });
      expect([got.status, ((await got.json()) as { data: unknown }).data]).toEqual([200, JSON.parse(ANSWERED)]);
    });
  });

  it('are all that runs where they are required, over HTTP and WebSocket', async () => {
    const unregistered: Payload[] = [
      { query: OTHER },
      { query: `${COUNT} ` },
      { query: FEED },
      { query: '{ __schema { types { name } } }' },
    ];
    for (const key of ['hr', 'ci', KEY]) {
      for (const way of [overHttp(strict.url, keys.get(key) ?? key), await socketOf(strict, key)]) {
        for (const payload of unregistered) expect([key, await outcome(way, payload)]).toEqual([key, 'DOCUMENT_NOT_TRUSTED']);
        expect(await outcome(way, { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(OTHER) } } })).toBe(
          'DOCUMENT_NOT_TRUSTED',
        );
      }
    }
    expect(await outcome(overHttp(open.url, keys.get('hr')), { query: OTHER })).toBe('{"roles":{"totalCount":0}}');
  });

  it('never keep anybody from managing access and documents, and nothing hides behind that', async () => {
    const admin = overHttp(strict.url);
    expect(await outcome(admin, { query: '{ apiKeys { name } trustedDocuments { totalCount } __typename }' })).toContain(
      '"name":"hr"',
    );
    for (const query of [
      '{ apiKeys { name } employees { totalCount } }',
      '{ accessAssignments(first: 3) { nodes { employee { externalId } } } }',
      '{ ...A } fragment A on Query { apiKeys { name } }',
      'query A { apiKeys { name } } query B { roles { totalCount } }',
    ])
      expect([query, await outcome(admin, { query, operationName: 'A' })]).toEqual([query, 'DOCUMENT_NOT_TRUSTED']);
    expect(await outcome(overHttp(strict.url, keys.get('hr')), { query: '{ apiKeys { name } }' })).toBe('DOCUMENT_NOT_TRUSTED');
  });

  it('of everybody are everybody’s, subscriptions too, and gone within five seconds of being withdrawn', async () => {
    expect(
      (
        await register([
          { name: 'feed', text: FEED },
          { name: 'other', text: OTHER },
        ])
      ).refusal,
    ).toBeNull();
    // for as long as it was not there, it is remembered
    const unknownFor = async (text: string): Promise<void> => {
      const end = Date.now() + 5_000;
      const way = overHttp(strict.url, keys.get('talent'));
      while ((await outcome(way, { documentId: id(text) })) === 'DOCUMENT_NOT_TRUSTED' && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await unknownFor(OTHER);
    await unknownFor(FEED);
    const ask = (): Promise<string> => outcome(overHttp(strict.url, keys.get('talent')), { documentId: id(OTHER) });
    expect(await ask()).toBe('{"roles":{"totalCount":0}}');
    const feed = await overSocket(strict.url, keys.get('talent'));
    sockets.push(feed);
    expect(await feed.briefly(JSON.stringify({ documentId: id(FEED) }), 300)).toBeNull();
    const withdraw = (hashes: string[], reason = 'moved'): Promise<any> =>
      open.query(
        'mutation ($i: WithdrawDocumentsInput!) { withdrawDocuments(input: $i) { documentIds refusal { code path } } }',
        {
          i: { hashes, reason },
        },
      );
    expect((await withdraw(['x'])).withdrawDocuments.refusal).toEqual({ code: 'DOCUMENT_HASH_INVALID', path: ['hashes', '0'] });
    expect((await withdraw([sha256(OTHER)], ' ')).withdrawDocuments.refusal.code).toBe('REASON_REQUIRED');
    expect((await withdraw([sha256('no')])).withdrawDocuments.refusal.code).toBe('DOCUMENT_NOT_FOUND');
    expect((await withdraw([sha256(OTHER)])).withdrawDocuments).toEqual({ documentIds: [id(OTHER)], refusal: null });
    const gone = Date.now() + 5_000;
    while ((await ask()) !== 'DOCUMENT_NOT_TRUSTED' && Date.now() < gone) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask()).toBe('DOCUMENT_NOT_TRUSTED');
    const kinds = await open.execute(`SELECT DISTINCT kind FROM log WHERE kind LIKE 'document.%' ORDER BY 1`);
    expect(kinds).toEqual([{ kind: 'document.registered' }, { kind: 'document.withdrawn' }]);
  });

  it('are registered from files by one command', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'documents-'));
    const files = ['A.graphql', 'B.graphql'].map((name) => path.join(folder, name));
    files.forEach((file, i) => writeFileSync(file, `query File${i} { roles { totalCount } }\n`));
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['scripts/documents.mjs', 'register', ...args], {
        env: { ...process.env, KEY: keys.get('ci'), URL: `${strict.url}/graphql` },
      });
    const { stdout } = await run('--client', 'talent', ...files);
    expect(stdout).toBe(
      files.map((file, i) => `${id(`query File${i} { roles { totalCount } }\n`)} ${path.basename(file)}\n`).join(''),
    );
    writeFileSync(files[1]!, '{ nonsense }');
    await expect(run(...files)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('B.graphql: This document would be refused'),
    });
    expect((await overHttp(strict.url, keys.get('talent'))({ documentId: stdout.split(' ')[0] })).status).toBe(200);
  });

  it('need somebody who is known', async () => {
    const { closed, send } = await openSocket(strict.url);
    send({ id: '1', type: 'subscribe', payload: { documentId: id(COUNT) } });
    expect(await closed).toBe(4401);
    expect((await overHttp(strict.url, 'nobody')({ documentId: id(COUNT) })).status).toBe(401);
  });
});
