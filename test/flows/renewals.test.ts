// Renewals that follow from other facts: hours earned in a cycle, a higher credential, a date of the person.
import { startTestApp, type TestApp } from '../kit/app';
import { talkTo, type Talk } from '../kit/seed';

jest.setTimeout(30_000);

let server: TestApp;
let api: Talk;
beforeAll(async () => {
  server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
  api = talkTo(server);
  await api.defineCourses({ code: 'ED', creditHours: 8 }, { code: 'GIVE' }, { code: 'EXAM' });
});
afterAll(() => server.stop());

const HISTORY = 'status expiresAt history { kind occurredAt ruleVersion completionIds causedBy { type { code } } missing }';
const hours = (employeeExternalId: string, completedAt: string, creditHours: number | null, more: object = {}) => ({
  employeeExternalId,
  courseCode: 'ED',
  status: 'PASSED',
  completedAt: `${completedAt}T10:00:00Z`,
  creditHours,
  ...more,
});
const told = async (who: string, type: string): Promise<string[]> => {
  const [credential] = await api.credentials(who, type, HISTORY, { at: '2040-01-01T00:00:00Z' });
  return (credential?.history ?? []).map((event: any) => `${event.kind} ${event.occurredAt.slice(0, 10)}`);
};
const endOf = async (who: string, type: string): Promise<string | null> =>
  (await api.credentials(who, type))[0]?.expiresAt?.slice(0, 10) ?? null;
const outcomes = async (who: string): Promise<string[]> => {
  const { completions } = await api.person(
    who,
    'completions { nodes { completedAt decisions { type { code } outcome isEligible isHeld isFirst ruleVersion } } }',
  );
  return completions.nodes.flatMap((node: any) =>
    node.decisions.map((decision: any) => `${node.completedAt.slice(0, 10)} ${decision.type.code} ${decision.outcome}`),
  );
};

describe('a cycle of credit hours', () => {
  it('renews at the second of 12 and 8 hours of 20, from the expiry; hours outside the cycle are ignored (C5)', async () => {
    await api.defineTypes({ code: 'C5', renewal: { life: 'P1Y' } });
    const rule = await api.publishAward('C5', { cycle: { courseCodes: ['ED'], min: 20 } });
    expect(rule.refusal).toBeNull();
    expect(rule.version!.text).toBe('a renewal by 20 credit hours from ED in the cycle');
    await api.upsert([{ externalId: 'C5' }]);
    await api.complete([hours('C5', '2025-08-31', 20)]); // before anything was held
    expect(await api.credentials('C5', 'C5')).toEqual([]);
    await api.issue([{ employeeExternalId: 'C5', typeCode: 'C5', issuedOn: '2025-09-01' }]);
    await api.complete([hours('C5', '2025-10-01', 12)]);
    expect(await endOf('C5', 'C5')).toBe('2026-09-01');
    await api.complete([hours('C5', '2026-03-01', null)]); // the 8 hours of the course
    expect(await endOf('C5', 'C5')).toBe('2027-09-01');
    expect(await told('C5', 'C5')).toEqual(['ISSUED 2025-09-01', 'RENEWED 2026-03-01', 'EXPIRED 2027-09-01']);
    expect(await outcomes('C5')).toEqual([
      '2025-08-31 C5 CONDITION_NOT_MET',
      '2025-10-01 C5 CONDITION_NOT_MET',
      '2026-03-01 C5 RENEWAL',
    ]);
    const [credential] = await api.credentials('C5', 'C5', HISTORY);
    expect(credential.history[1]).toMatchObject({ ruleVersion: 1, causedBy: null });
    expect(credential.history[1].completionIds).toHaveLength(2);
    // for the next cycle hours count from the old end on
    await api.complete([hours('C5', '2026-05-01', 40)]);
    expect(await endOf('C5', 'C5')).toBe('2027-09-01');
  });

  it('is worked out the same when everything arrives the other way round (B18)', async () => {
    await api.upsert([{ externalId: 'C5-BACK' }]);
    await api.complete([hours('C5-BACK', '2026-03-01', 8)]);
    await api.complete([hours('C5-BACK', '2025-10-01', 12)]);
    await api.complete([hours('C5-BACK', '2025-08-31', 20)]);
    await api.issue([{ employeeExternalId: 'C5-BACK', typeCode: 'C5', issuedOn: '2025-09-01' }]);
    expect(await told('C5-BACK', 'C5')).toEqual(await told('C5', 'C5'));
    expect(await outcomes('C5-BACK')).toEqual((await outcomes('C5')).slice(0, 3));
  });

  it('carries over what the rule allows, and counts each hour once', async () => {
    await api.defineTypes({ code: 'CARRY', renewal: { life: 'P1Y' } });
    await api.publishAward('CARRY', {
      cycle: {
        courseCodes: ['ED', 'GIVE'],
        min: 20,
        caps: [{ courseCodes: ['GIVE'], max: 5 }],
        carryOver: { max: 6, earnedWithin: 'P6M' },
      },
    });
    await api.upsert([{ externalId: 'CARRY' }]);
    await api.issue([{ employeeExternalId: 'CARRY', typeCode: 'CARRY', issuedOn: '2024-01-01' }]);
    await api.complete([
      hours('CARRY', '2024-06-30', 14),
      hours('CARRY', '2024-09-01', 9, { courseCode: 'GIVE' }), // 5 of them count
      hours('CARRY', '2024-12-01', 8), // 27: renewed, and 6 of 7 are carried over
      hours('CARRY', '2025-03-01', 13.5),
    ]);
    expect(await endOf('CARRY', 'CARRY')).toBe('2026-01-01');
    await api.complete([hours('CARRY', '2025-04-01', 0.5)]);
    expect(await endOf('CARRY', 'CARRY')).toBe('2027-01-01');
    expect((await told('CARRY', 'CARRY')).slice(0, 3)).toEqual(['ISSUED 2024-01-01', 'RENEWED 2024-12-01', 'RENEWED 2025-04-01']);
  });

  it('takes late reports up to the deadline, from the old end on, and says that the past was corrected', async () => {
    await api.defineTypes({ code: 'LATE', renewal: { life: 'P1Y' } });
    await api.publishAward('LATE', { cycle: { courseCodes: ['ED'], min: 10, reportWithin: 'P90D' } });
    await api.defineRoles('LATE');
    await api.publishRule('LATE', { holds: { typeCode: 'LATE' } });
    await api.upsert([{ externalId: 'LATE' }, { externalId: 'TOO-LATE' }]);
    const both = ['LATE', 'TOO-LATE'];
    await api.issue(both.map((employeeExternalId) => ({ employeeExternalId, typeCode: 'LATE', issuedOn: '2025-03-04' })));
    expect((await api.credentials('LATE', 'LATE'))[0].status).toBe('EXPIRED');
    await api.complete([
      hours('LATE', '2025-12-01', 10, { reportedAt: '2026-06-01T23:59:59.999Z' }),
      hours('TOO-LATE', '2025-12-01', 10, { reportedAt: '2026-06-02T00:00:00Z' }),
    ]);
    const [late] = await api.credentials('LATE', 'LATE', HISTORY);
    expect(late).toMatchObject({ status: 'ACTIVE', expiresAt: '2027-03-04T00:00:00.000Z' });
    expect(late.history.map((event: any) => `${event.kind} ${event.occurredAt}`)).toEqual([
      'ISSUED 2025-03-04T00:00:00.000Z',
      'RENEWED 2026-03-04T00:00:00.000Z',
    ]);
    expect((await api.credentials('TOO-LATE', 'LATE'))[0].status).toBe('EXPIRED');
    const { found } = await api.changes('... on EligibilityChange { kind after correctedFrom correctedUntil }', {
      roleCode: ['LATE'],
    });
    expect(found.at(-1)).toMatchObject({ after: 'ELIGIBLE', correctedFrom: '2026-03-04T00:00:00.000Z' });
  });

  it('needs a type that expires, courses that exist and a place on top of its rule', async () => {
    await api.defineTypes({ code: 'EVER' }, { code: 'ONCE', renewal: { life: 'P1Y' } });
    const cycle = { courseCodes: ['ED'], min: 20 };
    const no = async (code: string, when: object): Promise<unknown> => {
      const { refusal } = await api.publishAward(code, when as Record<string, unknown>);
      return refusal && [refusal.code, refusal.path.join('.')];
    };
    expect(await no('EVER', { cycle })).toEqual(['AWARD_RULE_INVALID', 'when']);
    expect(await no('ONCE', { cycle: { ...cycle, courseCodes: ['NOWHERE'] } })).toEqual(['UNKNOWN_COURSE', 'when']);
    const exam = { passed: { courseCode: 'EXAM' } };
    expect(await no('ONCE', { all: [exam, { cycle }] })).toEqual(['AWARD_RULE_INVALID', 'when.all.1.cycle']);
    expect(await no('ONCE', { any: [exam, { cycle }, { cycle }] })).toEqual(['AWARD_RULE_INVALID', 'when.any.1.cycle']);
    expect(await no('ONCE', { any: [{ passed: { courseCode: 'ED' } }, { cycle }] })).toEqual(['AWARD_RULE_INVALID', 'when']);
    expect(await no('ONCE', { any: [exam, { cycle }] })).toBeNull();
    // issued by the exam, renewed by hours, issued again by the exam only
    await api.upsert([{ externalId: 'ONCE' }]);
    await api.complete([hours('ONCE', '2024-01-01', null, { courseCode: 'EXAM' }), hours('ONCE', '2024-06-01', 20)]);
    expect(await told('ONCE', 'ONCE')).toEqual(['ISSUED 2024-01-01', 'RENEWED 2024-06-01', 'EXPIRED 2026-01-01']);
    await api.complete([hours('ONCE', '2026-02-01', 20), hours('ONCE', '2026-03-01', null, { courseCode: 'EXAM' })]);
    expect((await told('ONCE', 'ONCE')).slice(2)).toEqual(['EXPIRED 2026-01-01', 'ISSUED 2026-03-01', 'EXPIRED 2027-03-01']);
  });
});

describe('a higher credential', () => {
  beforeAll(async () => {
    const renewal = { life: 'P3Y' };
    const { results } = await api.defineTypes(
      { code: 'CYSA', renewal, renews: ['SEC'], prerequisites: ['SEC'] },
      { code: 'SEC', renewal, renews: ['APLUS'] },
      { code: 'APLUS', renewal },
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  });
  const issue = (who: string, typeCode: string, issuedOn: string, more: object = {}) =>
    api.issue([{ employeeExternalId: who, typeCode, issuedOn, ...more }]);

  it('renews the lower ones that are held, up to its own end and never the other way', async () => {
    await api.upsert([{ externalId: 'UP' }]);
    await issue('UP', 'APLUS', '2020-06-01'); // lapsed by then
    await issue('UP', 'SEC', '2024-06-01');
    await issue('UP', 'CYSA', '2026-01-15');
    expect(await endOf('UP', 'SEC')).toBe('2029-01-15');
    expect(await endOf('UP', 'CYSA')).toBe('2029-01-15');
    expect(await endOf('UP', 'APLUS')).toBe('2023-06-01');
    const [sec] = await api.credentials('UP', 'SEC', HISTORY);
    expect(
      sec.history.map((event: any) => [event.kind, event.occurredAt.slice(0, 10), event.causedBy?.type.code ?? null]),
    ).toEqual([
      ['ISSUED', '2024-06-01', null],
      ['RENEWED', '2026-01-15', 'CYSA'],
    ]);
    await issue('UP', 'SEC', '2026-05-01');
    expect(await endOf('UP', 'CYSA')).toBe('2029-01-15');
  });

  it('renews through several steps, and never shortens', async () => {
    await api.upsert([{ externalId: 'STEPS' }]);
    await issue('STEPS', 'APLUS', '2025-01-01');
    await issue('STEPS', 'SEC', '2025-01-01', { expiresOn: '2035-12-31' });
    await issue('STEPS', 'CYSA', '2026-01-15');
    expect(await endOf('STEPS', 'APLUS')).toBe('2036-01-01'); // by SEC, given at one instant with it
    expect(await endOf('STEPS', 'SEC')).toBe('2036-01-01');
    expect((await told('STEPS', 'SEC'))[1]).toBe('EXPIRED 2036-01-01');
  });

  it('takes its renewals back when it turns out never to have been', async () => {
    await api.upsert([{ externalId: 'VOID' }]);
    await issue('VOID', 'SEC', '2024-06-01');
    await issue('VOID', 'CYSA', '2026-12-01'); // to come
    const end = async () =>
      (await api.credentials('VOID', 'SEC', 'expiresAt', { at: '2027-01-01T00:00:00Z' }))[0].expiresAt.slice(0, 10);
    expect(await end()).toBe('2029-12-01');
    expect((await api.revoke(['VOID', 'CYSA'], 'cheated')).refusal).toBeNull();
    expect(await end()).toBe('2027-06-01');
  });

  it('renews with its own renewals, by hours too; the renewal of a renewal is one', async () => {
    await api.defineTypes({ code: 'HIGH', renewal: { life: 'P1Y' }, renews: ['LOW'] }, { code: 'LOW', renewal: { life: 'P1Y' } });
    await api.publishAward('HIGH', { cycle: { courseCodes: ['ED'], min: 20 } });
    await api.upsert([{ externalId: 'BOTH' }]);
    await issue('BOTH', 'LOW', '2025-10-01');
    await issue('BOTH', 'HIGH', '2025-09-01');
    expect(await endOf('BOTH', 'LOW')).toBe('2026-10-01');
    await api.complete([hours('BOTH', '2026-05-01', 20)]);
    expect(await endOf('BOTH', 'HIGH')).toBe('2027-09-01');
    expect(await endOf('BOTH', 'LOW')).toBe('2027-09-01');
    expect(await told('BOTH', 'LOW')).toEqual(['ISSUED 2025-10-01', 'RENEWED 2026-05-01', 'EXPIRED 2027-09-01']);
  });
});

describe('a date of the person', () => {
  const type = { code: 'ARRT', renewal: { fixedFrom: { attribute: 'birthDate', day: 'BEFORE_MONTH', minActive: 'P2Y' } } };

  it('fixes the expiry when it is known, and as soon as it is; until then the credential ends as soon as any date could end it (C7)', async () => {
    await api.defineTypes(type);
    await api.upsert([{ externalId: 'BORN', attributes: { birthDate: '1990-09-17' } }, { externalId: 'UNBORN' }]);
    await api.issue(
      ['BORN', 'UNBORN'].map((employeeExternalId) => ({ employeeExternalId, typeCode: 'ARRT', issuedOn: '2025-06-15' })),
    );
    expect(await endOf('BORN', 'ARRT')).toBe('2027-09-01');
    expect(await endOf('UNBORN', 'ARRT')).toBe('2027-06-15');
    await api.upsert([{ externalId: 'UNBORN', attributes: { birthDate: '1990-06-30' } }]);
    expect(await endOf('UNBORN', 'ARRT')).toBe('2028-06-01');
    // a correction moves it
    await api.upsert([{ externalId: 'UNBORN', attributes: { birthDate: '1990-07-30' } }]);
    expect(await endOf('UNBORN', 'ARRT')).toBe('2027-07-01');
    const { credentialType } = await api.ask('credentialType(code: "ARRT") { renewalText }');
    expect(credentialType.renewalText).toContain('while birthDate is not known, for 2 years');
  });

  it('or the first of a month: ends are rounded to it, in the type’s zone (C7)', async () => {
    await api.defineTypes(
      { code: 'ROUND', renewal: { life: 'P1Y', roundTo: 'MONTH_END', timeZone: 'America/New_York' } },
      { code: 'ROUND-DOWN', renewal: { life: 'P365D', roundTo: 'MONTH_START', timeZone: 'America/New_York' } },
    );
    await api.upsert([{ externalId: 'ROUND' }]);
    await api.issue(
      ['ROUND', 'ROUND-DOWN'].map((typeCode) => ({ employeeExternalId: 'ROUND', typeCode, issuedOn: '2026-03-08' })),
    );
    expect((await api.credentials('ROUND', 'ROUND'))[0].expiresAt).toBe('2027-04-01T04:00:00.000Z');
    expect((await api.credentials('ROUND', 'ROUND-DOWN'))[0].expiresAt).toBe('2027-03-01T05:00:00.000Z');
  });
});

describe('a policy defined anew', () => {
  it('says that it tells the past otherwise, and what has become of it', async () => {
    const renewal = (life: string) => ({ code: 'TIGHT', renewal: { life } });
    await api.defineTypes(renewal('P2Y'));
    await api.upsert([{ externalId: 'TIGHT' }, { externalId: 'RECENT' }]);
    await api.issue([
      { employeeExternalId: 'TIGHT', typeCode: 'TIGHT', issuedOn: '2025-03-01' },
      { employeeExternalId: 'RECENT', typeCode: 'TIGHT', issuedOn: '2026-03-01' },
    ]);
    await api.defineTypes(renewal('P1Y'));
    const { found } = await api.changes('... on CredentialChange { kind occurredAt employee { externalId } }', {
      typeCode: ['TIGHT'],
      kind: ['CORRECTED', 'EXPIRED'],
    });
    const tight = found.filter(({ employee }) => employee?.externalId === 'TIGHT');
    expect(tight.map(({ kind, occurredAt }) => `${kind} ${occurredAt.slice(0, 10)}`).sort()).toEqual([
      'CORRECTED 2026-06-01',
      'EXPIRED 2026-03-01',
    ]);
    // whose past is the same is not told of it
    expect(found.filter(({ employee }) => employee?.externalId === 'RECENT')).toEqual([]);
  });
});

describe('what types say of one another', () => {
  it('exists and does not go round in circles; equivalents may come later', async () => {
    const sent = await api.defineTypes(
      { code: 'T1', prerequisites: ['T2'] },
      { code: 'T2', prerequisites: ['T1'] },
      { code: 'T3', renews: ['NOWHERE'] },
      { code: 'T4', equivalentTo: ['LATER'] },
      { code: 'T5', renews: ['T5'] },
    );
    expect(sent.results.map(({ outcome, refusal }) => refusal?.code ?? outcome)).toEqual([
      'PREREQUISITE_CYCLE',
      'PREREQUISITE_CYCLE',
      'UNKNOWN_CREDENTIAL_TYPE',
      'APPLIED',
      'RENEWAL_CYCLE',
    ]);
    expect(sent.results[2]!.refusal!.path).toEqual(['renews', '0']);
  });

  it('does not stop another body from issuing without a prerequisite; the history says what was missing', async () => {
    await api.defineTypes({ code: 'BASE', renewal: { life: 'P1Y' } }, { code: 'TOP', prerequisites: ['BASE'] });
    await api.upsert([{ externalId: 'TOP' }]);
    const { results } = await api.issue([{ employeeExternalId: 'TOP', typeCode: 'TOP', issuedOn: '2026-03-01' }]);
    expect(results[0]!.outcome).toBe('APPLIED');
    const missing = async () => (await api.credentials('TOP', 'TOP', HISTORY))[0].history.map((event: any) => event.missing);
    expect(await missing()).toEqual([['BASE']]);
    await api.issue([{ employeeExternalId: 'TOP', typeCode: 'BASE', issuedOn: '2026-02-01' }]);
    expect(await missing()).toEqual([[]]);
  });
});
