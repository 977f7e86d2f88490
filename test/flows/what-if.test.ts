// What if: every supposition with what it says, whom it passes over and refuses, and that nothing of it stays.
import { startTestApp, type TestApp } from '../kit/app';
import { keyOf, talkTo, type Talk } from '../kit/seed';

const NOW = '2026-06-01T12:00:00Z';
const ANSWER = `refusal { code path } peopleCount passedOver gainedNow lostNow
  affected(first: 50) { totalCount nodes { employee { externalId } role { code } from to before after } }`;

describe('what if', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-01-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineCourses({ code: 'CPR-1' });
    await api.defineTypes(
      { code: 'CPR', issuer: 'AHA', renewal: { life: 'P1Y' } },
      { code: 'RN', issuer: 'State board', renewal: { life: 'P2Y' } },
      { code: 'ACLS', issuer: 'AHA', renewal: { life: 'P1Y' }, equivalentTo: ['CPR'] },
    );
    await api.publishAward('CPR', { passed: { courseCode: 'CPR-1' } });
    await api.defineRoles('NURSE', 'REPORT', 'PRESENT');
    await api.publishRule('NURSE', { all: [{ holds: { typeCode: 'CPR' } }, { holds: { typeCode: 'RN' } }] });
    await api.publishRule('REPORT', { attribute: { name: 'managerExternalId', equals: 'BOSS' } });
    await api.publishRule('PRESENT', {
      all: [{ holds: { typeCode: 'RN' } }, { attribute: { name: 'status', equals: 'ACTIVE' } }],
    });
    await api.upsert([
      { externalId: 'BOSS', department: 'Office', effectiveAt: '2025-01-01T00:00:00Z' },
      { externalId: 'ANN', department: 'Ward', managerExternalId: 'BOSS', effectiveAt: '2025-01-01T00:00:00Z' },
      { externalId: 'BEN', department: 'Lab', effectiveAt: '2025-01-01T00:00:00Z' },
      { externalId: 'CY', department: 'Ward', effectiveAt: '2025-01-01T00:00:00Z' },
    ]);
    await api.issue([
      { employeeExternalId: 'ANN', typeCode: 'RN', issuedOn: '2026-01-01' },
      { employeeExternalId: 'ANN', typeCode: 'CPR', issuedOn: '2026-03-01' },
      { employeeExternalId: 'BEN', typeCode: 'RN', issuedOn: '2026-01-01', expiresOn: '2026-12-31' },
      { employeeExternalId: 'CY', typeCode: 'RN', issuedOn: '2026-01-01' },
    ]);
    await api.complete([
      { employeeExternalId: 'BEN', courseCode: 'CPR-1', status: 'PASSED', completedAt: '2026-04-01T08:00:00Z' },
    ]);
    server.clock.set(NOW);
  });
  afterAll(() => server.stop());

  const ask = async (of: object, ...suppose: object[]): Promise<any> =>
    (await api.ask(`whatIf(input: $input, horizon: "P5Y") { ${ANSWER} }`, { input: { of, suppose } }, '($input: WhatIfInput!) '))
      .whatIf;
  const person = (externalId: string): object => ({ employee: keyOf(externalId) });
  const told = ({ affected }: any): unknown[] =>
    affected.nodes.map(({ employee, role, from, to, before, after }: any) => [
      employee.externalId,
      role.code,
      `${from?.slice(0, 10)} to ${to?.slice(0, 10)}`,
      `${before} to ${after}`,
    ]);

  it('somebody is awarded something, when it is given and how long it lasts', async () => {
    const answer = await ask(person('CY'), { grant: { typeCode: 'CPR', issuedOn: '2026-06-01', expiresOn: '2026-08-31' } });
    expect(told(answer)).toEqual([['CY', 'NURSE', '2026-06-01 to 2026-09-01', 'NOT_ELIGIBLE to ELIGIBLE']]);
    expect(answer).toMatchObject({ refusal: null, peopleCount: 1, passedOver: 0, gainedNow: 1, lostNow: 0 });
    const later = await ask(person('CY'), { grant: { typeCode: 'ACLS', issuedAt: '2026-07-01T00:00:00Z' } });
    expect(told(later)).toEqual([['CY', 'NURSE', '2026-07-01 to 2027-07-01', 'NOT_ELIGIBLE to ELIGIBLE']]);
    expect([later.gainedNow, later.lostNow]).toEqual([0, 0]);
  });

  it('a credential is revoked, from an instant on and also in the past', async () => {
    const answer = await ask(person('ANN'), { revoke: { typeCode: 'CPR', effectiveAt: '2026-05-01T00:00:00Z' } });
    expect(told(answer)).toEqual([['ANN', 'NURSE', '2026-05-01 to 2027-03-01', 'ELIGIBLE to NOT_ELIGIBLE']]);
    expect(answer).toMatchObject({ gainedNow: 0, lostNow: 1 });
  });

  it('what is revoked already is not revoked again, so that an award to come stays as it is', async () => {
    await api.defineTypes({ code: 'OATH', issuer: 'Court', renewal: { life: 'P2Y' } });
    await api.defineRoles('SWORN');
    await api.publishRule('SWORN', { holds: { typeCode: 'OATH' } });
    await api.upsert([{ externalId: 'EVE', effectiveAt: '2025-01-01T00:00:00Z' }]);
    await api.issue([{ employeeExternalId: 'EVE', typeCode: 'OATH', issuedOn: '2026-01-01' }]);
    await api.revoke(['EVE', 'OATH'], 'fraud', '2026-05-01T00:00:00Z');
    await api.issue([{ employeeExternalId: 'EVE', typeCode: 'OATH', issuedOn: '2026-07-01' }]);
    expect(await ask(person('EVE'), { revoke: { typeCode: 'OATH' } })).toMatchObject({
      refusal: null,
      affected: { totalCount: 0 },
    });
    expect((await api.revoke(['EVE', 'OATH'], 'again')).refusal?.code).toBe('ALREADY_REVOKED');
    expect(told(await ask(person('EVE'), { revoke: { effectiveAt: '2026-08-01T00:00:00Z' } }))).toEqual([
      ['EVE', 'SWORN', '2026-08-01 to 2028-07-01', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
  });

  it('an award given by hand, or earned by a course, comes later', async () => {
    expect(told(await ask(person('ANN'), { delay: { typeCode: 'CPR', by: 'P1M' } }))).toEqual([
      ['ANN', 'NURSE', '2026-03-01 to 2026-04-01', 'ELIGIBLE to NOT_ELIGIBLE'],
      ['ANN', 'NURSE', '2027-03-01 to 2027-04-01', 'NOT_ELIGIBLE to ELIGIBLE'],
    ]);
    expect(told(await ask(person('BEN'), { delay: { typeCode: 'CPR', by: 'P10D' } }))).toEqual([
      ['BEN', 'NURSE', '2026-04-01 to 2026-04-11', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
    // the end that the issuer gave moves along
    expect(told(await ask(person('BEN'), { delay: { typeCode: 'RN', by: 'P7D' } }))).toEqual([
      ['BEN', 'NURSE', '2027-01-01 to 2027-01-08', 'NOT_ELIGIBLE to ELIGIBLE'],
      ['BEN', 'PRESENT', '2026-01-01 to 2026-01-08', 'ELIGIBLE to NOT_ELIGIBLE'],
      ['BEN', 'PRESENT', '2027-01-01 to 2027-01-08', 'NOT_ELIGIBLE to ELIGIBLE'],
    ]);
  });

  it('a credential that a higher one or hours renewed is delayed with what renewed it', async () => {
    await api.defineTypes(
      { code: 'LOW', issuer: 'Ladder', renewal: { life: 'P1Y' } },
      { code: 'HIGH', issuer: 'Ladder', renewal: { life: 'P2Y' }, renews: ['LOW'] },
      {
        code: 'HOURS',
        issuer: 'Ladder',
        renewal: { life: 'P1Y', anchor: 'EXPIRY', early: 'P1Y', grace: 'P90D', backdate: true },
      },
    );
    await api.defineCourses({ code: 'ED' });
    await api.publishAward('HOURS', { cycle: { courseCodes: ['ED'], min: 10 } });
    await api.defineRoles('CLIMBER', 'LEARNER');
    await api.publishRule('CLIMBER', { holds: { typeCode: 'LOW' } });
    await api.publishRule('LEARNER', { holds: { typeCode: 'HOURS' } });
    await api.upsert([{ externalId: 'DEE', effectiveAt: '2025-01-01T00:00:00Z' }]);
    await api.issue([
      { employeeExternalId: 'DEE', typeCode: 'LOW', issuedOn: '2026-01-01' },
      { employeeExternalId: 'DEE', typeCode: 'HIGH', issuedOn: '2026-05-01' },
      { employeeExternalId: 'DEE', typeCode: 'HOURS', issuedOn: '2025-06-20' },
    ]);
    const completion = { employeeExternalId: 'DEE', courseCode: 'ED', status: 'PASSED', creditHours: 10 };
    await api.complete([{ ...completion, completedAt: '2026-05-20T08:00:00Z', reportedAt: '2026-05-20T08:00:00Z' }]);
    expect(told(await ask(person('DEE'), { delay: { typeCode: 'LOW', by: 'P1M' } }))).toEqual([
      ['DEE', 'CLIMBER', '2028-05-01 to 2028-06-01', 'NOT_ELIGIBLE to ELIGIBLE'],
    ]);
    // in time still, then late: the hours make up for what was missing
    expect(told(await ask(person('DEE'), { delay: { typeCode: 'HOURS', by: 'P10D' } }))).toEqual([]);
    expect(told(await ask(person('DEE'), { delay: { typeCode: 'HOURS', by: 'P2M' } }))).toEqual([
      ['DEE', 'LEARNER', '2026-06-20 to 2026-07-20', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
  });

  it('somebody is away for a time, goes for good, or gets another manager', async () => {
    const leave = { from: '2026-07-01T00:00:00Z', until: '2026-09-01T00:00:00Z' };
    expect(told(await ask(person('CY'), { leave }))).toEqual([
      ['CY', 'PRESENT', '2026-07-01 to 2026-09-01', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
    expect(told(await ask(person('CY'), { terminate: {} }))).toEqual([
      ['CY', 'PRESENT', '2026-06-01 to 2028-01-01', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
    expect(told(await ask(person('CY'), { terminate: { effectiveAt: '2026-08-01T00:00:00Z' } }, { leave }))).toEqual([
      ['CY', 'PRESENT', '2026-07-01 to 2028-01-01', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
    expect(told(await ask(person('ANN'), { manager: { managerExternalId: 'BEN' } }))).toEqual([
      ['ANN', 'REPORT', '2026-06-01 to undefined', 'ELIGIBLE to NOT_ELIGIBLE'],
    ]);
  });

  it('several things at once: what one takes another may give', async () => {
    const both = await ask(
      person('ANN'),
      { revoke: { typeCode: 'CPR' } },
      { grant: { typeCode: 'ACLS', issuedOn: '2026-06-01' } },
    );
    expect(told(both)).toEqual([['ANN', 'NURSE', '2027-03-01 to 2027-06-01', 'NOT_ELIGIBLE to ELIGIBLE']]);
    expect(await ask(person('ANN'), { revoke: { typeCode: 'CPR' } })).toMatchObject({ lostNow: 1 });
  });

  it('of everybody with a type or from an issuer, also in some departments only', async () => {
    const lost = async (of: object, department?: string[]): Promise<unknown> => {
      const { whatIf } = await api.ask(
        `whatIf(input: $input) { ${ANSWER} }`,
        { input: { of, department, suppose: [{ revoke: {} }] } },
        '($input: WhatIfInput!) ',
      );
      return [
        told(whatIf)
          .map((one: any) => `${one[0]} ${one[1]}`)
          .sort(),
        whatIf.peopleCount,
        whatIf.lostNow,
      ];
    };
    const [ann, ben, cy] = [['ANN NURSE', 'ANN PRESENT'], ['BEN NURSE', 'BEN PRESENT'], ['CY PRESENT']];
    expect(await lost({ typeCode: 'RN' })).toEqual([[...ann, ...ben, ...cy], 3, 5]);
    expect(await lost({ typeCode: 'RN' }, ['Ward'])).toEqual([[...ann, ...cy], 2, 3]);
    expect(await lost({ issuer: 'AHA' })).toEqual([['ANN NURSE', 'BEN NURSE'], 2, 2]);
    // what is supposed need not be about the type the people were found by
    const granted = await ask({ typeCode: 'RN' }, { grant: { typeCode: 'CPR', issuedOn: '2026-06-01' } });
    expect(told(granted).filter((one: any) => one[0] === 'CY')).toEqual([
      ['CY', 'NURSE', '2026-06-01 to 2027-06-01', 'NOT_ELIGIBLE to ELIGIBLE'],
    ]);
  });

  it('what cannot be supposed of some passes them over, and of all is refused like the real thing', async () => {
    const some = await ask({ typeCode: 'RN' }, { delay: { typeCode: 'CPR', by: 'P1M' } });
    expect(some).toMatchObject({ refusal: null, peopleCount: 2, passedOver: 1 });
    // all of it or nothing: what could have been supposed of them is left out too
    const granted = { grant: { typeCode: 'CPR', instance: 'new', issuedOn: '2026-06-01' } };
    const both = await ask({ typeCode: 'RN' }, granted, { revoke: { typeCode: 'CPR', instance: '' } });
    expect(both).toMatchObject({ refusal: null, peopleCount: 2, passedOver: 1 });
    expect(told(both).map((one: any) => one[0])).toEqual(['ANN']);
    const refused = async (of: object, ...suppose: object[]): Promise<unknown> => {
      const { refusal, peopleCount, affected } = await ask(of, ...suppose);
      expect([peopleCount, affected.totalCount]).toEqual([0, 0]);
      return [refusal.code, refusal.path.join('.')];
    };
    const grant = { typeCode: 'RN' };
    expect(await refused(person('CY'), { grant }, { revoke: { typeCode: 'CPR' } })).toEqual([
      'CREDENTIAL_NOT_FOUND',
      'suppose.1.revoke.typeCode',
    ]);
    expect(await refused(person('CY'), { revoke: { typeCode: 'RN', instance: 'X' } })).toEqual([
      'CREDENTIAL_NOT_FOUND',
      'suppose.0.revoke.typeCode',
    ]);
    expect(await refused(person('BOSS'), { manager: { managerExternalId: 'ANN' } })).toEqual([
      'MANAGER_CYCLE',
      'suppose.0.manager.managerExternalId',
    ]);
    expect(await refused(person('CY'), { leave: { from: NOW, until: NOW } })).toEqual(['LEAVE_EMPTY', 'suppose.0.leave.until']);
    expect(await refused(person('CY'), { grant: { ...grant, issuedOn: '2026-06-01', expiresOn: '2026-01-01' } })).toEqual([
      'EXPIRES_BEFORE_ISSUED',
      'suppose.0.grant.expiresOn',
    ]);
    expect(await refused(person('CY'), { revoke: { effectiveAt: '9500-01-01T00:00:00Z' } })).toEqual([
      'DATE_OUT_OF_RANGE',
      'suppose.0.revoke.effectiveAt',
    ]);
    expect(await refused(person('CY'), { grant: { typeCode: 'NONE' } })).toEqual([
      'UNKNOWN_CREDENTIAL_TYPE',
      'suppose.0.grant.typeCode',
    ]);
    expect(await refused({ typeCode: 'NONE' }, { revoke: {} })).toEqual(['UNKNOWN_CREDENTIAL_TYPE', 'of.typeCode']);
    expect(await refused({ issuer: 'Nobody' }, { revoke: {} })).toEqual(['UNKNOWN_ISSUER', 'of.issuer']);
    expect(await refused(person('CY'), { grant: { ...grant, instance: 'a\u0000' } })).toEqual([
      'UNSTORABLE_VALUE',
      'suppose.0.grant.instance',
    ]);
  });

  it('is asked with one scope, one kind of fact at a time, of somebody who is there', async () => {
    const wrong = async (input: object): Promise<unknown> =>
      (await server.send('query ($input: WhatIfInput!) { whatIf(input: $input) { passedOver } }', { input })).errors?.[0]
        ?.extensions.code;
    const revoke = {};
    const nobody = { employee: { id: 'emp_00000000-0000-4000-8000-000000000000' } };
    for (const input of [
      { of: { typeCode: 'RN', issuer: 'AHA' }, suppose: [{ revoke }] },
      { of: { typeCode: 'RN' }, suppose: [{ revoke, terminate: {} }] },
      { of: { typeCode: 'RN' }, suppose: [] },
      { of: { typeCode: 'RN' }, suppose: Array.from({ length: 21 }, () => ({ revoke })) },
      { of: person('NOBODY'), suppose: [{ revoke }] },
      { of: nobody, suppose: [{ revoke }] },
    ])
      expect([input, await wrong(input)]).toEqual([input, 'BAD_USER_INPUT']);
  });

  it('goes on beside writes about the same people, and many questions beside each other', async () => {
    const people = Array.from({ length: 120 }, (_, i) => `P${String(i).padStart(3, '0')}`);
    await api.defineTypes({ code: 'CROWD', issuer: 'Crowd', renewal: { life: 'P1Y' } });
    await api.upsert(people.map((externalId) => ({ externalId, effectiveAt: '2025-01-01T00:00:00Z' })));
    await api.issue(people.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'CROWD', issuedOn: '2026-01-01' })));
    await api.defineRoles('MEMBER');
    await api.publishRule('MEMBER', { holds: { typeCode: 'CROWD' } });
    const questions = Array.from({ length: 6 }, (_, i) =>
      i % 3 === 0
        ? ask({ issuer: 'Crowd' }, { revoke: {} })
        : ask({ typeCode: 'CROWD' }, { leave: {} }, { delay: { by: `P${i}D` } }),
    );
    const writes = Array.from({ length: 4 }, (_, i) =>
      api.upsert(people.slice(i * 10, i * 10 + 40).map((externalId) => ({ externalId, department: `D${i}` }))),
    );
    for (const { results } of await Promise.all(writes)) expect(results.every(({ outcome }) => outcome === 'APPLIED')).toBe(true);
    for (const [i, answer] of (await Promise.all(questions)).entries()) {
      expect(answer).toMatchObject({ refusal: null, peopleCount: 120, passedOver: 0, lostNow: i % 3 === 0 ? 120 : 0 });
    }
  });

  it('leaves nothing behind: no row, no position, no message, nothing told as due', async () => {
    server.clock.set('2027-06-01T12:00:00Z');
    const tables = await server.execute<{ name: string }>(
      // heads of the log are signed, and volumes watched, in their own time
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('checkpoint', 'volume', 'volume_head', 'alert') ORDER BY 1`,
    );
    const sums = tables.map(
      ({ name }) => `(SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0) FROM ${name} t) AS ${name}`,
    );
    const everything = (): Promise<unknown[]> => server.execute(`SELECT ${sums.join(', ')}`);
    const quiet = async (): Promise<boolean> =>
      (await server.execute(`SELECT 1 FROM employee WHERE next_change_at <= '2027-06-01T12:00:00Z'`)).length === 0;
    while (!(await quiet())) await new Promise((resolve) => setTimeout(resolve, 20));
    const position = async (): Promise<string> => (await server.send('{ roles(first: 1) { totalCount } }')).extensions.position;
    const heard = server.subscribe('subscription { changed { position } }');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [before, at] = [await everything(), await position()];
    const document = `query ($input: WhatIfInput!) { whatIf(input: $input) { refusal { code } passedOver affected { nodes { employee { name } } } } }`;
    const suppositions = [
      { grant: { typeCode: 'RN', instance: 'new' } },
      { revoke: {} },
      { delay: { by: 'P1M' } },
      { leave: {} },
      { terminate: {} },
      { manager: {} },
    ];
    for (const whom of [person('ANN'), person('BEN'), { issuer: 'AHA' }]) {
      for (const suppose of suppositions.map((one) => [one])) {
        const answer = await server.send(document, { input: { of: whom, suppose } });
        expect([answer.errors, answer.extensions.position]).toEqual([undefined, at]);
        expect(answer.data).toMatchObject({ whatIf: { refusal: null, passedOver: 0 } });
      }
    }
    expect(await everything()).toEqual(before);
    expect(await position()).toBe(at);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heard.received).toEqual([]);
    heard.close();
  });
});
