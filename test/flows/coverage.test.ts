// How long credentials last, what several of them cover together, and how it is said in plain language.
import { startTestApp, type TestApp } from '../kit/app';
import { eventually, talkTo, type Talk } from '../kit/seed';

jest.setTimeout(30_000);

describe('the window of a credential', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z', zone: 'Europe/Berlin' });
    api = talkTo(server);
    await api.upsert([{ externalId: 'C7' }]);
  });
  afterAll(() => server.stop());

  let made = 0;
  /** The end that a policy gives to awards, each a renewal of the one before. */
  const endOf = async (renewal: object | undefined, ...awards: readonly object[]): Promise<string | null> => {
    const code = `W${++made}`;
    await api.defineTypes({ code, renewal });
    for (const award of awards)
      expect((await api.issue([{ employeeExternalId: 'C7', typeCode: code, ...award }])).results[0]!.outcome).toBe('APPLIED');
    return (await api.credentials('C7', code))[0].expiresAt;
  };
  const utc = (policy: object): object => ({ timeZone: 'UTC', ...policy });
  const on = (issuedOn: string): object => ({ issuedOn });

  it('rolls by months: leap days and ends of months are clamped, and renewals count from the first day, not from the clamped one (C7)', async () => {
    const leap = on('2024-02-29');
    expect(await endOf(utc({ life: 'P1Y' }), leap)).toBe('2025-02-28T00:00:00.000Z');
    expect(await endOf(utc({ life: 'P1Y', lastDay: 'ON_ANNIVERSARY' }), leap)).toBe('2025-03-01T00:00:00.000Z');
    expect(await endOf(utc({ life: 'P4Y' }), leap)).toBe('2028-02-29T00:00:00.000Z');
    expect(await endOf(utc({ life: 'P1M' }), on('2026-01-31'))).toBe('2026-02-28T00:00:00.000Z');
    expect(await endOf(utc({ life: 'P1M' }), on('2024-01-31'))).toBe('2024-02-29T00:00:00.000Z');
    const chained = utc({ life: 'P1M', anchor: 'EXPIRY', early: 'P10D' });
    expect(await endOf(chained, on('2026-01-31'), on('2026-02-20'))).toBe('2026-03-31T00:00:00.000Z');
    expect(await endOf(utc({ life: 'P90D' }), on('2026-01-01'))).toBe('2026-04-01T00:00:00.000Z');
    expect(await endOf(utc({ calendarMonths: 24 }), on('2026-01-15'))).toBe('2028-02-01T00:00:00.000Z');
    expect(await endOf(utc({ calendarMonths: 1 }), on('2024-01-31'))).toBe('2024-03-01T00:00:00.000Z');
  });

  it('ends on a fixed date of the year, the next one when too little would be left, or never (C7)', async () => {
    const fixed = (more: object = {}) => utc({ fixed: { month: 12, day: 31, ...more } });
    expect(await endOf(fixed(), on('2026-03-01'))).toBe('2027-01-01T00:00:00.000Z');
    expect(await endOf(fixed(), on('2025-11-15'))).toBe('2026-01-01T00:00:00.000Z');
    expect(await endOf(fixed({ minActive: 'P90D' }), on('2025-11-15'))).toBe('2027-01-01T00:00:00.000Z');
    expect(await endOf(utc({ fixed: { month: 2, day: 29 } }), on('2024-01-10'))).toBe('2024-03-01T00:00:00.000Z');
    expect(await endOf(undefined, on('2026-01-01'))).toBeNull();
    expect(await endOf(utc({}), on('2026-01-01'))).toBeNull();
    // what the issuer says of the end wins over the policy
    expect(await endOf(fixed(), { ...on('2026-03-01'), expiresOn: '2026-05-05' })).toBe('2026-05-06T00:00:00.000Z');
  });

  it('is counted in the type’s zone, in the organisation’s where the type names none (C7 D6)', async () => {
    const year = { life: 'P1Y' };
    const newYork = { ...year, timeZone: 'America/New_York' };
    expect(await endOf(year, on('2025-06-15'))).toBe('2026-06-14T22:00:00.000Z');
    expect(await endOf(newYork, on('2025-06-15'))).toBe('2026-06-15T04:00:00.000Z');
    // one instant is two days: 14 June in New York, 15 June in Berlin
    expect(await endOf(year, { issuedAt: '2025-06-15T02:00:00Z' })).toBe('2026-06-14T22:00:00.000Z');
    expect(await endOf(newYork, { issuedAt: '2025-06-15T02:00:00Z' })).toBe('2026-06-14T04:00:00.000Z');
    // clocks are set on 9 March 2025 and on 8 March 2026: begins in winter time, ends in summer time
    expect(await endOf(newYork, on('2025-03-09'))).toBe('2026-03-09T04:00:00.000Z');
    expect(await endOf({ ...newYork, life: 'P1D' }, on('2026-03-08'))).toBe('2026-03-09T04:00:00.000Z');
    expect(await endOf({ ...newYork, life: 'P2D' }, on('2026-03-07'))).toBe('2026-03-09T04:00:00.000Z');
    const [first] = await api.credentials('C7', `W${made}`, 'issuedAt', { at: '2026-03-07T12:00:00Z' });
    expect(first.issuedAt).toBe('2026-03-07T05:00:00.000Z');
    // and its sentences name the days of that zone
    const text = async (at: string) => (await api.credentials('C7', `W${made}`, 'statusText', { at }))[0].statusText;
    expect(await text('2026-03-09T03:59:59.999Z')).toBe(`W${made} certification active until 2026-03-08`);
    expect(await text('2026-03-09T04:00:00Z')).toBe(`W${made} certification expired on 2026-03-08`);
  });
});

describe('overlapping credentials', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-05-01T12:00:00Z' });
    api = talkTo(server);
  });
  afterAll(() => server.stop());

  it('cover together: with ends in June and August the role is lost once, in August, however they overlap (C8)', async () => {
    const renewal = { life: 'P1Y' };
    await api.defineTypes({ code: 'CPR', renewal }, { code: 'ACLS', renewal, equivalentTo: ['CPR'] });
    await api.defineRoles('NURSE');
    await api.publishRule('NURSE', { holds: { typeCode: 'CPR' } });
    const june = { issuedOn: '2025-07-01', expiresOn: '2026-06-30' };
    const august = { issuedOn: '2025-09-01', expiresOn: '2026-08-31' };
    const cpr = { typeCode: 'CPR' };
    const pairs: Record<string, readonly [Record<string, unknown>, Record<string, unknown>]> = {
      instances: [
        { ...cpr, instance: 'A', ...june },
        { ...cpr, instance: 'B', ...august },
      ],
      equivalents: [
        { typeCode: 'ACLS', ...june },
        { ...cpr, ...august },
      ],
      'equivalents-last': [
        { ...cpr, ...june },
        { typeCode: 'ACLS', ...august },
      ],
      holding: [
        { ...cpr, ...june },
        { ...cpr, ...august },
      ],
      // the one given later ends first
      'holding-shorter': [
        { ...cpr, ...june, issuedOn: '2025-10-01' },
        { ...cpr, ...august },
      ],
      'holding-by-policy': [
        { ...cpr, issuedOn: '2025-07-01' },
        { ...cpr, issuedOn: '2025-09-01' },
      ],
    };
    const people = Object.entries(pairs).flatMap(([name, [first, second]]) => [
      { who: `${name}-1`, awards: [first, second] },
      { who: `${name}-2`, awards: [second, first] },
    ]);
    await api.upsert(people.map(({ who }) => ({ externalId: who })));
    for (const turn of [0, 1]) {
      const { results } = await api.issue(people.map(({ who, awards }) => ({ employeeExternalId: who, ...awards[turn] })));
      expect(results.map(({ outcome }) => outcome)).toEqual(people.map(() => 'APPLIED'));
    }
    await api.upsert([{ externalId: 'sentinel' }]);
    const { cursor } = await api.issue([
      { employeeExternalId: 'sentinel', typeCode: 'CPR', issuedOn: '2026-04-01', expiresOn: '2026-09-10' },
    ]);
    const lapse = { verdict: 'ELIGIBLE', until: '2026-09-01T00:00:00.000Z', untilVerdict: 'NOT_ELIGIBLE' };
    for (const { who } of people) {
      expect({ who, ...(await api.eligibility(who, 'NURSE', 'verdict until untilVerdict')) }).toEqual({ who, ...lapse });
      const at = { at: '2026-07-15T00:00:00Z' };
      expect((await api.eligibility(who, 'NURSE', 'verdict', at)).verdict).toBe('ELIGIBLE');
    }
    server.clock.set('2026-09-20T00:00:00Z');
    const { found } = await eventually(
      () =>
        api.changes(
          '... on EligibilityChange { occurredAt employee { externalId } kind before after }',
          { roleCode: ['NURSE'] },
          cursor,
        ),
      (seen) => seen.found.some(({ employee, after }) => employee?.externalId === 'sentinel' && after === 'NOT_ELIGIBLE'),
      10_000,
    );
    const lost = found.filter(
      ({ __typename, employee }) => __typename === 'EligibilityChange' && employee.externalId !== 'sentinel',
    );
    expect(lost.map(({ employee }) => employee.externalId).sort()).toEqual(people.map(({ who }) => who).sort());
    for (const change of lost)
      expect(change).toMatchObject({
        occurredAt: '2026-09-01T00:00:00.000Z',
        kind: 'TRANSITION',
        before: 'ELIGIBLE',
        after: 'NOT_ELIGIBLE',
      });
  });

  it('are taken one by one: a revocation of the longer one ends the role when the shorter one does (C8 C9)', async () => {
    await api.defineTypes({ code: 'R-CPR' });
    await api.defineRoles('RESCUER');
    await api.publishRule('RESCUER', { holds: { typeCode: 'R-CPR' } });
    await api.upsert([{ externalId: 'R' }]);
    const one = { employeeExternalId: 'R', typeCode: 'R-CPR', issuedOn: '2026-01-01' };
    await api.issue([
      { ...one, instance: 'A', expiresOn: '2027-06-30' },
      { ...one, instance: 'B', expiresOn: '2027-08-31' },
    ]);
    expect(await api.eligibility('R', 'RESCUER')).toEqual({ verdict: 'ELIGIBLE', until: '2027-09-01T00:00:00.000Z' });
    expect((await api.revoke(['R', 'R-CPR', 'B'], 'mistake')).refusal).toBeNull();
    expect(await api.eligibility('R', 'RESCUER')).toEqual({ verdict: 'ELIGIBLE', until: '2027-07-01T00:00:00.000Z' });
    expect((await api.revoke(['R', 'R-CPR', 'A'], 'mistake')).refusal).toBeNull();
    expect(await api.eligibility('R', 'RESCUER')).toEqual({ verdict: 'NOT_ELIGIBLE', until: null });
  });
});

describe('the status of a credential', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-03-01T12:00:00Z' });
    api = talkTo(server);
    await api.defineTypes({
      code: 'CPR',
      renewal: { life: 'P1Y', noticeBefore: ['P60D', 'P30D'], grace: 'P30D', graceCounts: true },
    });
    await api.defineTypes({ code: 'ID', name: 'Identity badge', kind: 'BADGE' }, { code: 'RN', name: 'RN', kind: 'LICENSE' });
    await api.defineRoles('NURSE');
    await api.publishRule('NURSE', { holds: { typeCode: 'CPR' } });
  });
  afterAll(() => server.stop());

  const hold = async (who: string, issuedOn: string, typeCode = 'CPR'): Promise<string> => {
    await api.upsert([{ externalId: who }]);
    return (await api.issue([{ employeeExternalId: who, typeCode, issuedOn }])).cursor;
  };
  const text = async (who: string, at?: string, typeCode = 'CPR'): Promise<string | undefined> =>
    (await api.credentials(who, typeCode, 'statusText', { at }))[0]?.statusText;
  const status = async (who: string, at?: string, knownAt?: string): Promise<string | undefined> =>
    (await api.credentials(who, 'CPR', 'status', { at, knownAt }))[0]?.status;

  it('takes back what was, from an earlier instant, and says what is judged otherwise (C9 C15)', async () => {
    const cursor = await hold('BACK', '2026-01-01');
    const known = server.clock.now();
    server.clock.set('2026-03-02T12:00:00Z');
    const { refusal } = await api.revoke(['BACK', 'CPR'], 'forged', '2026-02-01T00:00:00Z');
    expect(refusal).toBeNull();
    expect(await status('BACK', '2026-01-31T23:59:59.999Z')).toBe('ACTIVE');
    expect(await status('BACK', '2026-02-01T00:00:00Z')).toBe('REVOKED');
    expect(await text('BACK')).toBe('CPR certification revoked on 2026-02-01');
    expect(await status('BACK', '2026-02-15T00:00:00Z', new Date(known).toISOString())).toBe('ACTIVE');
    const { found } = await api.changes(
      '... on EligibilityChange { kind after correctedFrom correctedUntil }',
      { employeeExternalId: ['BACK'], roleCode: ['NURSE'] },
      cursor,
    );
    expect(found).toEqual([
      {
        __typename: 'EligibilityChange',
        kind: 'TRANSITION',
        after: 'NOT_ELIGIBLE',
        correctedFrom: '2026-02-01T00:00:00.000Z',
        correctedUntil: '2026-03-02T12:00:00.000Z',
      },
    ]);
  });

  it('is told as reinstated where its suspension is lifted, and as obtained where it is awarded', async () => {
    await hold('LIFTED', '2026-01-01');
    const holding = ['LIFTED', 'CPR'] as const;
    await api.suspend(holding, 'inquiry', '2026-02-01T00:00:00Z');
    await api.reinstate(holding, 'cleared', '2026-02-02T00:00:00Z');
    // the second one was a mistake, and is lifted from its beginning
    await api.suspend(holding, 'inquiry', '2026-02-05T00:00:00Z');
    await api.reinstate(holding, 'mistaken', '2026-02-05T00:00:00Z');
    await api.revoke(holding, 'fraud', '2026-02-10T00:00:00Z');
    await hold('LIFTED', '2026-02-20');
    const { found } = await api.changes('... on EligibilityChange { kind because }', {
      employeeExternalId: ['LIFTED'],
      kind: ['TRANSITION'],
    });
    expect(found.map(({ because }) => because)).toEqual(
      ['obtained', 'suspended', 'reinstated', 'suspended', 'reinstated', 'revoked', 'obtained'].map((what) => [
        `CPR certification ${what}`,
      ]),
    );
  });

  it('is suspended and reinstated from and until the instants that were said, past or to come, while its clock runs on (C15)', async () => {
    await hold('ACTS', '2026-01-01');
    const holding = ['ACTS', 'CPR'] as const;
    expect((await api.suspend(holding, 'inquiry', '2026-02-10T00:00:00Z')).credential?.statusText).toBe(
      'CPR certification suspended',
    );
    expect((await api.suspend(holding, 'again')).refusal?.code).toBe('NOT_SUSPENDABLE');
    expect((await api.reinstate(holding, 'cleared', '2026-02-20T00:00:00Z')).credential?.status).toBe('ACTIVE');
    expect((await api.reinstate(holding, 'again')).refusal?.code).toBe('NOT_SUSPENDED');
    // announced: nothing changes until the day
    const { credential } = await api.suspend(holding, 'leave of absence', '2026-05-01T00:00:00Z');
    expect(credential?.status).toBe('ACTIVE');
    expect((await api.revoke(holding, 'contract ends', '2026-08-01T00:00:00Z')).credential?.status).toBe('ACTIVE');
    const expected = [
      ['2026-02-09T23:59:59.999Z', 'ACTIVE', 'ELIGIBLE'],
      ['2026-02-10T00:00:00Z', 'SUSPENDED', 'NOT_ELIGIBLE'],
      ['2026-02-20T00:00:00Z', 'ACTIVE', 'ELIGIBLE'],
      ['2026-04-30T23:59:59.999Z', 'ACTIVE', 'ELIGIBLE'],
      ['2026-05-01T00:00:00Z', 'SUSPENDED', 'NOT_ELIGIBLE'],
      ['2026-08-01T00:00:00Z', 'REVOKED', 'NOT_ELIGIBLE'],
    ];
    const seen = [];
    for (const [at] of expected)
      seen.push([at, await status('ACTS', at), (await api.eligibility('ACTS', 'NURSE', 'verdict', { at })).verdict]);
    expect(seen).toEqual(expected);
    expect(await text('ACTS', '2026-02-20T00:00:00Z')).toBe('CPR certification active until 2026-12-31');
  });

  it('is revoked when the revocation comes before the issue it takes back; a later issue counts (C9)', async () => {
    await api.upsert([{ externalId: 'EARLY' }]);
    const first = await api.revoke(['EARLY', 'CPR'], 'withdrawn by the issuer', '2026-02-15T00:00:00Z');
    expect(first).toMatchObject({ credential: null, refusal: null });
    await hold('EARLY', '2026-02-01');
    expect(await text('EARLY')).toBe('CPR certification revoked on 2026-02-15');
    expect(await status('EARLY', '2026-02-14T23:59:59Z')).toBe('ACTIVE');
    await hold('EARLY', '2026-02-20');
    expect(await text('EARLY')).toBe('CPR certification active until 2027-02-19');
  });

  it('is told in plain language, the same ahead of time as on the day (C15)', async () => {
    await hold('E', '2026-03-31');
    await hold('E', '2026-03-31', 'ID');
    await hold('E', '2026-03-31', 'RN');
    for (const who of ['SUSPENDED', 'REVOKED']) await hold(who, '2026-03-31');
    const golden = [
      ['E', '2026-03-30T23:59:59Z', 'CPR certification not yet active, begins 2026-03-31'],
      ['E', '2026-03-31T00:00:00Z', 'CPR certification active until 2027-03-30'],
      ['SUSPENDED', '2026-05-01T00:00:00Z', 'CPR certification suspended'],
      ['REVOKED', '2026-05-01T00:00:00Z', 'CPR certification revoked on 2026-05-01'],
      ['E', '2027-01-28T23:59:59Z', 'CPR certification active until 2027-03-30'],
      ['E', '2027-01-30T00:00:00Z', 'Recertification due in 59 days'],
      ['E', '2027-02-13T00:00:00Z', 'Recertification due in 45 days'],
      ['E', '2027-02-13T23:59:59Z', 'Recertification due in 45 days'],
      ['E', '2027-03-29T08:00:00Z', 'Recertification due in 1 day'],
      ['E', '2027-03-30T23:59:59Z', 'Recertification due today'],
      ['E', '2027-03-31T00:00:00Z', 'CPR certification expired on 2027-03-30, in grace until 2027-04-29'],
      ['E', '2027-04-30T00:00:00Z', 'CPR certification expired on 2027-03-30'],
    ] as const;
    await api.suspend(['SUSPENDED', 'CPR'], 'inquiry', '2026-05-01T00:00:00Z');
    await api.revoke(['REVOKED', 'CPR'], 'forged', '2026-05-01T00:00:00Z');
    const ahead = [];
    for (const [who, at] of golden) ahead.push([who, at, await text(who, at)]);
    expect(ahead).toEqual(golden);
    expect(await text('E', '2026-05-01T00:00:00Z', 'ID')).toBe('Identity badge active, never expires');
    expect(await text('E', '2026-05-01T00:00:00Z', 'RN')).toBe('RN license active, never expires');
    const onTheDay = [];
    for (const [who, at] of golden) {
      server.clock.set(at);
      onTheDay.push([who, at, await text(who)]);
    }
    expect(onTheDay).toEqual(golden);
  });
});
