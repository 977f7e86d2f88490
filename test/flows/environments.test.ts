// Test and production are separate environments, with separate keys and data; what is defined is copied between them by one command (B29).
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDatabase, type TestDatabase } from '../kit/postgres';
import { runCli } from '../kit/command-line';
import { KEY, startTestApp, type TestApp } from '../kit/app';
import { subscribePlainly } from '../kit/sockets';
import { nursesNeedCpr, talkTo } from '../kit/seed';
import { copyDefinitions } from '../../src/integrations/copies/copy';
import { environmentOf, keyPrefix } from '../../src/core/environment';

jest.setTimeout(60_000);

const SORTS = ['COURSE', 'CREDENTIAL_TYPE', 'AWARD_RULE', 'ROLE', 'CAREER_PATH', 'CAPABILITY', 'RULE', 'OUTCOME', 'ALLOW_LIST'];

describe('environments', () => {
  let databases: readonly [TestDatabase, TestDatabase];
  let [test, production]: TestApp[] = [];
  beforeAll(async () => {
    databases = [await createDatabase(), await createDatabase()];
    test = await startTestApp({ databaseUrl: databases[0].url, env: { ENVIRONMENT: 'test' } });
    production = await startTestApp({ databaseUrl: databases[1].url, env: { ENVIRONMENT: 'production' } });
  });
  afterAll(async () => {
    for (const server of [test, production]) await server!.stop();
    for (const database of databases) await database.drop();
  });

  const keyOn = async (server: TestApp, name: string, scopes: string[]): Promise<{ id: string; secret: string }> => {
    const document = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key { id } secret } }';
    const { key, secret } = (await server.query(document, { input: { name, scopes } })).createApiKey;
    return { id: key.id, secret };
  };
  const codeOf = async (server: TestApp, key: string, document = '{ environment }'): Promise<string> => {
    const { errors } = await server.send<any>(document, {}, { authorization: `Bearer ${key}` });
    return errors === undefined ? 'OK' : `${errors[0]!.extensions.code}: ${errors[0]!.message}`;
  };

  describe('keys', () => {
    it('say where they were made, also after a rotation, and open nothing elsewhere', async () => {
      const { id, secret } = await keyOn(test!, 'one', ['graph:read']);
      expect(secret).toMatch(/^cgk_test_[\w-]{43}$/);
      const rotate = 'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { secret } }';
      const rotated = (await test!.query(rotate, { input: { id, reason: 'yearly' } })).rotateApiKey.secret;
      expect(rotated).toMatch(/^cgk_test_[\w-]{43}$/);
      for (const key of [secret, rotated]) expect(await codeOf(test!, key)).toBe('OK');
      const no = 'This is a key of the environment test, and this is production: use a key that was made here.';
      for (const key of [secret, rotated]) expect(await codeOf(production!, key)).toBe(`UNAUTHENTICATED: ${no}`);
      const { closed } = await subscribePlainly(production!.url, 'subscription { changed { position } }', {}, secret);
      expect(await closed).toEqual({ code: 4401, reason: no });
      // it is not looked up: also where the database knows it
      await production!.execute(
        `INSERT INTO api_key (id, name, scopes, hash, created_at, version) VALUES (gen_random_uuid(), 'smuggled', '{graph:read}', sha256($1), now(), 1)`,
        [Buffer.from(secret)],
      );
      expect(await codeOf(production!, secret)).toBe(`UNAUTHENTICATED: ${no}`);
      expect(await codeOf(production!, KEY)).toBe('OK');
    });

    it('that say nothing are looked up', () => {
      const random = 'aB3_-'.repeat(9).slice(0, 43);
      expect([environmentOf(`${keyPrefix('test-2')}${random}`), environmentOf(`${keyPrefix(null)}${random}`)]).toEqual([
        'test-2',
        null,
      ]);
      for (const key of ['', 'test-key', `cgk_${random.slice(11)}`, `cgk_a_b_${random}`, `cgk__${random}`, `cgk_Test_${random}`])
        expect(environmentOf(key)).toBeNull();
    });
  });

  describe('databases', () => {
    const start = (database: TestDatabase, env: Record<string, string>): Promise<TestApp> =>
      startTestApp({ databaseUrl: database.url, env });

    it('belong to one: another, or none, does not start on it', async () => {
      expect(
        await Promise.all([test!, production!].map(async (server) => (await server.query('{ environment }')).environment)),
      ).toEqual(['test', 'production']);
      await expect(start(databases[0], { ENVIRONMENT: 'production' })).rejects.toThrow(
        'This database belongs to the environment test, and ENVIRONMENT is production: use the database of production, or set ENVIRONMENT=test.',
      );
      await expect(start(databases[0], {})).rejects.toThrow(
        'This database belongs to the environment test: set ENVIRONMENT=test, or use another database.',
      );
      // before it looks for the key, which is another one there
      await expect(start(databases[0], { ENVIRONMENT: 'production', SECRET_KEY_FILE: '/nowhere' })).rejects.toThrow(
        'belongs to the environment test',
      );
      await expect(start(databases[0], { ENVIRONMENT: 'test', ADMIN_KEY: `cgk_production_${'x'.repeat(43)}` })).rejects.toThrow(
        'ADMIN_KEY is a key of the environment production: set ENVIRONMENT, or take another.',
      );
    });

    it('without a name take the first that they are given, and keys that were made before stay good', async () => {
      const database = await createDatabase();
      try {
        const nameless = await start(database, {});
        const { secret } = await keyOn(nameless, 'before', ['graph:read']);
        expect([(await nameless.query('{ environment }')).environment, secret]).toEqual([
          null,
          expect.stringMatching(/^cgk_[\w-]{43}$/),
        ]);
        await nameless.stop();
        const named = await start(database, { ENVIRONMENT: 'staging' });
        expect([(await named.query('{ environment }')).environment, await codeOf(named, secret)]).toEqual(['staging', 'OK']);
        await named.stop();
        await expect(start(database, {})).rejects.toThrow('belongs to the environment staging');
      } finally {
        await database.drop();
      }
    });
  });

  describe('definitions', () => {
    const definitions = async (server: TestApp): Promise<Record<string, unknown[]>> => {
      const found: Record<string, unknown[]> = {};
      for (const of of SORTS) {
        const document = 'query ($of: DefinitionSort!) { definitions(of: $of, first: 200) { totalCount nodes { key input } } }';
        found[of] = (await server.query(document, { of })).definitions.nodes;
      }
      return found;
    };
    const inFuture = new Date(Date.now() + 30 * 86_400_000).toISOString();

    /** Some of each sort, in an order in which they could not be copied one by one. */
    async function define(server: TestApp): Promise<void> {
      const api = talkTo(server);
      await nursesNeedCpr(api, { life: 'P2Y', grace: 'P30D', noticeBefore: ['P60D'], calendarMonths: null });
      await api.defineCourses({
        code: 'HAZ',
        title: 'Hazards',
        creditHours: 2.5,
        passMark: 70,
        retakePolicy: 'HIGHEST_SCORE',
        cost: 10,
        leadTime: 'P7D',
      });
      await api.defineTypes(
        {
          code: 'A-HIGH',
          kind: 'LICENSE',
          prerequisites: ['Z-LOW'],
          renews: ['Z-LOW'],
          payImpact: true,
          cost: 99.5,
          renewal: { calendarMonths: 12 },
        },
        { code: 'Z-LOW', operational: false, equivalentTo: ['CPR'] },
      );
      await api.publishAward('Z-LOW', {
        any: [{ passed: { courseCode: 'HAZ', minScore: 80 } }, { creditHours: { courseCodes: ['HAZ'], min: 5, within: 'P1Y' } }],
      });
      await server.query(
        `mutation { defineRoles(input: { roles: [{ code: "A-CHIEF", title: "Chief", jobFamily: "Care", kind: JOB }, { code: "Z-BASE", title: "Base" }] }) { cursor } }`,
      );
      await api.publishRule('Z-BASE', { not: { attribute: { name: 'location', equals: 'Moon' } } });
      await api.publishRule(
        'A-CHIEF',
        { all: [{ rule: { roleCode: 'Z-BASE' } }, { heldFor: { duration: 'P1Y', rule: { holds: { typeCode: 'A-HIGH' } } } }] },
        { warnBefore: 'P30D' },
      );
      await api.publishRule('A-CHIEF', { holds: { typeCode: 'A-HIGH' } }, { effectiveFrom: inFuture, warnBefore: 'P60D' });
      await api.definePath('CARE', ['NURSE', 'A-CHIEF'], ['A-CHIEF', 'NURSE']);
      const ingest = (operation: string, type: string, input: object): Promise<unknown> =>
        server.query(`mutation ($input: ${type}!) { ${operation}(input: $input) { results { refusal { message } } } }`, {
          input,
        });
      await ingest('declareCapabilities', 'DeclareCapabilitiesInput', {
        source: 'lms',
        capabilities: [{ subject: 'COURSE', code: 'HAZ' }],
      });
      await ingest('declareCapabilities', 'DeclareCapabilitiesInput', {
        ...{
          source: 'lms',
          capabilities: [{ subject: 'COURSE', code: 'HAZ', able: false, effectiveAt: '2026-01-01T00:00:00Z', reason: 'moved' }],
        },
      });
      await api.upsert([{ externalId: 'BOSS' }]);
      const outcome = { title: 'Talk', kind: 'HRBP_TASK', when: ['NOT_ELIGIBLE'], from: ['ELIGIBLE'] };
      await ingest('defineOutcomes', 'DefineOutcomesInput', {
        outcomes: [
          { ...outcome, code: 'TALK', roleCode: ['NURSE'], owner: { employeeExternalId: 'BOSS' }, dueIn: 'P7D' },
          { ...outcome, code: 'WRITE', owner: { manager: true }, fallbackOwner: 'BOSS', active: false },
        ],
      });
      await ingest('defineAllowLists', 'DefineAllowListsInput', {
        allowLists: [
          { source: 'hris', operation: 'upsertEmployees', fields: ['department', 'attributes.level'], reason: 'less' },
        ],
      });
    }

    const servers = async () => ({
      from: { url: test!.url, key: (await keyOn(test!, `reader ${Math.random()}`, ['graph:read', 'audit:read'])).secret },
      to: { url: `${production!.url}/graphql`, key: KEY },
    });
    let env: Record<string, string>;
    const cli = (...args: string[]) => runCli(env, 'copy-definitions', '--from', test!.url, '--to', production!.url, ...args);

    it('are read in the shape in which mutations take them', async () => {
      await define(test!);
      env = { FROM_KEY: (await servers()).from.key, TO_KEY: KEY };
      const found = await definitions(test!);
      for (const sort of SORTS) expect([sort, found[sort]!.length > 0]).toEqual([sort, true]);
      expect(found['RULE']!.map(({ key }: any) => key)).toEqual(['A-CHIEF', 'A-CHIEF', 'NURSE', 'Z-BASE']);
      expect(
        await codeOf(
          test!,
          (await keyOn(test!, 'only graph', ['graph:read'])).secret,
          '{ definitions(of: ROLE) { totalCount } }',
        ),
      ).toMatch(/^FORBIDDEN/);
    });

    it('are copied by one command, which says first what it would do, and whose second run does nothing', async () => {
      const dry = await cli('--dry-run');
      expect([dry.code, dry.said]).toEqual([0, expect.stringContaining('would define: award rule of CPR\n')]);
      expect(dry.said).toContain(`From test (${test!.url}) to production (${production!.url}), only to see\n`);
      expect(Object.values(await definitions(production!)).flat()).toEqual([]);

      // whom an outcome belongs to is a person, and people are not copied
      const first = await cli();
      expect(first.code).toBe(1);
      expect(first.said).toContain('refused: outcome TALK: Nobody has the external id "BOSS"');
      expect(first.said).toMatch(/\n(\d+) copied, 0 the same already, 2 refused; 0 only there, left alone\n$/);
      await talkTo(production!).upsert([{ externalId: 'BOSS' }]);
      const second = await copyDefinitions({ ...(await servers()), isDry: false, say: () => undefined });
      expect(second).toMatchObject({ copied: 2, refused: 0 });
      const [here, there] = [await definitions(test!), await definitions(production!)];
      // when a word was said first is since ever in both; everything else is the same to the letter
      expect(there).toEqual(here);
      const lines: string[] = [];
      const third = await copyDefinitions({ ...(await servers()), isDry: false, say: (line) => void lines.push(line) });
      expect([third.copied, third.unchanged, lines.length]).toEqual([0, Object.values(here).flat().length, 1]);
      const { changes } = await production!.query('{ changes(first: 200) { changes { __typename } } }');
      expect(changes.changes.filter(({ __typename }: any) => __typename === 'EmployeeChange')).toHaveLength(1);
    });

    it('that are other there are replaced from now on, and what only it has is left alone', async () => {
      const [here, there] = [talkTo(test!), talkTo(production!)];
      await there.defineRoles('ONLY-THERE');
      await there.publishRule('NURSE', { holds: { typeCode: 'Z-LOW' } });
      await here.publishRule('NURSE', { all: [{ holds: { typeCode: 'CPR' } }, { holds: { typeCode: 'Z-LOW' } }] });
      await here.defineCourses({ code: 'CPR-1', title: 'CPR, new' });
      const lines: string[] = [];
      const progress: string[] = [];
      const began = Date.now();
      const copied = await copyDefinitions({
        ...(await servers()),
        isDry: false,
        say: (line) => void lines.push(line),
        onProgress: (done, of) => void progress.push(`${done} of ${of}`),
      });
      expect(copied).toMatchObject({ copied: 2, refused: 0, onlyThere: 1 });
      expect(lines.slice(1)).toEqual(['defined: course CPR-1 anew', 'defined: rule of NURSE anew']);
      expect(progress).toEqual(['1 of 2', '2 of 2']);
      const rule = async (server: TestApp, at: string | null) =>
        (
          await server.query('query ($at: DateTime) { role(code: "NURSE") { rule(at: $at) { version text effectiveFrom } } }', {
            at,
          })
        ).role.rule;
      expect([(await rule(production!, null)).text, (await rule(production!, null)).version]).toEqual([
        (await rule(test!, null)).text,
        3,
      ]);
      // what was judged there before is not judged anew
      expect(Date.parse((await rule(production!, null)).effectiveFrom)).toBeGreaterThanOrEqual(began);
      expect((await rule(production!, '2026-01-01T00:00:00Z')).version).toBe(1);
    });

    it('that build on each other are copied whatever their order and number', async () => {
      const many = Array.from({ length: 500 }, (_, i) => ({ code: `M-${i}` }));
      await talkTo(test!).defineTypes({ code: 'AAA', prerequisites: ['ZZZ'] }, ...many, { code: 'ZZZ' });
      const copied = await copyDefinitions({ ...(await servers()), isDry: false, say: () => undefined });
      expect(copied).toMatchObject({ copied: 502, refused: 0 });
    });

    it('are copied to a server that has no time just now, once it has', async () => {
      let refusals = 0;
      const busy = createServer((request, response) => {
        const answer = async (): Promise<string> => {
          const parts: Buffer[] = [];
          for await (const part of request) parts.push(part as Buffer);
          const no = { message: 'Too much.', extensions: { code: 'RATE_LIMITED', retryAfter: 0.01 } };
          if ((refusals += 1) % 2 === 1) return JSON.stringify({ errors: [no] });
          const headers = { 'content-type': 'application/json', authorization: String(request.headers.authorization) };
          return (await fetch(`${production!.url}/graphql`, { method: 'POST', headers, body: Buffer.concat(parts) })).text();
        };
        void answer().then((text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text));
      }).listen(0, '127.0.0.1');
      await once(busy, 'listening');
      await talkTo(test!).defineRoles('PATIENT');
      const { from, to } = await servers();
      const url = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
      const copied = await copyDefinitions({ from, to: { ...to, url }, isDry: false, say: () => undefined });
      busy.close();
      expect([copied.copied, copied.refused, refusals > 20]).toEqual([1, 0, true]);
    });

    it('that cannot be copied are said, the others are copied', async () => {
      await talkTo(test!).publishRule('Z-BASE', { rule: { roleCode: 'NURSE', version: 1 } });
      await talkTo(test!).defineRoles('LATE');
      const lines: string[] = [];
      const copied = await copyDefinitions({ ...(await servers()), isDry: false, say: (line) => void lines.push(line) });
      expect(copied).toMatchObject({ copied: 1, refused: 1 });
      expect(lines.slice(1)).toEqual([
        'defined: role LATE',
        'refused: rule of Z-BASE anew: It refers to one version of a rule, and versions are counted anew elsewhere: publish it there by hand.',
      ]);
    });

    it('are not copied at all where a server refuses, does not answer, or is of the same environment', async () => {
      const { from, to } = await servers();
      const copy = (more: object) => copyDefinitions({ from, to, isDry: false, say: () => undefined, ...more });
      await expect(copy({ to: { ...to, key: from.key } })).rejects.toThrow(
        /refuses: This is a key of the environment test, and this is production/,
      );
      const nobody = createServer().listen(0, '127.0.0.1');
      await once(nobody, 'listening');
      const url = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
      nobody.close();
      await expect(copy({ to: { url, key: 'k' } })).rejects.toThrow(`${url}/graphql does not answer: ECONNREFUSED.`);
      await expect(copy({ to: from })).rejects.toThrow(
        'Both servers are of the environment test: there is nothing to copy between them.',
      );
      const reader = await keyOn(production!, 'reads', ['graph:read', 'audit:read']);
      await talkTo(test!).defineRoles('LATER');
      await expect(copy({ to: { ...to, key: reader.secret } })).rejects.toThrow(
        /refuses: This takes the scope definitions:write/,
      );
      env = { FROM_KEY: from.key };
      expect(await cli()).toEqual({ code: 2, said: 'TO_KEY is not set: it holds the API key of that server.\n' });
    });
  });
});
