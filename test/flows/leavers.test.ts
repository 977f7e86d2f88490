// People who leave, complete things afterwards, and come back.
import { startTestApp, type TestApp } from '../kit/app';
import { nursesNeedCpr, talkTo, type Talk } from '../kit/seed';

describe('leavers and those who return', () => {
  let server: TestApp;
  let api: Talk;
  beforeAll(async () => {
    server = await startTestApp({ at: '2026-06-01T12:00:00Z' });
    api = talkTo(server);
    await nursesNeedCpr(api, { life: 'P2Y' });
    await api.defineRoles('ON-DUTY');
    await api.publishRule('ON-DUTY', {
      all: [{ holds: { typeCode: 'CPR' } }, { attribute: { name: 'status', in: ['ACTIVE', 'ON_LEAVE'] } }],
    });
  });
  afterAll(() => server.stop());

  const pass = (who: string, completedAt: string) =>
    api.complete([{ employeeExternalId: who, courseCode: 'CPR-1', status: 'PASSED', completedAt }]);

  it('keep what they complete after leaving, and earn nothing by it until they come back (D14)', async () => {
    await api.upsert([{ externalId: 'L1', hiredOn: '2020-01-01' }]);
    await api.upsert([{ externalId: 'L1', terminatedOn: '2026-03-31' }]);
    const { results } = await pass('L1', '2026-04-10T09:00:00Z');
    expect(results[0]!.outcome).toBe('APPLIED');
    expect((await api.person('L1', 'completions { totalCount }')).completions.totalCount).toBe(1);
    expect(await api.credentials('L1', 'CPR')).toEqual([]);
    expect((await api.eligibility('L1', 'NURSE')).verdict).toBe('NOT_ELIGIBLE');

    await api.upsert([{ externalId: 'L1', status: 'ACTIVE', effectiveAt: '2026-05-01T00:00:00Z' }]);
    expect(await api.credentials('L1', 'CPR', 'status issuedAt')).toEqual([
      { status: 'ACTIVE', issuedAt: '2026-04-10T09:00:00.000Z' },
    ]);
    expect((await api.eligibility('L1', 'ON-DUTY')).verdict).toBe('ELIGIBLE');
  });

  it('earn by what they completed before leaving, however late it is heard of, and the order of messages does not matter (D14, B18)', async () => {
    await api.upsert([{ externalId: 'L2' }, { externalId: 'L3' }]);
    await api.upsert([{ externalId: 'L2', terminatedOn: '2026-03-31' }]);
    await pass('L2', '2026-03-31T20:00:00Z');
    await pass('L3', '2026-04-10T09:00:00Z');
    expect(await api.credentials('L3', 'CPR')).toHaveLength(1);
    await api.upsert([{ externalId: 'L3', terminatedOn: '2026-03-31' }]);
    expect(await api.credentials('L2', 'CPR', 'status')).toEqual([{ status: 'ACTIVE' }]);
    expect((await api.eligibility('L3', 'NURSE')).verdict).toBe('NOT_ELIGIBLE');
    expect((await api.eligibility('L3', 'NURSE', 'verdict', { at: '2026-04-20T00:00:00Z' })).verdict).toBe('NOT_ELIGIBLE');
  });

  it('are known again under a new id by the reference they keep, whoever names it and in whichever order (D13, A10)', async () => {
    const personReference = 'national number 4711';
    await api.upsert([{ externalId: 'N1', personReference, hiredOn: '2020-01-01' }]);
    await pass('N1', '2025-01-10T09:00:00Z');
    await api.upsert([{ externalId: 'N1', terminatedOn: '2026-01-31' }]);
    const { id } = await api.person('N1', 'id');
    // the learning system tells of the new id before the personnel system does
    expect((await pass('N2', '2026-05-20T09:00:00Z')).results[0]!.outcome).toBe('QUARANTINED');
    const { results } = await api.upsert([{ externalId: 'N2', personReference, status: 'ACTIVE' }]);
    expect(results[0]).toMatchObject({ outcome: 'APPLIED', id });
    expect(await api.person('N2', 'id externalId status completions { totalCount }')).toEqual({
      ...{ id, externalId: 'N1', status: 'ACTIVE', completions: { totalCount: 2 } },
    });
    expect((await api.quarantine()).nodes.filter(({ waitsFor }) => waitsFor === 'employee:N2')).toEqual([]);
    expect((await api.eligibility('N2', 'ON-DUTY')).verdict).toBe('ELIGIBLE');
    expect((await api.upsert([{ externalId: 'N2', personReference }])).results[0]!.outcome).toBe('UNCHANGED');

    await api.upsert([{ externalId: 'N3' }]);
    expect((await api.upsert([{ externalId: 'N3', personReference: 'of N3' }])).results[0]!.outcome).toBe('APPLIED');
    const conflict = (await api.upsert([{ externalId: 'N3', personReference }])).results[0]!;
    expect(conflict).toMatchObject({ outcome: 'REJECTED', refusal: { code: 'IDENTITY_CONFLICT', path: ['personReference'] } });
    const twice = await api.upsert([
      { externalId: 'N4', personReference: 'of N4' },
      { externalId: 'N5', personReference: 'of N4', jobTitle: 'Nurse' },
    ]);
    expect(twice.results[1]!.id).toBe(twice.results[0]!.id);
    expect(await api.person('N5', 'externalId jobTitle')).toEqual({ externalId: 'N4', jobTitle: 'Nurse' });
    const dump = await server.execute<{ value: string }>(`SELECT value FROM employee_identity WHERE kind = 'REFERENCE'`);
    expect(JSON.stringify(dump)).not.toContain('4711');
  });

  it('have one reference at a time: another takes its place, null takes it away, blanks are none (D13)', async () => {
    const send = async (externalId: string, personReference: string | null) =>
      (await api.upsert([{ externalId, personReference }])).results[0]!;
    const first = await send('X1', 'Z-1');
    expect((await send('X1', 'Z-9')).outcome).toBe('APPLIED');
    expect((await send('X2', 'Z-1')).id).not.toBe(first.id);
    expect((await send('X3', ' Z-9 ')).id).toBe(first.id);
    expect((await send('X1', null)).outcome).toBe('APPLIED');
    expect((await send('X1', null)).outcome).toBe('UNCHANGED');
    expect((await send('X4', 'Z-9')).id).not.toBe(first.id);
    expect((await send('X5', '  ')).id).not.toBe((await send('X6', '  ')).id);
    expect((await send('X8', '\u0045\u0301')).id).toBe((await send('X7', '\u00c9')).id);
  });

  it('are never two people, however many say at once that they are back (D13)', async () => {
    const back = Array.from({ length: 12 }, (_, i) =>
      api.upsert([{ externalId: `B${i}`, personReference: 'of B', jobTitle: `T${i}` }]),
    );
    const ids = (await Promise.all(back)).map(({ results }) => results[0]!.id);
    expect(new Set(ids).size).toBe(1);
  });

  it('are the same person when they return, with what is still valid of what they held (D13)', async () => {
    await api.upsert([{ externalId: 'R1', email: 'r1@example.com', hiredOn: '2020-01-01' }]);
    await pass('R1', '2025-01-10T09:00:00Z');
    await api.upsert([{ externalId: 'R1', terminatedOn: '2026-01-31' }]);
    const { id } = await api.person('R1', 'id');
    expect((await api.eligibility('R1', 'ON-DUTY')).verdict).toBe('NOT_ELIGIBLE');
    await api.upsert([{ externalId: 'R1', email: 'r1.new@example.com', status: 'ACTIVE', jobTitle: 'Charge Nurse' }]);
    expect(await api.person('R1', 'id jobTitle')).toEqual({ id, jobTitle: 'Charge Nurse' });
    expect(await api.eligibility('R1', 'ON-DUTY')).toEqual({ verdict: 'ELIGIBLE', until: '2027-01-10T00:00:00.000Z' });
    expect((await api.ask('employees(filter: { search: "R1" }) { totalCount }')).employees.totalCount).toBe(1);
  });
});
