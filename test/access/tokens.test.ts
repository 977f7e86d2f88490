// Access tokens of systems and of people, from a real issuer to a real server.
import { decodeJwt } from 'jose';
import { startTestApp, type TestApp } from '../kit/app';
import { startIssuer, type Issuer } from '../kit/issuer';
import { keyOf, nursesNeedCpr, talkTo, type Talk } from '../kit/seed';
import { subscribePlainly } from '../kit/sockets';

jest.setTimeout(60_000);

const COUNT = '{ employees { totalCount } }';
const SCOPES = 'graph:read definitions:write';

describe('access tokens', () => {
  let issuer: Issuer;
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    issuer = await startIssuer();
    server = await startTestApp({ env: issuer.env });
    api = talkTo(server);
    await nursesNeedCpr(api);
    await api.upsert([
      { externalId: 'ADA', email: 'Ada@Example.org', personReference: 'ref-ada', department: 'ER' },
      { externalId: 'BEA', email: 'shared@example.org' },
      { externalId: 'CID', email: 'shared@example.org' },
      { externalId: 'GONE', email: 'gone@example.org', status: 'TERMINATED', personReference: 'ref-gone' },
      { externalId: 'SOON', email: 'soon@example.org', status: 'PRE_HIRE' },
      { externalId: 'LINKED', email: 'linked@example.org', personReference: 'ref-linked' },
    ]);
    // HR links accounts by telling the issuer's ids as those of the source that OIDC_SOURCE names
    await api.upsert(
      [
        { externalId: 'sub-linked', personReference: 'ref-linked' },
        { externalId: 'sub-gone', personReference: 'ref-gone' },
      ],
      { source: 'oidc' },
    );
    await api.upsert([{ externalId: 'sub-elsewhere', personReference: 'ref-ada' }], { source: 'another' });
    for (const person of ['ADA', 'LINKED']) {
      const assign = `mutation ($by: EmployeeKey!) { assignAccessRole(input: { employee: $by, role: HR, reason: "x" }) { changed } }`;
      await server.query(assign, { by: keyOf(person) });
    }
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const as = (token: string, document = COUNT, variables?: object) =>
    server.send<any>(document, variables, { authorization: `Bearer ${token}` });
  const refusalOf = async (token: string, document = COUNT) => (await as(token, document)).errors?.[0] ?? null;
  const codeOf = async (token: string, document = COUNT) => (await refusalOf(token, document))?.extensions.code ?? 'OK';
  const rowsThere = () =>
    server.execute(`SELECT (SELECT count(*) FROM employee) AS people, (SELECT count(*) FROM employee_identity) AS identities,
      (SELECT count(*) FROM employee_state) AS states, (SELECT count(*) FROM log) AS log`);
  const actors = async (): Promise<string[]> =>
    (await server.execute<{ actor: string }>('SELECT DISTINCT actor FROM log')).map(({ actor }) => actor).sort();
  const defining = (code: string) =>
    `mutation { defineCourses(input: { courses: [{ code: "${code}", title: "x" }] }) { cursor } }`;

  it('are given to systems that prove themselves by private_key_jwt, and to none by a secret (G7)', async () => {
    const answer = await issuer.exchange(SCOPES);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect((await as(token)).data).toEqual({ employees: { totalCount: 6 } });
    expect(await codeOf(token, '{ alerts { totalCount } }')).toBe('FORBIDDEN');
    expect(await codeOf(token, defining('BY-CLIENT'))).toBe('OK');
    expect(await actors()).toContain('client:machine');

    const basic = await issuer.exchange('graph:read', (form, headers) => {
      form.delete('client_assertion');
      form.delete('client_assertion_type');
      form.delete('client_id');
      headers.set('authorization', `Basic ${Buffer.from('machine:secret').toString('base64')}`);
    });
    expect([basic.status, ((await basic.json()) as any).error]).toEqual([401, 'invalid_client']);
    const forged = await issuer.exchange('graph:read', (form) =>
      form.set('client_assertion', `${form.get('client_assertion')}x`),
    );
    expect(forged.status).toBe(401);
    // nor has this server a way to be told a secret
    const { errors } = await server.send(
      COUNT,
      {},
      { authorization: `Basic ${Buffer.from('machine:secret').toString('base64')}` },
    );
    expect(errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('allow what scope or scp names of our scopes, and nothing else', async () => {
    const { scope: _scope, ...claims } = decodeJwt(await issuer.clientToken());
    const saying = (more: object) => issuer.sign({ ...claims, ...more });
    const reads = async (more: object) => codeOf(await saying(more));
    expect(await reads({ scope: 'openid graph:read profile' })).toBe('OK');
    expect(await reads({ scp: ['openid', 'graph:read'] })).toBe('OK');
    expect(await reads({ scp: 'graph:read' })).toBe('OK');
    expect(await reads({ aud: ['https://other.example', issuer.audience], scope: 'graph:read' })).toBe('OK');
    for (const scope of ['', '*', 'graph:readx', 'GRAPH:READ', 'toString', 'graph:read,people:write']) {
      expect([scope, await reads({ scope })]).toEqual([scope, 'FORBIDDEN']);
    }
    expect(await reads({ scope: 'openid', scp: ['graph:read'] })).toBe('FORBIDDEN');
    expect(await reads({})).toBe('FORBIDDEN');
  });

  it('let a person in who is there already, by the link to their account or by their e-mail address', async () => {
    const token = await issuer.login({ sub: 'anything', email: 'aDA@example.ORG', email_verified: true }, SCOPES);
    const { id } = await api.person('ADA', 'id');
    expect(
      (await as(token, 'query ($by: EmployeeKey!) { employee(by: $by) { id } }', { by: keyOf('ADA') })).data.employee.id,
    ).toBe(id);
    expect(await codeOf(token, defining('BY-PERSON'))).toBe('OK');
    const linked = await issuer.personToken({ sub: 'sub-linked' }, { scope: SCOPES });
    expect(await codeOf(linked, defining('BY-LINK'))).toBe('OK');
    // the link decides, whatever the address says
    const both = await issuer.personToken({ sub: 'sub-linked', email: 'ada@example.org' }, { scope: SCOPES });
    expect(await codeOf(both, defining('BY-BOTH'))).toBe('OK');
    expect(await codeOf(await issuer.personToken({ sub: 's', email: 'soon@example.org' }, { scope: SCOPES }))).toBe('OK');
    const { id: other } = await api.person('LINKED', 'id');
    expect(await actors()).toEqual(['client:machine', 'key:admin', `person:${id.slice(4)}`, `person:${other.slice(4)}`].sort());
    const [{ count }] = (await server.execute<{ count: string }>(
      `SELECT count(*) FROM log WHERE actor = 'person:${id.slice(4)}'`,
    )) as [any];
    expect(Number(count)).toBe(1);
  });

  it('make, change and bring back nobody: who is not there is refused (G1)', async () => {
    const before = await rowsThere();
    const ask = (account: { sub: string; email?: string; email_verified?: boolean }) =>
      issuer.personToken(account, { scope: SCOPES }).then((token) => refusalOf(token));
    const unknown = 'Nobody here is linked to your account: ask HR to link it.';
    expect(await ask({ sub: 'stranger', email: 'stranger@example.org' })).toMatchObject({
      message: unknown,
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect(await ask({ sub: 'stranger' })).toMatchObject({ message: unknown });
    // an external id is no link, nor is one of another source, nor an address that the issuer does not vouch for
    for (const sub of ['ADA', 'ref-ada', 'sub-elsewhere', 'ada@example.org'])
      expect([sub, await ask({ sub })]).toEqual([sub, expect.objectContaining({ message: unknown })]);
    expect(await ask({ sub: 's', email: 'ada@example.org', email_verified: false })).toMatchObject({ message: unknown });
    expect(await ask({ sub: 's', email: 'shared@example.org' })).toMatchObject({
      message: 'Several people here have the e-mail address of your account: ask HR to link it to one of them.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
    const ended = 'Your employment here has ended, and your access with it: ask HR if that is wrong.';
    expect(await ask({ sub: 's', email: 'gone@example.org' })).toMatchObject({
      message: ended,
      extensions: { code: 'UNAUTHENTICATED' },
    });
    // nor by an address that somebody else has by now
    expect(await ask({ sub: 'sub-gone', email: 'ada@example.org' })).toMatchObject({ message: ended });
    expect(await rowsThere()).toEqual(before);
    expect((await api.person('GONE', 'status')).status).toBe('TERMINATED');
  });

  it('are looked at for subject, e-mail address, groups and scopes only, and nothing of them is kept (G2)', async () => {
    const account = {
      ...{ sub: 'sub-linked', email: 'canary-1@example.org', name: 'canary-2', groups: ['canary-3'], department: 'canary-4' },
      ...{ roles: ['people:erase'], permissions: ['*'], person: '00000000-0000-0000-0000-000000000000', sources: ['canary-5'] },
    };
    const token = await issuer.personToken(account, { scope: SCOPES });
    const before = await rowsThere();
    expect(await codeOf(token)).toBe('OK');
    expect(await rowsThere()).toEqual(before);
    expect(await codeOf(token, defining('BY-CANARY'))).toBe('OK');
    expect(await codeOf(token, '{ apiKeys { id } }')).toBe('FORBIDDEN');
    const tables = await server.execute<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    expect(tables.length).toBeGreaterThan(30);
    const { jti } = decodeJwt(token) as { jti: string };
    for (const { name } of tables) {
      const [found] = await server.execute<{ count: number }>(
        `SELECT count(*)::integer AS count FROM ${name} t WHERE t::text LIKE '%canary-%' OR t::text LIKE '%${jti}%' OR t::text LIKE '%${token.slice(-40)}%'`,
      );
      expect([name, found!.count]).toEqual([name, 0]);
    }
    expect((await api.person('LINKED', 'email department')).email).toBe('linked@example.org');
  });

  it('close their sockets with 4401 when they end, and send nothing after that (B10)', async () => {
    const end = Math.ceil(Date.now() / 1_000) * 1_000 + 2_000;
    const token = await issuer.personToken({ sub: 'sub-linked' }, { scope: 'graph:read', expiresAt: end });
    const query = 'subscription { changed { position } }';
    const [live, quiet] = await Promise.all([
      subscribePlainly(server.url, query, {}, token),
      subscribePlainly(server.url, 'subscription { changed(filter: { kind: ["NEVER"] }) { position } }', {}, token),
    ]);
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n += 1) {
        await api.upsert([{ externalId: `W${n}` }]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const ends = await Promise.all([live.closed, quiet.closed]);
    const closedAfter = Date.now() - end;
    isOver = true;
    await writing;
    expect(ends.map(({ code }) => code)).toEqual([4401, 4401]);
    expect(closedAfter).toBeLessThan(1_000);
    expect(live.positions.length).toBeGreaterThan(5);
    const [last] = await server.execute<{ at: Date }>(`SELECT recorded_at AS at FROM log WHERE pos = ${live.positions.at(-1)!}`);
    expect(new Date(last!.at).getTime()).toBeLessThanOrEqual(end);
    expect(await codeOf(token)).toBe('UNAUTHENTICATED');
  });
});
